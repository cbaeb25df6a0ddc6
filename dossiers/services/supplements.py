"""The verbs of supplements: prepare item by item, send after somebody else approved, answer item by item, send the answer."""

import hashlib

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import canonical, record_event
from audit.refusals import Conflict, NotAllowed, Refused, StaleVersion
from documents.store import save_upload
from dossiers.answers import marks_of
from dossiers.clock import Run, Terms, WorkingDays, resume
from dossiers.models import DossierFile, SupplementChange, SupplementItem, SupplementRequest
from dossiers.models.handling import MOST_FILES
from dossiers.permissions.dossiers import may_on
from dossiers.permissions.handling import ANSWER, may_approve_request
from dossiers.services.slip import held_for, write_line
from dossiers.states import CLERKS, ENTERPRISE, State, Verb
from dossiers.telling import ANSWER_READY
from notices.services.telling import tell
from screens import formats

# --- preparing and sending ---------------------------------------------------------------------


@transaction.atomic
def prepare_supplement(*, dossier, items, guidance, answer_by, by, now):
    """Write down what a dossier lacks at its stage. `items` are dicts of `component`, `wanted`, `reason`, `legal_basis`."""
    row = held_for(dossier, Verb.ASK, by, now)
    waiting = row.supplements.open().first()
    if waiting:
        raise Conflict(
            _("Supplement %(number)s is being prepared already, by %(name)s. Change that one.")
            % {"number": waiting.number, "name": waiting.prepared_by.full_name}
        )
    _require_day(answer_by, row.procedure_version, now)
    last = row.supplements.aggregate(last=Max("number"))["last"] or 0
    request = SupplementRequest.objects.create(
        dossier=row, number=last + 1, stage=row.state, guidance=guidance, answer_by=answer_by, prepared_at=now,
        prepared_by=by,
    )  # fmt: skip
    _write_items(request, items)
    record_event("dossier supplement prepared", row, by=by, now=now, number=request.number)
    return request


@transaction.atomic
def change_supplement(*, request, items, guidance, answer_by, version, by, now):
    """Write a prepared supplement anew, before it is sent."""
    held_for(request.dossier, Verb.ASK, by, now)
    row = _locked(request)
    _require_prepared(row)
    _require_day(answer_by, row.dossier.procedure_version, now)
    before = _as_written(row)
    row.guidance, row.answer_by = guidance, answer_by
    row.save_version(version, update_fields=["guidance", "answer_by"])
    SupplementChange.objects.create(request=row, by=by, at=now)
    row.items.all().delete()
    _write_items(row, items)
    record_event(
        "dossier supplement changed",
        row.dossier,
        by=by,
        now=now,
        number=row.number,
        before=before,
        after=_as_written(row),
    )
    return row


def _as_written(request):
    """What a request asks for, as its history tells it."""
    items = "; ".join(f"{item.wanted} ({item.reason})" for item in request.items.order_by("position"))
    day = request.answer_by.isoformat() if request.answer_by else ""
    return {"answer_by": day, "guidance": request.guidance, "items": items}


def _write_items(request, items):
    if not items:
        raise Refused(_("Name at least one thing that is missing."))
    for position, item in enumerate(items, start=1):
        SupplementItem.objects.create(request=request, position=position, **item)


def day_by_procedure(version, now):
    """The last day to answer a request that is sent now and names none, by the procedure; None where it does not say."""
    if version.answer_days is None:
        return None
    today = timezone.localdate(now)
    return WorkingDays.around(today, working_days=version.answer_days).after(today, version.answer_days)


def _require_day(answer_by, version, now):
    if answer_by is None and version.answer_days is None:
        raise Refused(_("Name the day by which the enterprise answers: the procedure names none."))
    if _is_over(answer_by, now):
        raise Refused(_("The day by which the enterprise answers must be still to come."))


def writers_of(request):
    """The names of all who wrote it, whoever prepared it first."""
    changed = request.changes.select_related("by").order_by("pk")
    return list(dict.fromkeys([request.prepared_by.full_name, *(each.by.full_name for each in changed)]))


def is_day_over(request, now):
    """Whether a prepared request names a day that is not to come any more: it is changed before it is sent."""
    return _is_over(request.answer_by, now)


def _is_over(day, now):
    return day is not None and day <= timezone.localdate(now)


def _require_prepared(row):
    if row.state != row.State.PREPARED:
        raise Conflict(
            _("Supplement %(number)s is “%(state)s” now and is not changed any more.")
            % {"number": row.number, "state": row.get_state_display()}
        )


@transaction.atomic
def send_supplement(*, request, by, now, version=None):
    """Approve a prepared supplement and send it, as it was read at `version`: the enterprise has the turn until the day that it
    names, or until that of the procedure; the clock stops."""
    dossier = held_for(request.dossier, Verb.ASK, by, now)
    row = _locked(request)
    _require_prepared(row)
    if not may_approve_request(by, row, now):
        raise NotAllowed(
            _("A supplement is sent by the head of the office or a leader who did not write it (%(names)s did).")
            % {"names": ", ".join(writers_of(row))}
        )
    if version is not None and version != row.version:
        raise StaleVersion(row, _changed_meanwhile(row))
    _require_day(row.answer_by, dossier.procedure_version, now)
    row.state, row.sent_at, row.sent_by = row.State.SENT, now, by
    row.answer_by = row.answer_by or day_by_procedure(dossier.procedure_version, now)
    row.save_version(row.version, update_fields=["state", "sent_at", "sent_by", "answer_by"])
    return write_line(dossier, Verb.ASK, State.SUPPLEMENTING, by=by, now=now, request=row)


def _changed_meanwhile(row):
    last = row.changes.select_related("by").order_by("pk").last()
    return _(
        "Meanwhile %(name)s changed the request (%(time)s). Nothing was sent. Read it as it stands now, then send it."
    ) % {"name": last.by.full_name, "time": formats.vn_datetime(last.at)}


@transaction.atomic
def drop_supplement(*, request, by, now):
    """Give a prepared supplement up; what was sent is not taken back."""
    held_for(request.dossier, Verb.ASK, by, now)
    row = _locked(request)
    _require_prepared(row)
    row.state, row.dropped_at, row.dropped_by = row.State.DROPPED, now, by
    row.save_version(row.version, update_fields=["state", "dropped_at", "dropped_by"])
    record_event("dossier supplement dropped", row.dossier, by=by, now=now, number=row.number)
    return row


# --- answering ---------------------------------------------------------------------------------


@transaction.atomic
def save_answers(*, request, answers, by, now, seen=None):
    """Keep what was typed as answers, {public id of an item: text}; sent by `send_answer`.

    `seen` has the words from which the person went on, of each item: what was left as it was does not undo what a
    colleague answered meanwhile, and where both wrote, nothing is kept before the person saw what stands.
    """
    require(by, ANSWER)
    row = _open_to(request, by)
    items = {str(item.public_id): item for item in row.items.select_for_update(of=("self",))}
    if set(answers) != set(items):
        raise Refused(_("This form has items that the request does not have. Open the request again."))
    seen = seen or {}
    changed = []
    for key, text in answers.items():
        stands = items[key].answer
        before = seen.get(key, stands)
        if text in (before, stands):
            continue
        if before != stands:
            raise StaleVersion(row)
        items[key].answer = text
        items[key].save_version(items[key].version, update_fields=["answer"])
        changed.append(items[key].position)
    if changed:
        record_event("dossier supplement answer saved", row.dossier, by=by, now=now, number=row.number, items=changed)
    return row


def upload_item_file(*, item, upload, by, now):
    """Take a file in and let it stand for an item of the supplement that the enterprise is asked for."""
    require(by, ANSWER)
    with transaction.atomic():
        _open_to(item.request, by)
    stored = save_upload(
        upload, by=by, now=now, allow=item.kinds_taken, most_megabytes=item.megabytes_taken,
        is_identity=bool(item.component) and item.component.is_identity,
    )  # fmt: skip
    return _attach(item, stored, by=by, now=now)


@transaction.atomic
def _attach(item, stored, *, by, now):
    row = _open_to(item.request, by)
    standing = item.files.standing()
    same = standing.filter(file__sha256=stored.sha256).first()
    if same:
        return same
    if standing.count() >= MOST_FILES:
        raise Refused(
            _("“%(name)s” takes at most %(most)s files. Take one away first, or put several papers into one file.")
            % {"name": item.wanted, "most": MOST_FILES}
        )
    file = DossierFile.objects.create(
        dossier=row.dossier, component=item.component, item=item, file=stored, added_at=now, added_by=by
    )
    record_event(
        "dossier file attached", row.dossier, by=by, now=now, name=file.name_to_all, component=item.wanted,
        sha256=stored.sha256,
    )  # fmt: skip
    return file


@transaction.atomic
def remove_item_file(*, row, by, now):
    """Take a file of an item away, before the answer is sent. Taken away already, nothing happens."""
    require(by, ANSWER)
    request = _open_to(row.item.request, by)
    row = DossierFile.objects.select_for_update(of=("self",)).select_related("file", "item").get(pk=row.pk)
    if row.removed_at is None:
        row.removed_at, row.removed_by = now, by
        row.save(update_fields=["removed_at", "removed_by"])
        facts = {"name": row.name_to_all, "component": row.item.wanted}
        record_event("dossier file taken away", request.dossier, by=by, now=now, **facts)
    return row


@transaction.atomic
def tell_answer_ready(*, request, by, now):
    """Have the legal representatives told that an answer is complete and waits for them to send it; on one day once."""
    require(by, ANSWER)
    row = _open_to(request, by)
    if not row.dossier.is_online:
        raise Refused(_("What did not come online is answered by the clerk who works on it."))
    _require_answered(row)
    record_event("dossier answer ready", row.dossier, by=by, now=now, number=row.number)
    tell(ANSWER_READY, row.dossier, by=by, now=now, occasion=f"{row.number} {timezone.localdate(now).isoformat()}")
    return row


@transaction.atomic
def send_answer(*, request, digest, by, now):
    """Send the answer to a supplement as it was checked (`digest`), every item with words or files: the Department has the
    turn, the clock goes on."""
    require(by, ANSWER)
    dossier = held_for(request.dossier, Verb.ANSWER, by, now)
    row = _open_to(request, by)
    if digest != digest_of_answer(row):
        raise Conflict(changed_text())
    _require_answered(row)
    row.state, row.answered_at, row.answered_by = row.State.ANSWERED, now, by
    row.save_version(row.version, update_fields=["state", "answered_at", "answered_by"])
    run = _run_after(dossier, row, now)
    return write_line(dossier, Verb.ANSWER, State(row.stage), by=by, now=now, request=row, run=run, digest=digest)


def _require_answered(row):
    empty = unanswered(row)
    if empty:
        raise Refused(
            _("Item %(position)s is not answered yet: “%(wanted)s”. Write an answer or attach a file.")
            % {"position": empty[0].position, "wanted": empty[0].wanted}
        )


def _run_after(dossier, row, now):
    """The promise after the answer; None where nothing was promised yet."""
    if dossier.due_on is None:
        return None
    terms = Terms.of(dossier.procedure_version)
    run = Run(dossier.starts_on, dossier.due_on)
    around = (dossier.starts_on, dossier.due_on, timezone.localdate(row.sent_at), timezone.localdate(now))
    return resume(run, row.sent_at, now, terms, WorkingDays.around(*around, working_days=terms.total + 10))


def unanswered(request):
    """[items that have neither words nor a file]"""
    return [item for item in request.items.prefetch_related("files") if not item.is_answered]


def digest_of_answer(request):
    """What was checked, in one figure: the words of every item and the bytes of its files."""
    return hashlib.sha256(canonical([content for _item, content in _contents(request)]).encode()).hexdigest()


def parts_of_answer(request):
    """{public id of an item: mark of its words and files}"""
    return marks_of({str(item.public_id): content for item, content in _contents(request)})


def _contents(request):
    """[(item, what its answer has)] in the order of the items."""
    return [
        (
            item,
            [
                str(item.public_id),
                item.answer,
                sorted(
                    [file.file.sha256, file.file.original_name] for file in item.files.all() if file.removed_at is None
                ),
            ],
        )
        for item in request.items.order_by("position").prefetch_related("files__file")
    ]


def changed_since(request, digest, parts):
    """What to tell whoever checked the answer as `digest` and `parts` have it, and sends it now; "" where it stands so."""
    if digest == digest_of_answer(request):
        return ""
    now = parts_of_answer(request)
    items = [
        item
        for item, _content in _contents(request)
        if parts and parts.get(str(item.public_id)) != now[str(item.public_id)]
    ]
    return changed_text([f"{item.position}. {item.wanted}" for item in items])


def changed_text(names=()):
    if not names:
        return _("The answer was changed after you checked it. Check it again, then send it.")
    said = _("The answer was changed after you checked it: %(names)s. Check it again, then send it.")
    return said % {"names": "; ".join(names)}


def works_on_answers(user, dossier):
    """Whether the person prepares what the enterprise answers; sending it is the signatory's or the clerk's."""
    return may_on(user, dossier, ENTERPRISE | CLERKS)


def _open_to(request, by):
    row = _locked(request)
    if not may_on(by, row.dossier, ENTERPRISE | CLERKS):
        raise NotAllowed(_("You do not act for this enterprise."))
    if row.state != row.State.SENT:
        raise Conflict(why_closed(row))
    return row


def why_closed(request):
    return _(
        "Supplement %(number)s is “%(state)s” now; nothing is added to it any more. Look at the dossier for what is next."
    ) % {"number": request.number, "state": request.get_state_display()}


def _locked(request):
    rows = SupplementRequest.objects.select_for_update(of=("self",)).select_related(
        "dossier__enterprise", "dossier__procedure_version", "prepared_by"
    )
    return rows.get(pk=request.pk)
