"""The pages: a person's own notices, the log of what was sent, the wordings."""

import uuid


def uuids(values):
    """Those of the posted values that are identifiers."""
    found = []
    for value in values:
        try:
            found.append(uuid.UUID(value))
        except ValueError:
            continue
    return found
