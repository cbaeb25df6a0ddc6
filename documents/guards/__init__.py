"""What the database refuses in this room, beyond constraints: each noun lists its own."""

from documents.guards import imports, incoming, numbers, papers, trust

GUARDS = [*imports.GUARDS, *numbers.GUARDS, *papers.GUARDS, *incoming.GUARDS, *trust.GUARDS]
