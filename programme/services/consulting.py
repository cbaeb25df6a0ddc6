"""The verbs of a consultation: ask agencies, enter what they answered or that they did not, say what became of it."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import record_event
from audit.refusals import Conflict, Refused
from programme.models import Consultation, PlanPaper, PlanState
from programme.permissions.plans import DRAFT, TYPE_OPINION
from programme.services.moving import locked, move, require_past, save, told
from programme.services.papers import keep_paper
from reference.models import Agency
from reference.services import rule
from screens import formats

DEFAULT_RULE = {"required_agencies": ["STC"], "silence": "no_reply"}
STATE, OPINION = Consultation.State, Consultation.Opinion


def required_agencies(on):
    """Codes of the agencies that must have answered before a plan is reviewed: a rule that is data."""
    value = rule("plan_consultation", on, default=DEFAULT_RULE)
    codes = value.get("required_agencies", DEFAULT_RULE["required_agencies"]) if isinstance(value, dict) else []
    return [str(code) for code in codes]


@transaction.atomic
def ask_agencies(*, plan, agencies, number, signed_on, deadline, by, now, about="", file=None):
    """Send the draft to agencies for their opinion, by one letter with a deadline."""
    require(by, DRAFT)
    plan = locked(plan)
    if not plan.is_editable:
        raise Conflict(
            _("This is “%(state)s” now; the step can no longer be taken.") % {"state": plan.get_state_display()}
        )
    if not plan.items.kept().exists():
        raise Refused(_("The plan has no task yet. Add its tasks first."))
    if not agencies:
        raise Refused(_("Choose the agencies that are asked."))
    if deadline < signed_on:
        raise Refused(_("The deadline lies before the date of the letter."))
    asked = plan.consultations.waiting().filter(agency__in=agencies).select_related("agency").first()
    if asked:
        raise Refused(_("%(agency)s has been asked and has not answered yet.") % {"agency": asked.agency})
    kind = PlanPaper.Kind.CONSULTATION
    letter = keep_paper(plan, kind, number, signed_on, about=about, file=file, by=by, now=now)
    for agency in agencies:
        Consultation.objects.create(plan=plan, agency=agency, letter=letter, asked_on=signed_on, deadline=deadline)
    if plan.state == PlanState.DRAFT:
        move(plan, PlanState.CONSULTING)
        plan.save(update_fields=["state"])
    record_event(
        "opinions asked",
        plan,
        by=by,
        now=now,
        after={"agencies": ", ".join(agency.name_vi for agency in agencies), "deadline": deadline},
        paper=str(letter),
    )
    return letter


@transaction.atomic
def answer_consultation(*, consultation, values, version, by, now, file=None):
    """Enter an agency's written answer; one that comes late is entered too."""
    require(by, TYPE_OPINION)
    consultation = locked(consultation, "plan", "agency")
    move(consultation, STATE.ANSWERED)
    require_past(values["answered_on"], now)
    if values["answered_on"] < consultation.asked_on:
        raise Refused(
            _("The answer is dated before the letter of %(day)s. Check the date.")
            % {"day": formats.vn_date(consultation.asked_on)}
        )
    if values["opinion"] == OPINION.COMMENT and not values.get("words", "").strip():
        raise Refused(_("Write down what the agency says."))
    for name, value in values.items():
        setattr(consultation, name, value)
    consultation.file, consultation.entered_by, consultation.entered_at = file, by.public_id, now
    save(consultation, version, ["state", *values, "file", "entered_by", "entered_at"])
    record_event(
        "opinion entered",
        consultation.plan,
        by=by,
        now=now,
        after=told({"agency": consultation.agency, **values}),
    )
    return consultation


@transaction.atomic
def record_silence(*, consultation, version, by, now):
    """Write down that no written answer came by the deadline."""
    require(by, TYPE_OPINION)
    consultation = locked(consultation, "plan", "agency")
    if consultation.deadline >= timezone.localdate(now) and consultation.state == STATE.WAITING:
        raise Refused(
            _("%(agency)s has time until %(day)s. Silence can be written down after that day.")
            % {"agency": consultation.agency, "day": formats.vn_date(consultation.deadline)}
        )
    move(consultation, STATE.NO_REPLY)
    consultation.entered_by, consultation.entered_at = by.public_id, now
    save(consultation, version, ["state", "entered_by", "entered_at"])
    record_event("no opinion came", consultation.plan, by=by, now=now, after=told({"agency": consultation.agency}))
    return consultation


@transaction.atomic
def handle_opinion(*, consultation, taken, taken_words, version, by, now):
    """Say of an agency's comments what was taken in and what is explained."""
    require(by, DRAFT)
    consultation = locked(consultation, "plan", "agency")
    if consultation.plan.opinions_stand:
        raise Conflict(
            _("The plan is “%(state)s”: what became of the opinions was submitted with it.")
            % {"state": consultation.plan.get_state_display()}
        )
    if consultation.opinion != OPINION.COMMENT:
        raise Conflict(_("There is no comment to take in or to explain."))
    if not taken_words.strip():
        raise Refused(_("Write what was taken in or how it is explained."))
    before = {"taken": consultation.taken, "taken_words": consultation.taken_words}
    consultation.taken, consultation.taken_words = taken, taken_words.strip()
    try:
        with transaction.atomic():
            save(consultation, version, ["taken", "taken_words"])
    except IntegrityError:
        raise Refused(_("Choose how the opinion was taken.")) from None
    record_event(
        "opinion handled",
        consultation.plan,
        by=by,
        now=now,
        before=before,
        after=told({"agency": consultation.agency, "taken": taken, "taken_words": taken_words.strip()}),
    )
    return consultation


def lacking_answers(plan, *, now):
    """What of the consultation keeps the plan from being submitted, in a sentence; empty when nothing does."""
    try:
        require_answers(plan, now=now)
    except Refused as refusal:
        return str(refusal)
    return ""


def require_required_answers(plan, *, now):
    """Before the review: whoever must be asked for an opinion was asked, and has answered."""
    on = timezone.localdate(now)
    states = dict(plan.consultations.order_by("id").values_list("agency__code", "state"))
    answered = set(plan.consultations.filter(state=STATE.ANSWERED).values_list("agency__code", flat=True))
    for code in required_agencies(on):
        if code in answered:
            continue
        agency = Agency.objects.in_force(on).filter(code=code).first() or code
        if code not in states:
            raise Refused(
                _("%(agency)s must be asked for its opinion and have answered before the plan is reviewed.")
                % {"agency": agency}
            )
        raise Refused(
            _("%(agency)s was asked and must have answered before the plan is reviewed.") % {"agency": agency}
        )


def require_answers(plan, *, now):
    """Before submission: whoever must answer has, nobody is still waited for, and every comment was dealt with."""
    require_required_answers(plan, now=now)
    waiting = plan.consultations.waiting().select_related("agency").first()
    if waiting:
        raise Refused(
            _("%(agency)s has not answered yet. Enter the answer or, after the deadline, that none came.")
            % {"agency": waiting.agency}
        )
    require_dealt_with(plan)


def require_dealt_with(plan):
    """Every comment that came was taken in or explained."""
    undealt = plan.consultations.undealt().select_related("agency").first()
    if undealt:
        raise Refused(_("The comments of %(agency)s are neither taken in nor explained.") % {"agency": undealt.agency})
