"""Where the pages of reference data stand in the demonstration."""

from reference.models import Load
from reference.registry import KINDS
from tests.reference.matrix import verbs_of


def _address(kind):
    def address():
        rows = kind.rows()
        if kind.is_item:
            rows = rows.filter(valid_to__isnull=True)
        return {"public_id": rows.order_by("pk").first().public_id}

    return address


ADDRESSES = {f"reference:{verb}{kind.code}": _address(kind) for kind in KINDS for verb in verbs_of(kind)}
ADDRESSES["reference:load"] = lambda: {"public_id": Load.objects.first().public_id}
