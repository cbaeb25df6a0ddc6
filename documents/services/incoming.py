"""The verbs of papers that came in: enter one, correct its entry, pass it on, mark it as dealt with, take it up again, make
its number void. Each but the first two adds a step, and the database moves the paper with it."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import Post, User
from accounts.roles import HEADS, LEADERS, Role
from audit.events import actor_name, record_event
from audit.refusals import Conflict, NotAllowed, Refused
from documents.filing import standing_in
from documents.incoming_states import ANYWHERE, HANDLERS, IncomingState, incoming_move
from documents.meanwhile import overtaken
from documents.models import IncomingPaper, IncomingScan, IncomingStep, PaperNumber, WorkFile
from documents.models.papers import offices_headed_by
from documents.permissions.incoming import ACTIONS, ENTER
from documents.secrecy import refuse_secret
from documents.services.numbers import held_counter, locked_series
from documents.telling import INCOMING_PASSED
from notices.services.telling import tell
from screens import formats
from screens.text import clean

ENTRY = ("issuer", "symbol", "issued_on", "kind", "subject", "urgency", "pages", "note")  # what may be corrected
TEXTS = ("issuer", "symbol", "kind", "subject", "note")
EVENTS = {
    "pass": "incoming passed on", "finish": "incoming dealt with", "reopen": "incoming taken up again",
    "void": "incoming made void",
}  # fmt: skip
FOLLOWS = ("state", "office", "person", "due_on", "answer", "step_count", "passed_at", "done_at", "version")
LEADING = LEADERS | HEADS | {Role.CHIEF_OF_OFFICE}  # whose own instruction it may be

# --- the register ------------------------------------------------------------------------------


@transaction.atomic
def enter_incoming(*, series, arrived_on, values, by, now, number=None, scan=None, found=None):
    """Enter a paper under the next number of arrival, or under the one that the city's document system gave; `found` is what
    the signatures of its scan are worth (`looked_at`).

    Whoever takes a number holds the counter until the end of the transaction: what breaks off leaves no gap.
    """
    require(by, ENTER)
    _require_plain(values)
    series = locked_series(series)
    if series.register != series.Register.IN or series.is_ended(arrived_on):
        raise Refused(_("The series “%(series)s” gives no number of arrival. Choose another one.") % {"series": series})
    if arrived_on > timezone.localdate(now):
        raise Refused(_("A paper does not arrive on a day that is still to come."))
    _require_order(values["issued_on"], arrived_on)
    counter = held_counter(series, arrived_on.year, None)
    if series.is_portals:
        if number is not None:
            raise Refused(_("The portal gives the numbers of this series. Leave the number empty."))
        number = counter.last_number + 1
    elif number is None:
        raise Refused(_("Type in the number that the document system gave."))
    elif IncomingPaper.objects.filter(counter=counter, number=number).exclude(state=IncomingState.VOID).exists():
        raise Conflict(
            _("Number of arrival %(number)s of %(year)s stands in the register already.")
            % {"number": number, "year": arrived_on.year}
        )
    row = IncomingPaper(
        counter=counter, series=series, by_portal=series.is_portals, year=arrived_on.year, number=number,
        arrived_on=arrived_on, entered_at=now, entered_by=actor_name(by), **values,
    )  # fmt: skip
    row.derive()
    _require_new(row)
    _keep(row.save)
    record_event("incoming entered", row, by=by, now=now, number=row.called, after=_entry(row))
    _add_scan(row, scan, found, by=by, now=now)
    return row


@transaction.atomic
def correct_incoming(*, paper, values, version, by, now, reason, scan=None, found=None):
    """Correct what the register says of a paper, or add a better scan; its number, its day and former scans stay."""
    require(by, ENTER)
    _require_plain(values)
    row = _locked(paper)
    if row.is_void:
        raise Conflict(_("This number is void already: %(reason)s") % {"reason": _last(row).note})
    if row.version != version:
        raise overtaken(row, still=True)
    _require_order(values["issued_on"], row.arrived_on)
    before = _entry(row)
    for name in ENTRY:
        setattr(row, name, values[name])
    row.derive()
    _require_new(row)
    after = _entry(row)
    changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    _keep(lambda: row.save_version(version, update_fields=[*ENTRY, "source_key", "folded"]))
    record_event(
        "incoming corrected", row, by=by, now=now, reason=reason, before={name: before.get(name) for name in changed},
        after={name: after.get(name) for name in changed},
    )  # fmt: skip
    _add_scan(row, scan, found, by=by, now=now)
    return row


def _add_scan(row, file, found, *, by, now):
    if file is None or row.scans.filter(file=file).exists():
        return
    IncomingScan.objects.create(paper=row, file=file, added_at=now, added_by=actor_name(by), **found or {})
    record_event("incoming scanned", row, by=by, now=now, name=file.original_name, sha256=file.sha256)


# --- whose hands it is in ----------------------------------------------------------------------


@transaction.atomic
def pass_incoming(*, paper, office, version, by, now, person=None, due_on=None, instruction="", instructed_by=None):
    """Give the paper to an office, or to somebody in it, with the deadline and the leader's instruction (ý kiến chỉ đạo)."""
    row = _begun(paper, "pass", version, by, now)
    today = timezone.localdate(now)
    refuse_secret(instruction)
    if office.ended_on is not None and office.ended_on <= today:
        raise Refused(_("%(office)s has ended. Choose another office.") % {"office": office})
    if not by.roles & ANYWHERE and not offices_headed_by(by, today).filter(office=office).exists():
        raise NotAllowed(
            _("You pass papers on within the office that you head. Ask the Department's Office for others.")
        )
    if person is not None and not _may_handle(person, office, today):
        raise Refused(
            _("%(name)s holds no post in %(office)s. Choose somebody who does, or leave the person empty.")
            % {"name": person, "office": office}
        )
    if due_on is not None and due_on < today:
        raise Refused(_("The deadline is over already. Choose today or a later day."))
    instruction = instruction.strip()
    if instruction and instructed_by is None:
        if not by.roles & LEADING:
            raise Refused(_("Say whose instruction it is."))
        instructed_by = by
    if not instruction:
        instructed_by = None
    return _stepped(
        row, "pass", by=by, now=now, office=office, person=person, due_on=due_on, instruction=instruction,
        instructed_by=instructed_by,
    )  # fmt: skip


@transaction.atomic
def finish_incoming(*, paper, version, by, now, answer=None, note=""):
    """Mark the paper as dealt with: by the paper that answers it, or with a word why it needs none."""
    row = _begun(paper, "finish", version, by, now)
    refuse_secret(note)
    note = clean(note)
    if answer is None and not note:
        raise Refused(_("Name the paper that answers it, or say how it was dealt with."))
    if answer is not None:
        answer = PaperNumber.objects.select_for_update(of=("self",)).get(pk=answer.pk)
        if answer.is_void:
            raise Refused(_("Number %(number)s is void. Name the paper that took its place.") % {"number": answer})
        if answer.dated_on < row.arrived_on:
            raise Refused(
                _("%(number)s is dated %(day)s, before this paper arrived. Check its number and year.")
                % {"number": answer, "day": formats.vn_date(answer.dated_on)}
            )
    return _stepped(row, "finish", by=by, now=now, answer=answer, note=note)


@transaction.atomic
def reopen_incoming(*, paper, version, by, now, reason, due_on=None):
    """Take up again what was marked as dealt with: it goes back to whoever had it."""
    row = _begun(paper, "reopen", version, by, now)
    refuse_secret(reason)
    if due_on is not None and due_on < timezone.localdate(now):
        raise Refused(_("The deadline is over already. Choose today or a later day."))
    return _stepped(row, "reopen", by=by, now=now, due_on=due_on or row.due_on, answer=None, note=clean(reason))


@transaction.atomic
def void_incoming(*, paper, version, by, now, reason):
    """Make the number of arrival void: it stays in the register with the reason and, where the portal counts, is not given
    again."""
    row = _begun(paper, "void", version, by, now)
    return _stepped(row, "void", by=by, now=now, note=clean(reason))


def rests_on(paper, verb):
    """A sentence for whoever is about to take the paper up again, or to make its number void: in which closed files it stands,
    and which copies of it go on standing; "" where there is none."""
    closed = WorkFile.objects.filter(pk__in=standing_in("incoming", paper).values("work_file"))
    closed = closed.filter(state=WorkFile.State.CLOSED).order_by("-year", "sort_key")
    found = []
    if closed:
        files = "; ".join(f"{row.code}/{row.year}" for row in closed)
        found.append(_("The paper stands in a closed work file, which stays closed: %(files)s.") % {"files": files})
    copies = paper.paper_copies.filter(number__isnull=False).select_related("number").order_by("pk")
    if verb == "void" and copies:
        found.append(
            _("Copies of it have their numbers and stand: %(copies)s.") % {"copies": "; ".join(map(str, copies))}
        )
    if verb == "void" and found:
        found.append(_("Their pages say from then on that the number of arrival is void."))
    return " ".join(found)


def answers_with(number):
    """A sentence for whoever is about to make a number void: which papers are marked as dealt with by it; "" where none is."""
    papers = IncomingPaper.objects.filter(answer=number, state=IncomingState.DONE).order_by("year", "number")
    if not papers:
        return ""
    return _(
        "Papers that came in are marked as dealt with by this number: %(papers)s. Their pages say that it is void; take them up "
        "again where they are to be answered."
    ) % {"papers": "; ".join(paper.called for paper in papers)}


def may_do(user, paper, verb, now):
    """Whether the verb is this person's now: what buttons ask."""
    try:
        _require_hands(paper, verb, user, now)
    except Refused:
        return False
    return True


# --- handing over ------------------------------------------------------------------------------


def who_may_go_on(person, on):
    """Those who may deal with papers in every office whose papers `person` has in hand."""
    users = User.objects.holding(HANDLERS, on)
    held = IncomingPaper.objects.held_by(person).order_by()
    for office in held.values_list("office", flat=True).distinct():
        users = users.filter(pk__in=_posts_in(office, on).values("user"))
    return users


def names_of_held(person):
    for row in IncomingPaper.objects.held_by(person):
        named = f"{row.symbol}, {row.issuer}" if row.symbol else row.issuer
        yield _("No. of arrival %(number)s/%(year)s: %(subject)s (%(named)s)") % {
            "number": row.number, "year": row.year, "subject": row.subject, "named": named,
        }  # fmt: skip


def hand_over_incoming(person, to, *, by, now):
    """Give what `person` has in hand to `to` (one act of accounts.handover, which records it)."""
    for row in IncomingPaper.objects.held_by(person).select_for_update(of=("self",)):
        _stepped(row, "pass", by=by, now=now, person=to)


# --- shared ------------------------------------------------------------------------------------


def _posts_in(office, on):
    return Post.objects.in_force(on).filter(office=office, role__in=[role.value for role in HANDLERS])


def _may_handle(person, office, on):
    return person.is_active and _posts_in(office, on).filter(user=person).exists()


def _locked(paper):
    IncomingPaper.objects.select_for_update(of=("self",)).get(pk=paper.pk)  # read once nobody else passes it on
    return IncomingPaper.objects.select_related("series", "office", "person", "answer").get(pk=paper.pk)


def _begun(paper, verb, version, by, now):
    """The paper, locked, where it stands as it was read and the verb is this person's."""
    row = _locked(paper)
    if row.version != version:
        raise overtaken(row, still=may_do(by, row, verb, now))
    _require_hands(row, verb, by, now)
    return row


def _require_hands(paper, verb, by, now):
    found = incoming_move(verb, IncomingState(paper.state))
    if found is None:
        raise Conflict(
            _("The paper is “%(state)s”; this can no longer be done.") % {"state": paper.get_state_display()}
        )
    require(by, ACTIONS[verb])
    if not by.roles & found.roles:
        raise NotAllowed(_("Your role does not allow this."))
    if verb in ("reopen", "void") or (verb == "pass" and by.roles & ANYWHERE):
        return
    heads = offices_headed_by(by, timezone.localdate(now)).filter(office=paper.office_id).exists()
    if not heads and not (verb == "finish" and paper.person_id == by.pk):
        raise NotAllowed(_("This paper is not in your hands: %(who)s has it.") % {"who": paper.person or paper.office})


def _stepped(row, verb, *, by, now, **values):
    """Add a step to a locked paper; what it does not name stays as it is. Returns the paper as it is then."""
    standing = {"office": row.office, "person": row.person, "due_on": row.due_on, "answer": row.answer}
    if verb == "pass":
        standing["answer"] = None
    before, target = row.state, incoming_move(verb, IncomingState(row.state)).target
    step = IncomingStep.objects.create(
        paper=row, place=row.step_count + 1, verb=verb, source=before, target=target, by=actor_name(by), at=now,
        **{**standing, **values},
    )  # fmt: skip
    row.refresh_from_db(fields=FOLLOWS)
    said = {
        "office": step.office.name if step.office and verb == "pass" else None,
        "due_on": step.due_on if verb in ("pass", "reopen") else None,
        "instruction": step.instruction or None,
        "answer": step.answer.symbol if step.answer else None,
    }
    after = {"state": row.state} | {name: value for name, value in said.items() if value is not None}
    to = {"person": step.person.public_id} if step.person and verb == "pass" else {}
    record_event(EVENTS[verb], row, by=by, now=now, reason=step.note, before={"state": before}, after=after, **to)
    if verb in ("pass", "reopen"):
        tell(INCOMING_PASSED, row, by=by, now=now, occasion=str(step.place))
    return row


def _last(row):
    return row.steps.order_by("-place").first()


def _entry(row):
    kept = {"arrived_on": row.arrived_on, "series": row.series.name_vi}
    return kept | {name: getattr(row, name) for name in ENTRY if getattr(row, name) not in ("", None)}


def _require_plain(values):
    refuse_secret(*(values[name] for name in TEXTS))


def _require_order(issued_on, arrived_on):
    if issued_on is not None and issued_on > arrived_on:
        raise Refused(_("The paper is dated after the day on which it arrived. Check both days."))


def _require_new(row):
    """The same paper is entered once: a second copy of it, on paper after the electronic one, needs no number."""
    if not row.source_key or row.issued_on is None:
        return
    same = IncomingPaper.objects.filter(source_key=row.source_key, issued_on=row.issued_on)
    found = same.exclude(state=IncomingState.VOID).exclude(pk=row.pk).first()
    if found:
        raise Conflict(
            _("%(symbol)s of %(issuer)s stands in the register already, under number of arrival %(number)s.")
            % {"symbol": row.symbol, "issuer": row.issuer, "number": found.called}
        )


def _keep(save):
    try:
        with transaction.atomic():
            save()
    except IntegrityError:
        raise Refused(_("This contradicts another entry or its own values. Check codes, days and numbers.")) from None
