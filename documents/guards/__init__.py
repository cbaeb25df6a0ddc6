"""What the database refuses in this room, beyond constraints: each noun lists its own."""

from documents.guards import imports, numbers, papers, trust

GUARDS = [*imports.GUARDS, *numbers.GUARDS, *papers.GUARDS, *trust.GUARDS]
