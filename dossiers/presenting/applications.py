"""The signed application in words: what its signatures are worth, for what they are."""

from documents.presenting import kept_of, worth_of


def application_shown(dossier, row):
    """What the pages show of the signed application; None where there is none."""
    if row is None:
        return None
    signatures = kept_of(row)
    kind, words = worth_of(signatures)
    return {
        "row": row,
        "kind": kind,
        "words": words,
        "signatures": signatures or [],
        "is_older": dossier.is_draft and dossier.saved_at > row.added_at,
    }
