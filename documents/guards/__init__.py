"""What the database refuses in this room, beyond constraints: each noun lists its own."""

from documents.guards import copies, imports, incoming, numbers, papers, trust, work_files

GUARDS = [
    *imports.GUARDS,
    *numbers.GUARDS,
    *papers.GUARDS,
    *incoming.GUARDS,
    *copies.GUARDS,
    *work_files.GUARDS,
    *trust.GUARDS,
]
