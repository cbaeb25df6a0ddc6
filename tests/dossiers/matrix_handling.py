"""Dossiers in hand for the matrix: for each head and officer those of their own office that they handle, for the others
one set that everybody sees; for clerks also one that came on paper and waits for its supplement."""

from datetime import timedelta

from accounts.roles import Role
from dossiers.states import CLERKS, HANDLERS
from tests.dossiers.matrix_dossiers import _put_in_force
from tests.factories import make_dossier, make_procedure, make_result, make_slip_line, make_supplement, make_version

WAYS = {
    "lodged": [],
    "received": ["received"],
    "appraising": ["received", "appraising"],
    "supplementing": ["supplementing"],
    "submitted": ["received", "appraising", "submitted"],
    "approved": ["received", "appraising", "submitted", "approved"],
    "issued": ["received", "appraising", "submitted", "approved", "issued"],
}
OWNERS = sorted(role.value for role in HANDLERS)
DOOR = frozenset(role.value for role in CLERKS)


def build(world):
    world.in_hand, world.requests = {}, {}
    signatory = world.people[Role.SIGNATORY.value]
    stored = world.draft_of["lodged"][1].file
    for who in (*OWNERS, "others"):
        person = world.people.get(who)
        office = {"office": person.posts.get().office} if person else {}
        version = _put_in_force(make_version(make_procedure(), **office), world.now.date())
        for state, way in WAYS.items():
            dossier = make_dossier(version, world.enterprise, state="lodged", by=signatory)
            for target in way:
                due_on = world.now.date() + timedelta(days=30)
                held = {"handler": person, "due_on": due_on} if target == "received" else {}
                scan = {"file": stored} if target == "issued" else {}
                make_slip_line(dossier, target, **held, **scan)
            world.in_hand[who, state] = dossier
        world.requests[who] = make_supplement(world.in_hand[who, "appraising"])
    world.drafted = make_dossier(version, world.enterprise, state="lodged", by=signatory)
    for target in WAYS["appraising"]:
        make_slip_line(world.drafted, target)
    make_result(world.drafted)
    world.requests["door"] = make_supplement(world.in_hand["others", "lodged"])
    clerk = world.people[Role.INTAKE.value]
    paper = make_dossier(version, world.enterprise, state="lodged", by=clerk, channel="post")
    make_slip_line(paper, "supplementing")
    world.in_hand["paper", "supplementing"] = paper


def _whose(who):
    return who if who in OWNERS else "others"


def _in(state):
    return lambda world, who: {"public_id": world.in_hand[_whose(who), state].public_id}


def _asked(world, who):
    """A supplement that this person may send: at the door the clerks', later those of the office."""
    request = world.requests["door" if who in DOOR else _whose(who)]
    return {"public_id": request.dossier.public_id, "request_id": request.public_id}


def _to_ask(world, who):
    dossier, request = world.in_hand[_whose(who), "received"], world.requests["door"]
    return {"public_id": request.dossier.public_id if who in DOOR else dossier.public_id}


def _answered(world, who):
    return {"public_id": world.in_hand["paper" if who in DOOR else "others", "supplementing"].public_id}


def _line(verb, state):
    def find(world):
        dossier = world.in_hand["others", state]
        return {"public_id": dossier.public_id, "line_id": dossier.slip.get(verb=verb).public_id}

    return find


OBJECTS = {
    "dossiers:receive_dossier": _in("lodged"),
    "dossiers:refuse_dossier": _in("lodged"),
    "dossiers:assign_dossier": _in("received"),
    "dossiers:hand_over_dossier": _in("received"),
    "dossiers:appraise_dossier": _in("received"),
    "dossiers:submit_dossier": _in("appraising"),
    "dossiers:send_back_dossier": _in("submitted"),
    "dossiers:approve_dossier": _in("submitted"),
    "dossiers:not_eligible_dossier": _in("submitted"),
    "dossiers:stop_dossier": _in("received"),
    "dossiers:extend_dossier": _in("received"),
    "dossiers:issue_dossier": _in("approved"),
    "dossiers:return_dossier": _in("issued"),
    "dossiers:begin_result": _in("appraising"),
    "dossiers:result_draft": lambda world, who: {"public_id": world.drafted.public_id},
    "dossiers:note_dossier": _in("received"),
    **{f"dossiers:control_slip{kind}": _in("received") for kind in ("", "_pdf", "_word")},
    **{f"dossiers:dossier_form{kind}": _line("receive", "received") for kind in ("", "_pdf", "_word")},
    "dossiers:result_file": _line("issue", "issued"),
    "dossiers:result_signatures": _line("issue", "issued"),
    "dossiers:ask_supplement": _to_ask,
    "dossiers:edit_supplement": _asked,
    "dossiers:send_supplement": _asked,
    "dossiers:drop_supplement": _asked,
    "dossiers:answer_supplement": _answered,
    "dossiers:send_answer": _answered,
}
