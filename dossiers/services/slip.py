"""The control slip: the one door through which a lodged dossier moves. One line is added, and the dossier follows it."""

from django.utils.translation import gettext as _

from accounts.access import require
from accounts.roles import HEADS, LEADERS, Role
from audit.events import actor_name, record_event
from audit.refusals import Conflict, NotAllowed, StaleVersion
from dossiers.models import Dossier, SlipLine
from dossiers.permissions.handling import ACTIONS, OWN, may_do
from dossiers.states import Verb, targets_of
from dossiers.telling import tell_moved
from screens import formats

# which steps of the procedure are over once a verb was done: the first that are not over yet of these roles
FINISHES = {
    Verb.RECEIVE: {Role.INTAKE},
    Verb.ASSIGN: {Role.INTAKE, *HEADS},
    Verb.SUBMIT: {Role.INTAKE, Role.OFFICER},  # and those of heads, where one of them read it
    Verb.APPROVE: {*LEADERS, Role.CHIEF_OF_OFFICE},
    Verb.ISSUE: {Role.RECORDS_CLERK, Role.INTAKE},
    Verb.RETURN: {Role.RECORDS_CLERK, Role.INTAKE},
}
EVENTS = {
    Verb.WITHDRAW: "dossier withdrawn",
    Verb.RECEIVE: "dossier received",
    Verb.REFUSE: "dossier not received",
    Verb.ASK: "dossier supplement asked for",
    Verb.ANSWER: "dossier supplement given",
    Verb.ASSIGN: "dossier assigned",
    Verb.HAND_OVER: "dossier handed over",
    Verb.APPRAISE: "dossier appraisal begun",
    Verb.SUBMIT: "dossier submitted",
    Verb.SEND_BACK: "dossier sent back",
    Verb.APPROVE: "dossier approved",
    Verb.NOT_ELIGIBLE: "dossier found not eligible",
    Verb.STOP: "dossier stopped",
    Verb.EXTEND: "dossier promised anew",
    Verb.ISSUE: "dossier result issued",
    Verb.RETURN: "dossier result returned",
}


def held_for(dossier, verb, by, now, version=None):
    """The dossier, locked, once it stands where the verb may be done and the person may do it; still at the `version` that
    the person saw, for what leaves it in its state and would hide what another did meanwhile."""
    require(by, ACTIONS[verb])
    Dossier.objects.select_for_update(of=("self",)).get(
        pk=dossier.pk
    )  # what is joined below is read once nobody else moves it
    row = Dossier.objects.select_related(
        "procedure_version__procedure", "procedure_version__office", "enterprise", "office", "handler"
    ).get(pk=dossier.pk)
    if row.state not in targets_of(verb):
        raise Conflict(_conflict(row))
    if not may_do(by, row, verb, now):
        if verb in OWN:
            raise NotAllowed(
                _("Only the legal representative of the enterprise, or whoever they authorised, may do this.")
            )
        raise NotAllowed(_("This dossier is not in your hands: %(who)s has it.") % {"who": whose(row)})
    if version is not None and version != row.version:
        raise StaleVersion(row, _meanwhile(row))
    return row


def _conflict(row):
    last = row.slip.select_related("by").order_by("-number").first()
    if last is None:
        return _("The dossier is “%(state)s” now; this can no longer be done.") % {"state": row.get_state_display()}
    return _("The dossier is “%(state)s” now: %(name)s did that at %(time)s. This can no longer be done.") % {
        "state": row.get_state_display(),
        "name": last.by.full_name,
        "time": formats.vn_datetime(last.at),
    }


def _meanwhile(row):
    last = row.slip.select_related("by").order_by("-number").first()
    return _(
        "Meanwhile %(name)s wrote “%(what)s” on the slip at %(time)s: %(who)s has the dossier, the promised day is %(day)s. "
        "Nothing of yours was done. Look whether it still is what you want, then send it again."
    ) % {
        "name": last.by.full_name,
        "what": last.get_verb_display(),
        "time": formats.vn_datetime(last.at),
        "who": whose(row),
        "day": formats.vn_date(row.due_on),
    }


def whose(row):
    """Who has the dossier, in words."""
    if row.handler_id:
        return row.handler.full_name
    return str(row.office) if row.office_id else _("the intake desk")


def write_line(row, verb, target, *, by, now, run=None, steps_done=None, digest="", **values):
    """Add a line to the slip of a locked dossier; what it does not name stays as it is. Returns the dossier as it is then.

    `digest` is of what was checked and confirmed; its history keeps it with who did so and when.
    """
    before = {"state": row.state, "due_on": row.due_on, **_with_whom(row)}
    last = row.slip.order_by("-number").values_list("number", flat=True).first() or 0
    if steps_done is None:
        steps_done = steps_after(row, FINISHES.get(verb))
    standing = {"office": row.office, "handler": row.handler, "starts_on": row.starts_on, "due_on": row.due_on}
    if run:
        standing |= {"starts_on": run.starts_on, "due_on": run.due_on}
    line = SlipLine.objects.create(
        dossier=row, number=last + 1, verb=verb, source=row.state, target=target, at=now, by=by, steps_done=steps_done,
        **{**standing, **values},
    )  # fmt: skip
    row.refresh_from_db(fields=[
        "state", "office", "handler", "starts_on", "due_on", "steps_done", "version", "withdrawn_at", "withdrawn_by",
        "withdrawn_reason",
    ])  # fmt: skip
    said = {"note": line.note, "legal_basis": line.legal_basis, "paper": line.paper_number, "digest": digest}
    record_event(
        EVENTS[verb], row, by=by, now=now, **{name: text for name, text in said.items() if text},
        before=before, after={"state": row.state, "due_on": row.due_on, **_with_whom(line)},
    )  # fmt: skip
    tell_moved(row, verb, line=line, by=by, now=now)
    return row


def _with_whom(row):
    """Who has the dossier by it or by a line of its slip, as its history keeps it."""
    return {
        "office": row.office.name if row.office_id else None,
        "handler": actor_name(row.handler) if row.handler_id else None,
    }


def steps_after(row, roles):
    """How many steps of the procedure are over once those of `roles` that come next are."""
    if not roles:
        return row.steps_done
    steps = [Role(role) in roles for role in row.procedure_version.steps.values_list("role", flat=True)]
    begins = next((place for place in range(row.steps_done, len(steps)) if steps[place]), None)
    if begins is None:
        return row.steps_done
    return next((place for place in range(begins, len(steps)) if not steps[place]), len(steps))


def drop_open(row, *, by, now):
    """Drop the supplement that is being prepared or waits, because the dossier goes no further."""
    request = row.supplements.open().select_for_update(of=("self",)).first()
    if request:
        request.state, request.dropped_at, request.dropped_by = request.State.DROPPED, now, by
        request.save_version(request.version, update_fields=["state", "dropped_at", "dropped_by"])
