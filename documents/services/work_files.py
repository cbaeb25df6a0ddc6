"""The verbs of work files: open one, change what the list says of it, put something in, take it out, close it."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import Post, User
from audit.events import actor_name, record_event
from audit.refusals import Conflict, NotAllowed, Refused
from documents.filing import fileables
from documents.incoming_states import HANDLERS
from documents.meanwhile import overtaken
from documents.models import WorkFile, WorkFileItem
from documents.models.papers import offices_headed_by
from documents.models.work_files import offices_of_member
from documents.paper_states import OFFICE
from documents.permissions.work_files import KEEP, PUT
from documents.secrecy import refuse_secret
from reference.services import rule
from screens.text import clean, code_key

MOST_TOLD = 10  # lines named in one sentence
CONTENT = ("code", "title", "office", "keeper", "retention", "note")
KEPT = (*CONTENT, "retention_words", "retention_years", "sort_key", "folded")


def retentions(on):
    """{code: row} of the periods that the rule knows on the day."""
    return {row["code"]: row for row in rule("work_file_retention", on, default=[])}


@transaction.atomic
def open_work_file(*, year, values, by, now):
    """Enter a file into the list of files of the year."""
    require(by, KEEP)
    row = WorkFile(year=year, opened_at=now, opened_by=actor_name(by), **values)
    _require_right(row, by, now)
    row.derive()
    _keep(row.save, row)
    record_event("work file opened", row, by=by, now=now, after=_entry(row))
    return row


@transaction.atomic
def edit_work_file(*, work_file, values, version, by, now):
    """Correct what the list says of an open file, or give it to another keeper."""
    require(by, KEEP)
    row = _locked(work_file)
    _require_keeper(row, by, now)
    _require_open(row)
    before = _entry(row)
    for name in CONTENT:
        setattr(row, name, values[name])
    _require_right(row, by, now)
    row.derive()
    after = _entry(row)
    changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    _keep(lambda: row.save_version(version, update_fields=KEPT), row)
    record_event(
        "work file changed", row, by=by, now=now, before={name: before.get(name) for name in changed},
        after={name: after.get(name) for name in changed},
    )  # fmt: skip
    return row


@transaction.atomic
def put_into_file(*, work_file, kind, thing, by, now, pages=None, note=""):
    """Put a paper or a dossier at the end of an open file, with the line that the register of contents says of it."""
    require(by, PUT)
    refuse_secret(note)
    row = _locked(work_file)
    _require_open(row)
    _require_member(row, by, now)
    fileable = fileables()[kind]
    if not fileable.visible(by).filter(pk=thing.pk).exists():
        raise NotAllowed(_("You put into files only what you see."))
    standing = row.items.standing().filter(kind=kind, object_id=thing.public_id).first()
    if standing:
        raise Conflict(_("It stands in this file already, at place %(place)s.") % {"place": standing.place})
    said = fileable.entry(thing)
    last = row.items.order_by("-place").values_list("place", flat=True).first() or 0
    item = WorkFileItem.objects.create(
        work_file=row, place=last + 1, kind=kind, object_id=thing.public_id, symbol=said.symbol[:200],
        dated_on=said.dated_on, subject=said.subject, author=said.author[:300], pages=pages or said.pages,
        note=clean(note), put_at=now, put_by=actor_name(by),
    )  # fmt: skip
    record_event("item put into file", row, by=by, now=now, place=item.place, what=str(item))
    return item


@transaction.atomic
def take_out_item(*, item, by, now, reason):
    """Take out what was put in by mistake, while the file is open; its place stays empty."""
    require(by, PUT)
    row = _locked(item.work_file)
    _require_open(row)
    _require_keeper(row, by, now)
    item = WorkFileItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if item.taken_out_at is not None:
        raise Conflict(_("This was taken out already."))
    item.taken_out_at, item.taken_out_by, item.taken_out_reason = now, actor_name(by), clean(reason)
    item.save(update_fields=["taken_out_at", "taken_out_by", "taken_out_reason"])
    record_event("item taken out of file", row, by=by, now=now, reason=reason, place=item.place, what=str(item))
    return item


@transaction.atomic
def close_work_file(*, work_file, version, by, now):
    """Close the file with its register of contents: it takes nothing more."""
    require(by, KEEP)
    row = _locked(work_file)
    if row.version != version:
        raise overtaken(row, still=may_keep(by, row, now))
    _require_keeper(row, by, now)
    _require_open(row)
    items = list(row.items.standing().order_by("place"))
    if not items:
        raise Refused(_("The file is empty. Put its papers in before you close it."))
    unfinished = unfinished_in(items)
    if unfinished:
        raise Refused(
            _("Work still goes on with what stands in the file: %(what)s. Finish it before you close the file.")
            % {"what": _told(unfinished)}
        )
    row.state, row.closed_at, row.closed_by = WorkFile.State.CLOSED, now, actor_name(by)
    row.save_version(version, update_fields=["state", "closed_at", "closed_by"])
    record_event("work file closed", row, by=by, now=now, count=len(items), after={"state": row.state})
    return row


def _told(items):
    """The lines by their places, as many as a sentence bears."""
    names = [_("place %(place)s (%(what)s)") % {"place": item.place, "what": item} for item in items[:MOST_TOLD]]
    return "; ".join([*names, "…"] if len(items) > MOST_TOLD else names)


def unfinished_in(items):
    """The lines on whose things work still goes on, whoever sees them."""
    found = []
    for item in items:
        fileable = fileables().get(item.kind)
        thing = fileable and fileable.model._default_manager.filter(public_id=item.object_id).first()
        if thing and fileable.is_open(thing):
            found.append(item)
    return found


def may_keep(user, work_file, now):
    return work_file.is_open and user.may(KEEP) and _is_keeper(work_file, user, timezone.localdate(now))


# --- handing over ------------------------------------------------------------------------------


def who_may_keep(person, on):
    """Those who hold a post in every office whose files `person` keeps."""
    users = User.objects.holding(HANDLERS, on)
    for office in WorkFile.objects.kept_by(person).order_by().values_list("office", flat=True).distinct():
        users = users.filter(pk__in=_posts_in(office, on).values("user"))
    return users


def hand_over_files(person, to, *, by, now):
    """Give the open files that `person` keeps to `to` (one act of accounts.handover, which records it)."""
    for row in WorkFile.objects.kept_by(person).select_for_update(of=("self",)):
        row.keeper = to
        row.save_version(row.version, update_fields=["keeper"])
        record_event("work file handed over", row, by=by, now=now)


# --- shared ------------------------------------------------------------------------------------


def _posts_in(office, on):
    return Post.objects.in_force(on).filter(office=office, role__in=[role.value for role in HANDLERS])


def _locked(work_file):
    WorkFile.objects.select_for_update(of=("self",)).get(pk=work_file.pk)  # read once nobody else changes its keeper
    return WorkFile.objects.select_related("office", "keeper").get(pk=work_file.pk)


def _require_open(row):
    if not row.is_open:
        raise Conflict(_("The file is closed and takes nothing more. Open another one for what is still to come."))


def _is_keeper(row, by, on):
    heads = offices_headed_by(by, on).filter(office=row.office_id)
    return row.keeper_id == by.pk or bool(by.roles & OFFICE) or heads.exists()


def _require_keeper(row, by, now):
    if not _is_keeper(row, by, timezone.localdate(now)):
        raise NotAllowed(_("%(name)s keeps this file, and does this or the head of the office.") % {"name": row.keeper})


def _require_member(row, by, now):
    today = timezone.localdate(now)
    if not (_is_keeper(row, by, today) or offices_of_member(by, today).filter(office=row.office_id).exists()):
        raise NotAllowed(_("This is a file of %(office)s. Choose one of your own office.") % {"office": row.office})


def _require_right(row, by, now):
    """What stands in the list fits the office, its people and the rule of retention."""
    today = timezone.localdate(now)
    refuse_secret(row.code, row.title, row.note)
    if not by.roles & OFFICE and not offices_of_member(by, today).filter(office=row.office).exists():
        raise Refused(_("You hold no post in this office. Files are opened for one's own office."))
    if not _posts_in(row.office, today).filter(user=row.keeper).exists():
        raise Refused(
            _("%(name)s holds no post in %(office)s. The keeper of a file works in its office.")
            % {"name": row.keeper, "office": row.office}
        )
    kept = retentions(today).get(row.retention)
    if kept is None:
        raise Refused(_("Choose how long the file is kept from the list of the rule."))
    row.retention_words, row.retention_years = kept["label_vi"], kept["years"]


def _entry(row):
    named = {"office": row.office.name, "keeper": row.keeper.full_name, "retention": row.retention_words}
    values = {name: getattr(row, name) for name in ("code", "title", "note")} | named
    return {name: value for name, value in values.items() if value}


def _keep(save, row):
    others = WorkFile.objects.filter(year=row.year).exclude(pk=row.pk).values_list("code", flat=True)
    if code_key(row.code) in map(code_key, others):
        raise Conflict(
            _("A file %(code)s of %(year)s stands in the list already. Choose another number.")
            % {"code": row.code, "year": row.year}
        )
    try:
        with transaction.atomic():
            save()
    except IntegrityError:
        raise Refused(_("This contradicts another entry or its own values. Check codes, days and numbers.")) from None
