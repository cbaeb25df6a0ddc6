"""Dossiers in words: what happened, what is next, whose turn it is."""

from itertools import pairwise

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.events import lines_of
from audit.models import Event
from documents.layout.data import qr_modules
from dossiers.answers import in_words
from dossiers.answers import lines_of as answer_lines
from dossiers.lodging import components_of, condition_text
from dossiers.models import FormField
from dossiers.presenting.handling import told_to_enterprise
from dossiers.presenting.procedures import endings, version_title, working_days
from dossiers.states import UNASSIGNED, State, Turn
from screens import formats

STATE_KINDS = {
    "draft": "info",
    "lodged": "warn",
    "received": "info",
    "appraising": "info",
    "supplementing": "warn",
    "submitted": "info",
    "approved": "ok",
    "issued": "ok",
    "returned": "ok",
    "refused": "bad",
    "not_eligible": "bad",
    "stopped": "quiet",
    "withdrawn": "quiet",
}
TURN_WORDS = {
    Turn.DEPARTMENT: gettext_lazy("It is the Department's turn"),
    Turn.ENTERPRISE: gettext_lazy("It is the enterprise's turn"),
    Turn.NOBODY: gettext_lazy("Nobody has to do anything"),
}
OWN_TURN = {
    Turn.DEPARTMENT: gettext_lazy("the Department's turn"),
    Turn.ENTERPRISE: gettext_lazy("your turn"),
    Turn.NOBODY: "",
}
# The Department still hands it over and enters that; but nobody waits for a decision any more.
RESULT_READY = gettext_lazy("The result is there: it can be taken")
OWN_RESULT_READY = gettext_lazy("the result is there")
ABOUT = 90  # characters
# The kinds of fields that say it, or help to tell which does.
OF_MATTER = (FormField.Kind.LONG_TEXT, FormField.Kind.TEXT, FormField.Kind.CHOICE, FormField.Kind.PHONE)
ENDED = gettext_lazy("Nothing. To ask again, copy the dossier.")
NEXT = {
    State.LODGED: gettext_lazy("The Department checks the dossier, then receives it with a promised date, asks for what is missing, or says why it cannot receive it. Until then no date is promised."),
    State.RECEIVED: gettext_lazy("The office that handles it appraises it."),
    State.APPRAISING: gettext_lazy("The officer appraises it and submits what is proposed, or asks for what is missing."),
    State.SUPPLEMENTING: gettext_lazy("The enterprise answers the request item by item; until then the clock stands still."),
    State.SUBMITTED: gettext_lazy("A leader of the Department decides."),
    State.APPROVED: gettext_lazy("The result is signed, numbered and issued."),
    State.ISSUED: gettext_lazy("The result is given to the enterprise, which can already download it with its account."),
    State.RETURNED: gettext_lazy("Nothing. The dossier is closed."),
    State.REFUSED: ENDED,
    State.NOT_ELIGIBLE: ENDED,
    State.STOPPED: ENDED,
    State.WITHDRAWN: ENDED,
}  # fmt: skip
# what the Department reads instead where somebody in particular is next
ASSIGNS = gettext_lazy("%(who)s assigns it to whoever is to handle it.")
NEXT_INSIDE = {
    State.LODGED: gettext_lazy("The intake desk checks it, then receives it with a promised day, asks for what is missing, or says why it is not received."),
    State.RECEIVED: gettext_lazy("%(who)s begins the appraisal, or prepares a request for what is missing."),
    State.APPRAISING: gettext_lazy("%(who)s appraises it and submits what is proposed, or prepares a request for what is missing."),
    State.APPROVED: gettext_lazy("The result is signed; then the records clerk numbers and issues it."),
    State.ISSUED: gettext_lazy("The intake desk gives the result to the enterprise and enters that; it can be downloaded here already."),
}  # fmt: skip


def turn_text(dossier):
    """Whose turn it is, as everybody reads it."""
    return RESULT_READY if dossier.state == State.ISSUED else TURN_WORDS[dossier.turn]


def own_turn(dossier):
    """Likewise, in the enterprise's own list."""
    return OWN_RESULT_READY if dossier.state == State.ISSUED else OWN_TURN[dossier.turn]


def next_inside(dossier, request=None):
    """What comes next and who does it, as the Department reads it; `request` is a supplement that is prepared, if any is."""
    who = {"who": dossier.handler.full_name if dossier.handler_id else dossier.office}
    if request and request.stage == State.LODGED:
        return _("A clerk checks the prepared request for a supplement and sends it.")
    if request:
        return _("A head or leader who did not prepare the request for a supplement checks and sends it.")
    if dossier.state in UNASSIGNED and dossier.handler_id is None:
        return str(ASSIGNS) % who
    inside = NEXT_INSIDE.get(State(dossier.state))
    return str(inside) % who if inside else next_text(dossier)


def next_of_whole_draft(dossier):
    """What comes next of an online draft that lacks nothing."""
    told = Event.objects.about(dossier).filter(kind="dossier ready").order_by("-id").first()
    if told is None:
        return _("Nothing is missing. The legal representative, or whoever they authorised, checks and lodges it.")
    return _(
        "The legal representative was told at %(time)s that nothing is missing; they, or whoever they authorised, check"
        " and lodge it."
    ) % {"time": formats.vn_datetime(told.at)}


def next_text(dossier):
    """What comes next, as far as the table leads today."""
    if dossier.is_draft and dossier.is_paper:
        return _("The clerk types the paper in, checks it and lodges it.")
    if dossier.is_draft:
        return _(
            "Fill in, attach the components, check; the legal representative, or whoever they authorised, then lodges."
        )
    if dossier.state == State.SUPPLEMENTING and dossier.due_on is None:
        return _("The enterprise answers the request item by item; then the Department looks at the dossier again.")
    return str(NEXT.get(State(dossier.state), ""))


def until_text(dossier):
    """Until when whoever has the turn has it; of what was not received yet nothing is promised."""
    if dossier.state == State.LODGED:
        return _("no date is promised before the dossier is received")
    if dossier.state == State.SUPPLEMENTING:
        request = dossier.supplements.sent().order_by("-number").first()
        return formats.vn_date(request.answer_by) if request and request.answer_by else ""
    return formats.vn_date(dossier.due_on) if dossier.is_running else ""


def look_up_address(dossier):
    """Where whoever holds the receipt reads how the dossier stands, without an account."""
    return f"{settings.SITE_URL.rstrip('/')}{reverse('dossiers:look_up_dossier', args=[dossier.token])}"


def code_drawn(text):
    """A QR code as an outline to fill: (its width in squares, the path of the dark ones, a unit each)."""
    rows = qr_modules(text)
    dark = ((x, y) for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
    return len(rows), "".join(f"M{x} {y}h1v1h-1z" for x, y in dark)


def about_text(answers, fields):
    """What it is about, in its own words, cut off: the first text of the matter, else what was chosen; "" while neither is
    there.

    A form with a place for a long text asks for the matter there. A short text directly before a telephone number is the
    name of whoever is to be called.
    """
    Kind, fields = FormField.Kind, list(fields)
    called = {field.code for field, after in pairwise(fields) if after.kind == Kind.PHONE}
    texts = [field for field in fields if field.kind == Kind.LONG_TEXT]
    texts = texts or [field for field in fields if field.kind == Kind.TEXT and field.code not in called]
    chosen = [field for field in fields if field.kind == Kind.CHOICE]
    words = (in_words(field, answers.get(field.code)) for field in texts + chosen)
    return Truncator(next((" ".join(text.split()) for text in words if text), "")).chars(ABOUT)


def titled(dossier):
    """The procedure and what the dossier is about, which tells it from others of the same procedure."""
    about = about_text(dossier.answers, dossier.procedure_version.fields.all())
    return f"{dossier.procedure}: {about}" if about else str(dossier.procedure)


def closed_text(dossier):
    """Why the form of a dossier takes nothing any more: by whom and when it was lodged, or given up."""
    if dossier.submitted_at:
        return _("%(name)s lodged this dossier at %(time)s, under the code %(code)s.") % {
            "name": dossier.submitted_by.full_name,
            "time": formats.vn_datetime(dossier.submitted_at),
            "code": dossier.code,
        }
    return _("%(name)s gave this draft up at %(time)s.") % {
        "name": dossier.withdrawn_by.full_name,
        "time": formats.vn_datetime(dossier.withdrawn_at),
    }


def typed_beside(dossier, fields, form):
    """[(label, text, whether the dossier says something else)] of what was typed into a form that is not kept any more."""
    kept, not_right, rows = form.kept, form.not_right, []
    for field in fields:
        if field.kind == FormField.Kind.ENTERPRISE:
            continue
        text = in_words(field, kept.get(field.code)) or not_right.get(field.code) or str(form[field.code].data or "")
        if text:
            rows.append((field.name, text, text != in_words(field, dossier.answers.get(field.code))))
    return rows


def rows_of_own(dossiers, answer_days):
    """[(dossier, what it is about, whose turn, until when, whether that day is over)] for the enterprise's own list.

    `answer_days` has the last day for an answer of each that waits for a supplement.
    """
    rows, today = [], timezone.localdate()
    for dossier in dossiers:
        about = about_text(dossier.answers, dossier.procedure_version.fields.all())
        day = answer_days.get(dossier.pk) if dossier.state == State.SUPPLEMENTING else None
        if dossier.is_running and dossier.due_on:
            until = _("promised for %(day)s") % {"day": formats.vn_date(dossier.due_on)}
        else:
            until = _("to be answered by %(day)s") % {"day": formats.vn_date(day)} if day else ""
        late = dossier.is_late(today) or bool(day and day < today)
        rows.append((dossier, about, own_turn(dossier), until, late))
    return rows


def what_happened(dossier, lines=(), talk=()):
    """[(moment, sentence, quiet second line)] as the enterprise reads it, the latest first; `lines` are of the slip, `talk`
    its messages."""
    happened = [told for line in reversed(lines) if (told := told_to_enterprise(line))]
    happened += [
        (each.at, _("Message of the Department") if each.from_department else _("Message of the enterprise"), "")
        for each in reversed(talk)
    ]
    happened.sort(key=lambda each: each[0], reverse=True)
    if dossier.withdrawn_at and not dossier.submitted_at:
        happened.append((dossier.withdrawn_at, _("Withdrawn"), dossier.withdrawn_reason))
    if dossier.submitted_at:
        sentence = _("Lodged under the code %(code)s") % {"code": dossier.code}
        happened.append((dossier.submitted_at, sentence, way_text(dossier)))
    if not dossier.submitted_at:
        happened.append((dossier.saved_at, _("Draft last saved"), dossier.saved_by.full_name))
    begun = _("Begun as a copy of an earlier dossier") if dossier.copied_from_id else _("Draft begun")
    happened.append((dossier.started_at, begun, dossier.started_by.full_name))
    return happened


def way_text(dossier):
    """Who asks, and how it came: of paper also who typed it in, of what came through a system also which."""
    if dossier.is_online:
        return _("%(name)s, online") % {"name": dossier.applicant_words}
    if not dossier.is_paper:
        return _("%(name)s, through %(system)s (lodged there on %(day)s)") % {
            "name": dossier.applicant_name,
            "system": dossier.typed_by.full_name,
            "day": formats.vn_date(dossier.arrived_on),
        }
    return _("%(name)s, on paper (%(channel)s, arrived on %(day)s); typed in by %(clerk)s") % {
        "name": dossier.applicant_name,
        "channel": dossier.get_channel_display(),
        "day": formats.vn_date(dossier.arrived_on),
        "clerk": dossier.typed_by.full_name,
    }


def facts_of(dossier):
    """[(label, text)] of what stands beside answers and components."""
    procedure = dossier.procedure
    facts = [
        (_("Dossier code"), dossier.code or _("given when it is lodged")),
        (_("Procedure"), f"{procedure.name} ({version_title(dossier.procedure_version)})"),
        (_("Enterprise"), str(dossier.enterprise)),
        (_("Tax code"), dossier.enterprise.tax_code),
        (_("Way of lodging"), dossier.get_channel_display()),
    ]
    if dossier.applicant_name:
        facts.append((_("Applicant"), dossier.applicant_words))
    if dossier.is_paper:
        facts += [
            (_("Day the paper arrived"), formats.vn_date(dossier.arrived_on)),
            (_("Typed in by"), dossier.typed_by.full_name),
        ]
    elif not dossier.is_online:
        facts += [
            (_("System through which it came"), dossier.typed_by.full_name),
            (_("Code in that system"), dossier.outside_code),
            (_("Day it was lodged there"), formats.vn_date(dossier.arrived_on)),
        ]
    if dossier.submitted_at:
        facts.append((_("Lodged at"), formats.vn_long_datetime(dossier.submitted_at)))
    if dossier.due_on:
        facts.append((_("Promised day"), formats.vn_date(dossier.due_on)))
    if dossier.office_id:
        facts.append((_("Office that handles"), str(dossier.office)))
    facts.append((_("Working days in all"), working_days(dossier.procedure_version.total_days)))
    return facts


def sections_of(dossier, fields):
    """[(title, rows)] of the answers: what the Department knew, what was asked."""
    known, asked = [], []
    for field, text, not_right in answer_lines(dossier, fields):
        row = {"field": field, "text": text, "not_right": not_right}
        (known if field.kind == FormField.Kind.ENTERPRISE else asked).append(row)
    named = ((_("What the Department knows of the enterprise"), known), (_("What the enterprise states"), asked))
    return [(title, rows) for title, rows in named if rows]


def components_shown(dossier, fields, files, *, problems=None):
    """What the page of components shows of each: its files, whether they are needed, what it takes."""
    by_component: dict[int, list] = {}
    for row in files:
        by_component.setdefault(row.component_id, []).append(row)
    return [
        {
            "component": component,
            "required": required,
            "condition": condition_text(component, fields),
            "endings": endings(component.formats),
            "accept": endings(component.formats).replace(" ", ""),
            "files": by_component.get(component.pk, []),
            "is_full": len(by_component.get(component.pk, [])) >= component.most_files,
            "problems": (problems or {}).get(component.pk, []),
        }
        for component, required in components_of(dossier.procedure_version, dossier.answers)
    ]


def history_lines(dossier):
    """What happened to it as the Department reads it: without each saving of the draft."""
    events = Event.objects.about(dossier).exclude(kind="dossier draft saved")
    return lines_of(events.order_by("-id").prefetch_related("personal_values")[:200])
