"""Versions of procedures in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.events import actor_names
from documents.guard import ENDINGS
from dossiers.models import ProcedureVersion
from screens import formats

STANDING_KINDS = {"draft": "info", "to_come": "info", "in_force": "ok", "superseded": "quiet", "discarded": "quiet"}
NEED_KINDS = {"required": "info", "conditional": "warn", "optional": "quiet"}


def version_title(version):
    return _("Version %(number)s") % {"number": version.number}


def working_days(count):
    sentence = ngettext("%(count)s working day", "%(count)s working days", count)
    return sentence % {"count": formats.number(count)}


def endings(kinds):
    """The endings of the guard's formats: “.pdf, .jpg, .jpeg”."""
    return ", ".join(ending for ending, kind in ENDINGS.items() if kind in kinds)


def takes_text(kinds, megabytes, files):
    """What is taken: “.pdf, .docx, at most 20 MB, up to 10 files”."""
    most = ngettext("one file", "up to %(counter)s files", files) % {"counter": files}
    return ", ".join((endings(kinds), _("at most %(size)s MB") % {"size": megabytes}, most))


def paper_text(number, on):
    return _("%(number)s of %(day)s") % {"number": number, "day": formats.vn_date(on)} if number else ""


def days_in_force(version):
    if version.valid_from is None:
        return formats.NOTHING
    if version.valid_to is None:
        return _("from %(day)s") % {"day": formats.vn_date(version.valid_from)}
    return f"{formats.vn_date(version.valid_from)} – {formats.vn_date(version.valid_to)}"


def answer_text(version):
    if version.answer_days is None:
        return _("each request names its day")
    return _("%(days)s from the day it is sent, unless the request names another day") % {
        "days": working_days(version.answer_days)
    }


def extension_text(version):
    if not version.extension_times:
        return _("It is not extended.")
    sentence = ngettext(
        "%(times)s time, at most %(days)s", "%(times)s times, each at most %(days)s", version.extension_times
    )
    return sentence % {"times": version.extension_times, "days": working_days(version.extension_days)}


def warning_text(version):
    points = [_("%(percent)s %% of the time used") % {"percent": version.warn_percent}] if version.warn_percent else []
    points += [_("%(days)s left") % {"days": working_days(days)} for days in version.warn_days]
    return "; ".join([*points, _("overdue")])


def receipt_text(version):
    if version.receipt_until is None:
        return _("counts on its day whatever the hour")
    return _("after %(hour)s counts as the next working day") % {"hour": version.receipt_until.strftime("%H:%M")}


def facts_of_version(version):
    """[(label, text)] of what stands beside the parts."""
    return [
        (_("Legal basis"), version.legal_basis),
        (_("Result"), version.result),
        (_("Kind of paper of the result"), str(version.result_series or "")),
        *([(_("Abstract of the result"), version.result_subject)] if version.result_subject else []),
        *([(_("Text that the result begins with"), version.result_text)] if version.result_text else []),
        (_("Office that handles"), str(version.office or "")),
        (_("Set of forms"), version.get_form_set_display()),
        (_("How sure"), version.get_confidence_display()),
        (_("Source"), version.source),
    ]


def clock_of_version(version):
    return [
        (_("Working days in all"), working_days(version.total_days)),
        (_("A dossier received"), receipt_text(version)),
        (_("After a supplement the time"), version.get_after_supplement_display()),
        (_("Time to answer a request for a supplement"), answer_text(version)),
        (_("Extension"), extension_text(version)),
        (_("Warnings"), warning_text(version)),
    ]


def papers_of_version(version):
    """[(label, text)] of how it came into force or was given up; nothing of a draft."""
    if version.state == ProcedureVersion.State.ISSUED:
        who = actor_names({version.put_in_force_by})[version.put_in_force_by]
        return [
            (_("Paper"), paper_text(version.paper_number, version.paper_on)),
            (_("Time in force"), days_in_force(version)),
            (_("Put in force by"), f"{who}, {formats.vn_datetime(version.put_in_force_at)}"),
        ]
    if version.state == ProcedureVersion.State.DISCARDED:
        who = actor_names({version.discarded_by})[version.discarded_by]
        return [
            (_("Discarded by"), f"{who}, {formats.vn_datetime(version.discarded_at)}"),
            (_("Why it was discarded"), version.discarded_reason),
        ]
    return []


def drafters(version):
    """Names of whoever worked on a draft."""
    names = actor_names(set(version.hands))
    return ", ".join(names[hand] for hand in version.hands)
