"""Handling: clerks at the door, heads and officers of the office that has it, leaders who decide; all staff read."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import action, route
from accounts.models import Office, Post, User
from accounts.roles import ENTERPRISE_ROLES, HEADS, LEADERS, Role
from dossiers.permissions.dossiers import VIEW, WITHDRAW, may_on
from dossiers.states import CLERKS, DECIDERS, HANDLERS, READERS, SIGNATORY, State, Verb, targets_of

RECEIVE = action("dossiers.receive", _("Receive dossiers or say why they cannot be received"), roles=CLERKS)
ASSIGN = action("dossiers.assign", _("Assign dossiers of one's office"), roles=DECIDERS)
HANDLE = action("dossiers.handle", _("Handle dossiers"), roles=HANDLERS)
ASK = action("dossiers.ask", _("Ask for supplements"), roles=CLERKS | HANDLERS | LEADERS)
ANSWER = action("dossiers.answer", _("Answer requests for supplements"), roles=ENTERPRISE_ROLES | CLERKS)
DECIDE = action("dossiers.decide", _("Approve results of dossiers or find dossiers not eligible"), roles=LEADERS)
SEND_BACK = action("dossiers.send_back", _("Send submitted dossiers back"), roles=DECIDERS)
STOP = action("dossiers.stop", _("Stop the handling of dossiers"), roles=DECIDERS)
EXTEND = action("dossiers.extend", _("Apologise and promise a new day"), roles=DECIDERS)
ISSUE = action("dossiers.issue", _("Issue results of dossiers"), roles=frozenset({Role.RECORDS_CLERK}))
RETURN = action("dossiers.return", _("Return results of dossiers"), roles=CLERKS)
DRAFT_RESULT = action("dossiers.draft_result", _("Draft results of dossiers as papers"), roles=HANDLERS)
SEE_DRAFT = action("dossiers.see_draft", _("See drafts of results of dossiers"), roles=HANDLERS | LEADERS)
NOTE = action("dossiers.note", _("Write internal notes on dossiers"), roles=CLERKS | HANDLERS | LEADERS)
SLIP = action("dossiers.slip", _("See the control slip of a dossier"), roles=READERS)

ACTIONS = {
    Verb.RECEIVE: RECEIVE,
    Verb.REFUSE: RECEIVE,
    Verb.WITHDRAW: WITHDRAW,
    Verb.ASK: ASK,
    Verb.ANSWER: ANSWER,
    Verb.ASSIGN: ASSIGN,
    Verb.HAND_OVER: HANDLE,
    Verb.APPRAISE: HANDLE,
    Verb.SUBMIT: HANDLE,
    Verb.SEND_BACK: SEND_BACK,
    Verb.APPROVE: DECIDE,
    Verb.NOT_ELIGIBLE: DECIDE,
    Verb.STOP: STOP,
    Verb.EXTEND: EXTEND,
    Verb.ISSUE: ISSUE,
    Verb.RETURN: RETURN,
}

for name, wanted in (
    ("receive", RECEIVE), ("refuse", RECEIVE), ("assign", ASSIGN), ("hand_over", HANDLE), ("appraise", HANDLE),
    ("submit", HANDLE), ("send_back", SEND_BACK), ("approve", DECIDE), ("not_eligible", DECIDE), ("stop", STOP),
    ("extend", EXTEND), ("issue", ISSUE), ("return", RETURN), ("note", NOTE),
):  # fmt: skip
    route(f"dossiers:{name}_dossier", GET=wanted, POST=wanted)

route("dossiers:begin_result", GET=DRAFT_RESULT, POST=DRAFT_RESULT)
route("dossiers:result_draft", GET=SEE_DRAFT)
route("dossiers:bulk_receive", GET=RECEIVE, POST=RECEIVE)
route("dossiers:bulk_assign", GET=ASSIGN, POST=ASSIGN)
route("dossiers:ask_supplement", GET=ASK, POST=ASK)
route("dossiers:edit_supplement", GET=ASK, POST=ASK)
route("dossiers:send_supplement", GET=ASK, POST=ASK)
route("dossiers:drop_supplement", GET=ASK, POST=ASK)
route("dossiers:answer_supplement", GET=ANSWER, POST=ANSWER)
route("dossiers:send_answer", GET=ANSWER, POST=ANSWER)
for kind in ("", "_pdf", "_word"):
    route(f"dossiers:dossier_form{kind}", GET=VIEW)
    route(f"dossiers:control_slip{kind}", GET=SLIP)
for name in ("result_file", "result_signatures"):
    route(f"dossiers:{name}", GET=VIEW)

OWN = {Verb.LODGE, Verb.WITHDRAW, Verb.ANSWER}  # the enterprise's to do, or the clerk's for what came on paper
DOOR = {Verb.RECEIVE, Verb.REFUSE, Verb.RETURN, Verb.ISSUE}  # by role alone, wherever the dossier lies


def _hands(user, wanted):
    """(keys of those as whom the person may do `wanted`, the roles that allow it): themselves, and who authorised them."""
    given = [each for each in user.delegations if each.action == wanted.code and each.giver_roles & wanted.roles]
    own = user.roles & wanted.roles
    return [user.pk] * bool(own) + [each.giver_id for each in given], own.union(
        *(each.giver_roles & wanted.roles for each in given)
    )


def may_do(user, dossier, verb, now):
    """Whether the person may do this to the dossier as it stands: by the table, their role, and whose it is."""
    if not targets_of(verb).get(dossier.state):
        return False
    if isinstance(user, str):
        return True
    if verb in OWN:
        return may_on(user, dossier, SIGNATORY | CLERKS)
    keys, roles = _hands(user, ACTIONS[verb])
    if not roles:
        return False
    if verb in DOOR:
        return True
    if verb in (Verb.APPRAISE, Verb.SUBMIT, Verb.HAND_OVER):
        return dossier.handler_id in keys
    if verb == Verb.ASK and dossier.state == State.LODGED:
        return bool(roles & CLERKS)
    if verb == Verb.ASK and dossier.handler_id in keys:
        return True
    return bool(roles & LEADERS) or _head(keys, dossier.office_id, timezone.localdate(now))


def _head(keys, office_id, on):
    """Whether one of these heads the office on the day."""
    held = Post.objects.in_force(on).filter(office_id=office_id, role__in=[role.value for role in HEADS])
    return held.filter(user__in=keys).exists()


def may_approve_request(user, request, now):
    """Whether the person may send a prepared supplement: at the door any clerk, later a head of the office or a leader
    who wrote nothing of it."""
    if isinstance(user, str):
        return True
    keys, roles = _hands(user, ASK)
    if request.stage == State.LODGED:
        return bool(roles & CLERKS)
    dossier = request.dossier
    is_head = bool(roles & LEADERS) or _head(keys, dossier.office_id, timezone.localdate(now))
    return is_head and request.prepared_by_id != user.pk and not request.changes.filter(by=user).exists()


def handlers_of(office, on):
    """Whom work of the office may be assigned to: its heads and officers on the day."""
    posts = Post.objects.in_force(on).filter(office=office, role__in=[role.value for role in HANDLERS])
    return User.objects.filter(is_active=True, pk__in=posts.values("user_id")).order_by("sort_key", "pk")


def headed_offices(on):
    """The offices in which somebody may assign work on the day."""
    posts = Post.objects.in_force(on).filter(role__in=[role.value for role in HEADS], user__is_active=True)
    return Office.objects.filter(pk__in=posts.values("office_id")).exclude(ended_on__lt=on)


def handlers_to_assign(user, on, offices):
    """Whom the person may assign work of these offices to: leaders anybody who handles, heads those of the offices they
    head."""
    posts = Post.objects.in_force(on).filter(role__in=[role.value for role in HANDLERS], office__in=offices)
    keys, roles = _hands(user, ASSIGN)
    if not roles & LEADERS:
        headed = Post.objects.in_force(on).filter(user__in=keys, role__in=[role.value for role in HEADS])
        posts = posts.filter(office__in=headed.values("office_id"))
    return User.objects.filter(is_active=True, pk__in=posts.values("user_id")).order_by("sort_key", "pk")
