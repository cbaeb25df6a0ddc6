"""Where the pages of the register of policies stand in the demonstration."""

from programme.models import Policy, PolicyReview


def _policy(number):
    return lambda: {"public_id": Policy.objects.get(number=number).public_id}


def _review(state):
    return lambda: {"public_id": PolicyReview.objects.filter(state=state).first().public_id}


ADDRESSES = {
    "programme:policy": _policy("4303/QĐ-UBND"),
    "programme:edit_policy": _policy("4303/QĐ-UBND"),
    "programme:supersede_policy": _policy("4303/QĐ-UBND"),
    "programme:reinstate_policy": _policy("61/2018/NĐ-CP"),
    "programme:withdraw_policy": _policy("496/QĐ-UBND"),
    "programme:add_review": _policy("496/QĐ-UBND"),
    "programme:review": _review("answered"),
    "programme:edit_review": _review("draft"),
    "programme:submit_review": _review("draft"),
    "programme:withdraw_review": _review("draft"),
    "programme:answer_review": _review("submitted"),
    "programme:policy_proposal_list": lambda: {"year": 2026},
}
