"""The verbs of imports: send a file, change how it is read, apply, discard, undo; and the work of their jobs."""

import logging

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.access import require
from accounts.models import User
from audit.events import record_event
from audit.refusals import Conflict, NotAllowed, Refused
from documents.guard import TABLES
from documents.imports import Chunk, kinds, pack, require_nothing_rests_on
from documents.limited import ReaderFailed, ReaderRefused
from documents.models import Import, ImportPart, ImportTurn
from documents.permissions.imports import IMPORT
from documents.spreadsheets import read_table
from documents.staging import pack_rows, staged_transaction
from documents.store import digest_of, save_upload
from jobs.models import Job
from jobs.services import Superseded, enqueue

log = logging.getLogger(__name__)
SAMPLE = 5  # good rows shown as they were read
State = Import.State


class AlreadyHere(Conflict):
    """The same file was sent before; `standing` is the import that holds it."""

    def __init__(self, standing):
        self.standing = standing
        super().__init__(_("This file was sent before. Nothing was changed; here is that import."))


class WrongYear(Refused):
    """The year of an import is none that its kind can be of."""


def require_year(kind, year, now):
    try:
        kind.check_year(year, now=now)
    except Refused as refusal:
        raise WrongYear(str(refusal)) from refusal


def kind_of(import_):
    """The kind of an import, or Refused when the room that knew it is gone."""
    try:
        return kinds()[import_.kind]
    except KeyError:
        raise Refused(_("This kind of import is no longer known.")) from None


def locked(import_):
    return Import.objects.select_for_update(of=("self",)).get(pk=import_.pk)


def move(import_, state):
    """The one door for the states of an import."""
    if not import_.may_move_to(state):
        raise Conflict(
            _("The import is “%(state)s”; this can no longer be done.") % {"state": import_.get_state_display()}
        )
    import_.state = state


# --- sending ----------------------------------------------------------------------------------


def start_import(*, kind, file, year, by, now):
    """Take a file in and ask for its preview. The same file again raises AlreadyHere and changes nothing."""
    require(by, kind.action)
    require_year(kind, year, now)
    refuse_twice(kind, year, digest_of(file))
    stored = save_upload(file, by=by, now=now, allow=TABLES)
    try:
        with transaction.atomic():
            import_ = Import.objects.create(
                kind=kind.code, year=year, file=stored, digest=stored.sha256, by=by.public_id, uploaded_at=now
            )
            record_event(
                "import started", import_, by=by, now=now, what=kind.code, year=year, file=stored.original_name
            )
            ask_for_preview(import_, by=by, now=now)
    except IntegrityError:
        refuse_twice(kind, year, stored.sha256)
        raise
    return import_


def refuse_twice(kind, year, digest, but=None):
    """Raise AlreadyHere when an import of these bytes stands, for this kind and year."""
    standing = Import.objects.standing().filter(kind=kind.code, year=year, digest=digest).exclude(pk=but).first()
    if standing:
        raise AlreadyHere(standing)


def ask_for_preview(import_, *, by, now):
    import_.job = enqueue("documents.preview_import", params={"import": str(import_.public_id)}, by=by, now=now)
    import_.save(update_fields=["job"])


def change_reading(*, import_, chosen, by, now, year=None):
    """Read the file again with another year, sheet, other units, decimal style or bases, or tax codes repaired."""
    kind = kind_of(import_)
    require(by, kind.action)
    require_year(kind, year, now)
    refuse_twice(kind, year, import_.digest, but=import_.pk)
    with transaction.atomic():
        import_ = locked(import_)
        move(import_, State.UPLOADED)
        before = {"chosen": import_.options.get("chosen", {}), "year": import_.year}
        import_.year = year
        import_.options = {**import_.options, "chosen": chosen}
        import_.refusal = {}
        import_.save(update_fields=["state", "year", "options", "refusal"])
        record_event(
            "import read again", import_, by=by, now=now, before=before, after={"chosen": chosen, "year": year}
        )
        ask_for_preview(import_, by=by, now=now)
    return import_


def discard_import(*, import_, by, now):
    """Import nothing of this file."""
    require(by, kind_of(import_).action)
    with transaction.atomic():
        import_ = locked(import_)
        move(import_, State.DISCARDED)
        import_.save(update_fields=["state"])
        import_.parts.all().delete()
        record_event("import discarded", import_, by=by, now=now)
    return import_


def apply_import(*, import_, by, now):
    """Ask for the good rows to be imported."""
    require(by, kind_of(import_).action)
    with transaction.atomic():
        import_ = locked(import_)
        if import_.reading.get("questions"):
            raise Refused(_("Answer the questions about units and numbers first, then import."))
        if not import_.counts.get("good"):
            raise Refused(_("The file has no good rows to import."))
        move(import_, State.APPLYING)
        import_.refusal = {}
        import_.job = enqueue(
            "documents.apply_import",
            params={"import": str(import_.public_id), "by": str(by.public_id)},
            by=by,
            now=now,
        )
        import_.save(update_fields=["state", "refusal", "job"])
        record_event("import ordered", import_, by=by, now=now, good=import_.counts["good"], bad=import_.counts["bad"])
    return import_


def undo_import(*, import_, reason, by, now):
    """Ask for the whole import to be taken back."""
    kind = kind_of(import_)
    require(by, kind.action)
    if not reason.strip():
        raise Refused(_("Write why the import is undone."))
    with transaction.atomic():
        import_ = locked(import_)
        move(import_, State.UNDOING)
        require_nothing_rests_on(import_, kind)
        import_.undo_reason, import_.refusal = reason.strip(), {}
        import_.job = enqueue(
            "documents.undo_import", params={"import": str(import_.public_id), "by": str(by.public_id)}, by=by, now=now
        )
        import_.save(update_fields=["state", "undo_reason", "refusal", "job"])
        record_event("import undo ordered", import_, by=by, now=now, reason=reason.strip())
    return import_


# --- the preview ------------------------------------------------------------------------------


def preview(running, *, now):
    """Read the file, check every row, and keep what was found; nothing of the portal changes."""
    import_ = Import.objects.select_related("file").get(public_id=running.params["import"])
    if import_.state != State.UPLOADED:
        return {}
    kind = kind_of(import_)
    turn = turn_of(import_)
    try:
        found = _read(import_, kind, running, now)
        if found.should_be_english:
            import_.options.setdefault("chosen", {})["decimal_style"] = "en"
            found = _read(import_, kind, running, now)
    except ReaderRefused as refusal:
        return _refuse_file(running, import_, refusal.code, refusal.arguments, now)
    except ReaderFailed:
        return _refuse_file(running, import_, "unreadable", {}, now)
    except Refused as refusal:
        return _refuse_file(running, import_, str(refusal), {}, now)
    with transaction.atomic():
        running.must_still_be_mine()
        import_ = locked(import_)
        move(import_, State.PREVIEWED)
        import_.options, import_.reading, import_.counts = found.options, found.reading, found.counts
        import_.turn, import_.previewed_at = turn, now
        import_.save(update_fields=["state", "options", "reading", "counts", "turn", "previewed_at"])
        import_.parts.all().delete()
        ImportPart.objects.bulk_create(found.parts(import_), batch_size=20)
        record_event("import read", import_, by="system:import", now=now, good=found.good, bad=found.bad)
    return {"good": found.good, "bad": found.bad}


def _refuse_file(running, import_, code, arguments, now):
    with transaction.atomic():
        running.must_still_be_mine()
        import_ = locked(import_)
        move(import_, State.REFUSED)
        import_.refusal = {"message": code, "arguments": arguments}
        import_.save(update_fields=["state", "refusal"])
        record_event("import refused", import_, by="system:import", now=now, why=code)
    return {}


def _read(import_, kind, running, now):
    """One reading of the file: the reader's answers checked by the kind as they come."""
    chosen = import_.options.get("chosen", {})
    found = Found(import_, kind)
    context = None
    answers = read_table(
        import_.file,
        kind.columns,
        key=kind.key,
        options=chosen,
        bases=kind.bases,
        year=import_.year,
        originals=True,
    )
    for answer in answers:
        if "chunk" in answer:
            found.take(answer["chunk"], context)
            running.progress(found.seen, found.heading["total_rows"], gettext_noop("Reading the file"))
        elif "heading" in answer:
            found.begin(answer["heading"])
            import_.options = found.options
            context = kind.prepare(import_, now=now)
        elif "asking" in answer:
            answers.send(found.bad_numbers())
        elif "original" in answer:
            found.originals[answer["original"][0]] = answer["original"][1]
        elif "end" in answer:
            found.finish(answer["end"], context)
    return found


class Found:
    """What a reading found: good rows by part, bad rows with reasons, flags, and what was read above the table."""

    def __init__(self, import_, kind):
        self.import_, self.kind = import_, kind
        self.chosen = import_.options.get("chosen", {})
        self.heading, self.options, self.reading, self.counts = {}, {}, {}, {}
        self.good_parts, self.bad_rows, self.flags, self.originals = [], [], {}, {}
        self.tallies = dict.fromkeys(kind.tallies, 0)
        self.sample = []
        self.good = self.seen = 0

    @property
    def bad(self):
        return len(self.bad_rows)

    def begin(self, heading):
        self.heading = heading
        bases = {
            basis.key: self.chosen.get("bases", {}).get(basis.key) or heading["bases"].get(basis.key) or basis.default
            for basis in self.kind.bases
        }
        self.options = {
            "chosen": self.chosen,
            "units": heading["units"],
            "bases": bases,
            "stated": heading["bases"],
        }

    def take(self, read, context):
        """Check one chunk of the reader."""
        self.seen += read["rows"]
        self.take_doubtful(read, context)
        if not read["numbers"]:
            return
        chunk = Chunk(read["numbers"], dict(zip(self.heading["columns"], read["vectors"], strict=True)))
        self.kind.check(chunk, context)
        places = self.heading["places"]
        for at, problems in chunk.refused.items():
            self.bad_rows.append(
                [chunk.numbers[at], [[key, places.get(key, ""), text, given] for key, text, given in problems]]
            )
        for at, key, text, given in chunk.flags:
            if at not in chunk.refused:
                self.flags.setdefault(chunk.numbers[at], []).append([key, places.get(key, ""), text, given])
        for key, positions in chunk.tallied.items():
            self.tallies[key] += sum(at not in chunk.refused for at in positions)
        for at in range(len(chunk)):
            if len(self.sample) == SAMPLE:
                break
            if at not in chunk.refused:
                self.sample.append([chunk.numbers[at], [values[at] for values in read["vectors"]]])
        numbers, columns = chunk.good(self.kind.staged)
        self.good += len(numbers)
        if numbers:
            self.good_parts.append((len(numbers), pack_rows(numbers, columns, self.kind)))

    def take_doubtful(self, read, context):
        """The rows that the reader found bad, with every other reason that the kind has against them."""
        if not read["bad"]:
            return
        columns, places = self.heading["columns"], self.heading["places"]
        values = dict(zip(columns, map(list, zip(*read["doubtful"], strict=True)), strict=True))
        chunk = Chunk([number for number, _problems in read["bad"]], values)
        self.kind.check_doubtful(chunk, context)
        for at, (number, problems) in enumerate(read["bad"]):
            said = {problem[0] for problem in problems}
            more = [
                [key, places.get(key, ""), text, given]
                for key, text, given in chunk.refused.get(at, ())
                if key not in said
            ]
            self.bad_rows.append([number, problems + more])

    def bad_numbers(self):
        self.bad_rows.sort(key=lambda row: row[0])
        return [number for number, _problems in self.bad_rows]

    def finish(self, end, context):
        self.style, totals, self.sheets = end.pop("style"), end.pop("totals"), end.pop("sheets")
        self.remarks, self.formats = end.pop("remarks"), end.pop("formats")
        self.counts = {**end, "good": self.good, "bad": self.bad, "flags": len(self.flags), **self.tallies}
        style = self.chosen.get("decimal_style")
        self.options["decimal_style"] = style or ("en" if self.style["en"] and not self.style["vi"] else "vi")
        doubtful = self.doubtful()
        self.options["repair_tax_codes"] = bool(self.chosen.get("repair_tax_codes"))
        self.reading = {
            **{name: self.heading[name] for name in (
                "sheet", "encoding", "heading_row", "columns", "places", "titles", "unit_from", "years", "unknown",
                "original",
            )},
            "sheets": self.sheets,
            "bases": self.heading["bases"],
            "style": self.style,
            "doubtful": doubtful,
            "questions": self.questions(doubtful),
            "remarks": [list(remark) for remark in self.kind.remarks(totals, context)],
            "sample": self.sample,
        }  # fmt: skip

    @property
    def should_be_english(self):
        """Numbers such as 1,234 were read as decimals though the file writes 1,234.56 elsewhere."""
        return self.proven_style == "en" and not self.chosen.get("decimal_style")

    @property
    def proven_style(self):
        """How the file writes all its numbers, by those that can mean one thing only: 1,234.56 besides 1.234 proves nothing."""
        style = self.style
        if style["vi"] and not (style["en"] or style["unclear_commas"]):
            return "vi"
        if style["en"] and not style["vi"] and style["unclear"] == style["unclear_commas"]:
            return "en"
        return None

    def questions(self, doubtful):
        """What the person must say before anything is imported."""
        questions = []
        if len(self.sheets) > 1 and not self.chosen.get("sheet"):
            questions.append("sheet")
        if any(source in ("nowhere", "unclear") for source in self.heading["unit_from"].values()):
            questions.append("units")
        if self.style["unclear"] and not self.proven_style and not self.chosen.get("decimal_style"):
            questions.append("decimal_style")
        years = self.heading["years"]
        if self.import_.year and years and self.import_.year not in years and not self.chosen.get("year_confirmed"):
            questions.append("year")
        if any(value is None for value in self.options["bases"].values()):
            questions.append("bases")
        if set(doubtful) - set(self.chosen.get("looked_at", ())):
            questions.append("headings")
        return questions

    def doubtful(self):
        """Headings and lines of which somebody must say that they do stand for the columns and the year as read."""
        asked, heading = self.import_.year, self.heading
        found = [*heading["strange"], *heading["mixed"]]
        found += [line for line, why, _year in self.remarks if why == "unit"]
        if self.kind.whole_year:
            if asked is None or asked in heading["years"]:  # else the year itself is asked for
                found += [title for title, year in heading["dated"] if year != asked]
            found += heading["partial"]
            found += [line for line, why, _year in self.remarks if why == "period"]
            found += [line for line, why, year in self.remarks if why == "year" and asked not in (None, year)]
        return list(dict.fromkeys(found + self.formats))

    def parts(self, import_):
        kind = ImportPart.Kind
        for number, (rows, packed) in enumerate(self.good_parts):
            yield ImportPart(owner=import_, kind=kind.GOOD, number=number, rows=rows, packed=packed)
        bad = [[number, self.originals.get(number, []), problems] for number, problems in self.bad_rows]
        for which, rows in (
            (kind.BAD, bad),
            (kind.FLAG, [[number, [], self.flags[number]] for number in sorted(self.flags)]),
        ):
            for number, start in enumerate(range(0, len(rows), 1000)):
                piece = rows[start : start + 1000]
                yield ImportPart(owner=import_, kind=which, number=number, rows=len(piece), packed=pack(piece))


# --- turns: one import of a kind and year at a time -------------------------------------------


def turn_of(import_):
    """How many imports of this kind and year were applied or undone so far."""
    row = ImportTurn.objects.filter(kind=import_.kind, year=import_.year or 0).first()
    return row.turn if row else 0


def take_turn(import_):
    """Hold the turn of this kind and year until the transaction ends."""
    ImportTurn.objects.get_or_create(kind=import_.kind, year=import_.year or 0)
    return ImportTurn.objects.select_for_update(of=("self",)).get(kind=import_.kind, year=import_.year or 0)


def person(public_id):
    return User.objects.get(public_id=public_id)


# --- applying and undoing ---------------------------------------------------------------------


def apply_rows(running, *, now):
    """Import the good rows: all of them in one transaction, or none."""
    import_ = Import.objects.get(public_id=running.params["import"])
    if import_.state != State.APPLYING:
        return {}
    kind, by = kind_of(import_), person(running.params["by"])
    running.progress(0, import_.counts["good"], gettext_noop("Importing the good rows"))
    try:
        with staged_transaction(import_, kind) as staged:
            turn = take_turn(import_)
            import_ = locked(import_)
            if import_.state != State.APPLYING:
                return {}
            if turn.turn != import_.turn:
                return _look_again(import_, OVERTAKEN, by, now)
            if not kind.still_holds(staged, import_):
                return _look_again(import_, MOVED_ON, by, now)
            counts = kind.apply(staged, import_, by=by, now=now) or {}
            move(import_, State.APPLIED)
            import_.result, import_.applied_at, import_.applied_by = counts, now, by.public_id
            import_.save(update_fields=["state", "result", "applied_at", "applied_by"])
            _end_turn(turn)
            record_event("import applied", import_, by=by, now=now, rows=staged.count, **counts)
            running.must_still_be_mine()
    except Superseded:  # another attempt has it; the state is that one's to change
        raise
    except Refused as refusal:  # the import says why; the job did its work
        _back_to(State.PREVIEWED, import_, refusal)
        return {"refused": str(refusal)}
    except Exception:
        _back_to(State.PREVIEWED, import_, Refused(_("An unexpected error. Nothing was imported; try again.")))
        raise
    running.progress(import_.counts["good"], import_.counts["good"], gettext_noop("Importing the good rows"))
    return counts


def hindrance(import_):
    """Why an import that was applied cannot be undone now; empty when it can."""
    try:
        require_nothing_rests_on(import_, kind_of(import_))
    except Refused as refusal:
        return str(refusal)
    return ""


def _look_again(import_, why, by, now):
    """Something came first: read this file anew, and ask again."""
    move(import_, State.UPLOADED)
    import_.refusal = {"message": why, "arguments": {}}
    import_.save(update_fields=["state", "refusal"])
    record_event("import overtaken", import_, by="system:import", now=now)
    ask_for_preview(import_, by=by, now=now)
    return {}


OVERTAKEN = gettext_noop(
    "Another file for the same year was imported meanwhile. This one was checked again; look at it once more."
)


MOVED_ON = gettext_noop(
    "Figures that this file is about were changed meanwhile. It was checked again; look at it once more."
)


def _end_turn(turn):
    turn.turn += 1
    turn.save(update_fields=["turn"])


def _back_to(state, import_, refusal):
    """The transaction is undone; say why on the page."""
    if connection.needs_rollback:
        return
    Import.objects.filter(pk=import_.pk, state__in=[State.APPLYING, State.UNDOING]).update(
        state=state, refusal={"message": str(refusal), "arguments": {}}
    )


def undo_rows(running, *, now):
    """Take back a whole import, if nothing was built on it."""
    import_ = Import.objects.get(public_id=running.params["import"])
    if import_.state != State.UNDOING:
        return {}
    kind, by = kind_of(import_), person(running.params["by"])
    try:
        with transaction.atomic():
            turn = take_turn(import_)
            import_ = locked(import_)
            if import_.state != State.UNDOING:
                return {}
            require_nothing_rests_on(import_, kind)
            counts = kind.undo(import_, by=by, now=now) or {}
            move(import_, State.UNDONE)
            import_.undone_at, import_.undone_by = now, by.public_id
            import_.result = {**import_.result, "undone": counts}
            import_.save(update_fields=["state", "undone_at", "undone_by", "result"])
            _end_turn(turn)
            record_event("import undone", import_, by=by, now=now, reason=import_.undo_reason, **counts)
            running.must_still_be_mine()
    except Superseded:  # another attempt has it; the state is that one's to change
        raise
    except Refused as refusal:  # the import says why; the job did its work
        _back_to(State.APPLIED, import_, refusal)
        return {"refused": str(refusal)}
    except Exception:
        _back_to(State.APPLIED, import_, Refused(_("An unexpected error. Nothing was undone; try again.")))
        raise
    return counts


def resume(*, import_, by, now):
    """After a job that ended badly: ask for it again."""
    require(by, kind_of(import_).action)
    job = import_.job
    if not (import_.is_working and job and job.state in (Job.State.FAILED, Job.State.CANCELLED)):
        raise NotAllowed(_("The work is under way."))
    with transaction.atomic():
        import_ = locked(import_)
        import_.job = enqueue(job.kind, params=job.params, by=by, now=now)
        import_.save(update_fields=["job"])
    return import_


def count_held(person):
    """How many previewed imports the person still has to decide on."""
    return Import.objects.held_by(person).filter(state=Import.State.PREVIEWED).count()


def names_of_held(person):
    """What those imports bring in, with their files."""
    for row in Import.objects.held_by(person).filter(state=Import.State.PREVIEWED).select_related("file"):
        kind = kinds()[row.kind].title if row.kind in kinds() else row.kind
        yield f"{kind}{f' {row.year}' if row.year else ''}: {row.file}"


def who_may_decide(person, on):
    """Those whose posts allow every kind of import that `person` still has to decide on."""
    users = User.objects.holding(IMPORT.roles, on)
    held = Import.objects.held_by(person).filter(state=Import.State.PREVIEWED)
    for code in held.order_by().values_list("kind", flat=True).distinct():
        if code in kinds():
            users = users & User.objects.holding(kinds()[code].action.roles, on)
    return users


def hand_over_imports(person, to, *, by, now):
    """Give the imports that `person` has not decided on to `to` (one act of accounts.handover, which records it)."""
    held = Import.objects.held_by(person).filter(state=Import.State.PREVIEWED)
    for import_ in held.select_for_update(of=("self",)):
        Import.objects.filter(pk=import_.pk).update(kept_by=to.public_id)
        record_event("import handed over", import_, by=by, now=now)
