"""Where the pages of this room stand in the demonstration: each noun tells its own."""

from tests.dossiers import pages_dossiers, pages_handling, pages_procedures, pages_talking

PARTS = [pages_procedures, pages_dossiers, pages_handling, pages_talking]

ADDRESSES = {name: where for part in PARTS for name, where in part.ADDRESSES.items()}
NOT_PAGES = {name: why for part in PARTS for name, why in getattr(part, "NOT_PAGES", {}).items()}
