"""Where the pages of this room stand in the demonstration: each noun tells its own."""

from tests.documents import (
    pages_copies,
    pages_handovers,
    pages_imports,
    pages_incoming,
    pages_numbers,
    pages_papers,
    pages_work_files,
)

PARTS = [pages_imports, pages_numbers, pages_papers, pages_incoming, pages_work_files, pages_copies, pages_handovers]

ADDRESSES = {name: where for part in PARTS for name, where in part.ADDRESSES.items()}
