"""The signed application in words: what its signatures are worth, for what they are."""

from django.utils.translation import gettext as _

from documents.signing.signatures import Signature


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


def kept_of(row):
    """[Signature] as they were verified; None where they could not be read."""
    return None if row.signatures is None else [Signature.of(each) for each in row.signatures]


def worth_of(signatures):
    """(kind of tag, words) of all signatures of a file together."""
    if signatures is None or any(each.unreadable for each in signatures):
        return "warn", _("the signatures could not be checked")
    if not any(not each.is_stamp for each in signatures):
        return "quiet", _("not signed digitally")
    if not all(each.holds for each in signatures):
        return "bad", _("changed after it was signed")
    if any(each.ran_out_before and not each.trusted for each in signatures):
        return "bad", _("intact; the certificate had run out when it was signed")
    if any(each.expired_at and not each.trusted for each in signatures):
        return "warn", _("intact; the certificate has run out since")
    if any(each.tryout for each in signatures):
        return "warn", _("intact; signed with a try-out certificate without legal value")
    if all(each.trusted for each in signatures):
        return "ok", _("intact; issued by an organisation of the portal's list")
    return "warn", _("intact; the certifying organisation is not known")
