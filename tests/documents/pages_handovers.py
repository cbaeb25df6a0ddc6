"""The files of a handover's record: of the handover that the pages of people show."""

from tests.accounts.pages import handover


def _record():
    return {"public_id": handover().public_id}


ADDRESSES = {f"documents:handover_record_{kind}": _record for kind in ("pdf", "word")}
