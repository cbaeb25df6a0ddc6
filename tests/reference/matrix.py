"""Objects for the matrix of roles and routes."""

from datetime import date

from reference.loading import load_reference
from reference.models import Load
from reference.registry import KINDS


def build(world):
    load_reference(by="load_reference", now=world.now)
    world.reference = {kind.code: kind.model.objects.order_by("pk").first() for kind in KINDS}
    open_ended = {kind.code: kind.rows().filter(valid_to__isnull=True).first() for kind in KINDS if kind.is_item}
    world.reference |= {code: entry for code, entry in open_ended.items() if entry}
    world.load = Load.objects.first()
    assert world.reference["rule"].valid_from == date(2000, 1, 1)


def verbs_of(kind):
    """What the addresses of one row begin with."""
    verbs = ["", "edit_"]
    verbs += ["end_"] if kind.is_item else []
    verbs += ["replace_"] if kind.is_replaced else []
    return verbs + (["withdraw_"] if kind.code == "exchangerate" else [])


def _address(code):
    return lambda world: {"public_id": world.reference[code].public_id}


OBJECTS = {f"reference:{verb}{kind.code}": _address(kind.code) for kind in KINDS for verb in verbs_of(kind)}
OBJECTS["reference:load"] = lambda world: {"public_id": world.load.public_id}
