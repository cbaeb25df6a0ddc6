"""Objects of the register of policies and of their reviews."""

from programme.models import Policy
from tests.factories import make_policy, make_review


def build(world):
    world.policy = Policy.objects.get(number="61/2018/NĐ-CP")
    world.standing_policy = make_policy("77/QĐ-UBND")
    world.draft = make_review(world.standing_policy)
    world.sent = make_review(world.standing_policy, 2023, state="submitted")


def _address(name):
    return lambda world: {"public_id": getattr(world, name).public_id}


OBJECTS = {
    "programme:policy": _address("policy"),
    "programme:edit_policy": _address("policy"),
    "programme:reinstate_policy": _address("policy"),
    "programme:supersede_policy": _address("standing_policy"),
    "programme:withdraw_policy": _address("standing_policy"),
    "programme:add_review": _address("standing_policy"),
    "programme:review": _address("sent"),
    "programme:edit_review": _address("draft"),
    "programme:submit_review": _address("draft"),
    "programme:withdraw_review": _address("draft"),
    "programme:answer_review": _address("sent"),
    "programme:policy_proposal_list": lambda world: {"year": 2023},
}
