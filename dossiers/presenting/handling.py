"""Handling in words: where a dossier stands in its time, its steps, its supplements, its control slip."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from dossiers.clock import Run, Terms, Warning, WarningKind, WorkingDays, promise, time_used, warning_on
from dossiers.models import Dossier, SlipLine, SupplementRequest
from dossiers.presenting.procedures import working_days
from dossiers.states import TURNS, State, Turn
from screens import formats


def terms_of_row(version):
    """The terms of a version without its steps: enough for warnings, and no query."""
    return Terms(
        total=version.total_days, receipt_until=version.receipt_until, after_supplement=version.after_supplement,
        warn_percent=version.warn_percent, warn_days=tuple(version.warn_days),
    )  # fmt: skip


def time_left(dossier, today: date, days: WorkingDays | None = None):
    """(kind of tag, words) of a dossier whose clock runs; None where no promise runs."""
    if not dossier.is_running:
        return None
    days = days or WorkingDays.around(dossier.starts_on, dossier.due_on, today)
    warning = warning_on(today, Run(dossier.starts_on, dossier.due_on), terms_of_row(dossier.procedure_version), days)
    return tag_of_time(warning, left_on(today, dossier.starts_on, dossier.due_on, days))


def left_on(today, starts_on, due_on, days):
    """Working days left of a promise, the day from which its time counts not among them; negative once it is over."""
    return days.between(max(today, starts_on), due_on)


def lies_since(channel, arrived_on):
    """Since when what did not come online lies, in words; "" of what did."""
    if arrived_on is None:
        return ""
    day = {"day": formats.vn_date(arrived_on)}
    if channel == Dossier.Channel.ONE_STOP:
        return _("with the one-stop system since %(day)s") % day
    return _("on paper since %(day)s") % day


def supplemented_on(moment):
    """When a dossier came back with a supplement, in words; "" of one that did not."""
    return _("supplement given on %(day)s") % {"day": formats.vn_date(moment)} if moment else ""


def tag_of_time(warning: Warning | None, left: int):
    """(kind of tag, words) for so many working days left, under the warning that holds."""
    if left < 0:
        return "bad", _("overdue by %(days)s") % {"days": working_days(-left)}
    if warning and warning.kind == WarningKind.OVERDUE:  # no working day has begun since
        return "bad", _("overdue")
    if left == 0:
        return "warn", _("due today")
    kind = "warn" if warning else "info"
    return kind, _("%(days)s left") % {"days": working_days(left)}


def time_of(dossier, lines, now):
    """{Turn: working days used so far} by the lines of the slip, the Department's and the enterprise's apart."""
    if dossier.starts_on is None:
        return {}
    changes = [(line.at, TURNS[State(line.target)]) for line in lines if line.source != line.target]
    begun = next((place for place, line in enumerate(lines) if line.verb == SlipLine.Verb.RECEIVE), None)
    if begun is None:
        return {}
    since = lines[begun].at
    changes = [(moment, turn) for moment, turn in changes if moment >= since]
    ended = next((moment for moment, turn in changes if turn == Turn.NOBODY), now)
    terms = terms_of_row(dossier.procedure_version)
    days = WorkingDays.around(
        timezone.localdate(since), timezone.localdate(now), dossier.due_on, working_days=terms.total
    )
    return time_used(changes, ended, terms, days)


def used_text(used):
    """The days used by each, in a sentence; empty before the receipt."""
    if not used:
        return ""
    return _("the Department %(ours)s, the enterprise %(theirs)s") % {
        "ours": working_days(used[Turn.DEPARTMENT]),
        "theirs": working_days(used[Turn.ENTERPRISE]),
    }


def items_shown(supplement):
    """[{item, files}] of a request, in the order of its items."""
    return _shown(supplement.items.select_related("component").prefetch_related("files__file"))


def _shown(items):
    return [{"item": item, "files": [file for file in item.files.all() if file.removed_at is None]} for item in items]


def supplements_shown(dossier, *, staff):
    """[{supplement, items}] the latest first; what is only prepared or was dropped is the Department's alone."""
    rows = dossier.supplements.select_related("prepared_by", "sent_by", "answered_by").order_by("-number")
    rows = rows if staff else rows.sent()
    rows = rows.prefetch_related("items__component", "items__files__file", "changes__by")
    return [{"supplement": row, "items": _shown(row.items.all())} for row in rows]


def supplemented(components, supplements):
    """Say of each component that is shown which supplements gave files for it since: `later`, their numbers in order."""
    given = {}
    for each in reversed(supplements):
        if each["supplement"].state == SupplementRequest.State.ANSWERED:
            for row in each["items"]:
                if row["files"] and row["item"].component_id:
                    given.setdefault(row["item"].component_id, {})[each["supplement"].number] = None
    for row in components:
        row["later"] = list(given.get(row["component"].pk, ()))


def told_to_enterprise(line):
    """(moment, sentence, quiet second line) of a line of the slip as the enterprise reads it; None for what is inside."""
    Verb = SlipLine.Verb
    if line.verb in (Verb.ASSIGN, Verb.HAND_OVER, Verb.SUBMIT, Verb.SEND_BACK, Verb.APPROVE):
        return None
    second = (
        line.note
        if line.verb in (Verb.REFUSE, Verb.NOT_ELIGIBLE, Verb.STOP, Verb.EXTEND, Verb.WITHDRAW, Verb.RETURN)
        else ""
    )
    if line.verb in (Verb.RECEIVE, Verb.EXTEND) or (line.verb == Verb.ANSWER and line.due_on):
        promised = _("promised for %(day)s") % {"day": formats.vn_date(line.due_on)}
        second = f"{promised}. {second}".strip() if second else promised
    if line.verb == Verb.ASK and line.request.answer_by:
        second = _("to be answered by %(day)s") % {"day": formats.vn_date(line.request.answer_by)}
    if line.legal_basis:
        second = f"{second} ({line.legal_basis})"
    if line.verb == Verb.ISSUE:
        second = _("No. %(number)s of %(day)s") % {"number": line.paper_number, "day": formats.vn_date(line.paper_on)}
    return line.at, line.get_verb_display(), second


# --- receiving ---------------------------------------------------------------------------------


def promises_of(dossiers, now):
    """{dossier: the Run that it is promised when it is received now}; the calendar is read once."""
    terms = {row: terms_of_row(row.procedure_version) for row in dossiers}
    longest = max((each.total for each in terms.values()), default=0)
    days = WorkingDays.around(timezone.localdate(now), working_days=longest + 10)
    return {row: promise(now, terms[row], days) for row in dossiers}
