"""Consultations on a draft plan: the table of opinions, letters, answers, and what became of them."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.serving import serve
from documents.word_tables import AS_WORD
from programme.forms.papers import VersionForm
from programme.forms.plans import AnswerForm, AskForm, HandleForm
from programme.models import Consultation, Plan
from programme.permissions.plans import DRAFT, TYPE_OPINION
from programme.services import consulting
from programme.tables import plans as tables
from programme.views.acting import act, bound
from programme.views.plans import visible_plan
from screens import formats
from screens.lists import show_list
from screens.sheets import Sheet


def consultation_list(request, public_id):
    plan = visible_plan(request, public_id)
    action = None
    if request.user.may(DRAFT) and plan.is_editable:
        action = {"url": reverse("programme:ask_agencies", args=[plan.public_id]), "label": _("Ask for opinions")}
    return show_list(
        request,
        name="consultations",
        title=_("Opinions on the draft plan of %(year)s") % {"year": plan.year},
        lead=str(plan),
        table_class=tables.ConsultationTable,
        queryset=Consultation.objects.filter(plan=plan),
        ordering=("deadline", "agency__code", "id"),
        export_name=f"tong-hop-y-kien-{plan.year}-lan-{plan.number}",
        main_action=action,
        empty=_("No agency has been asked yet."),
        template="programme/plan_table.html",
        context={"plan": plan},
        sheet=Sheet(
            title=_("Opinions received, taken in and explained"),
            period=str(plan),
            signers=[_("Prepared by"), _("Head of office"), _("Director")],
        ),
        more_exports=AS_WORD,
    )


def visible_consultation(request, public_id):
    plans = Plan.objects.visible_to(request.user)
    rows = Consultation.objects.filter(plan__in=plans).select_related("plan", "agency", "letter", "file")
    return get_object_or_404(rows, public_id=public_id)


def consultation_detail(request, public_id):
    row, user = visible_consultation(request, public_id), request.user
    address = lambda name: reverse(f"programme:{name}", args=[row.public_id])  # noqa: E731 - of this page only
    verbs = []
    if user.may(TYPE_OPINION) and row.state != Consultation.State.ANSWERED:
        verbs.append((address("answer_consultation"), _("Enter the answer")))
        if row.is_overdue(timezone.localdate()):
            verbs.append((address("record_silence"), _("No written answer came")))
    if user.may(DRAFT) and row.opinion == Consultation.Opinion.COMMENT and not row.plan.opinions_stand:
        verbs.append((address("handle_opinion"), _("Take in or explain")))
    facts = [
        (_("Agency"), row.agency),
        (_("Letter"), row.letter),
        (_("To answer by"), formats.vn_date(row.deadline)),
        (_("Answer"), f"{row.answer_number}, {formats.vn_date(row.answered_on)}" if row.answered_on else ""),
        (_("Opinion"), row.get_opinion_display()),
        (_("Content of the opinion"), row.words),
        (_("Taken in or explained"), row.get_taken_display()),
        (_("What was taken in, what is explained"), row.taken_words),
    ]
    late = row.is_overdue(timezone.localdate())
    return render(
        request,
        "programme/consultation.html",
        {
            "row": row,
            "tag": {"label": row.get_state_display(), "kind": tables.CONSULTATION_KINDS[row.state]},
            "late": late,
            "facts": [(label, value or formats.NOTHING) for label, value in facts],
            "verbs": verbs,
        },
    )


def consultation_file(request, public_id):
    row = visible_consultation(request, public_id)
    if row.file is None:
        raise Http404
    return serve(row.file, request, of=row, basis=f"opinion on plan {row.plan.public_id}")


def ask_agencies(request, public_id):
    plan, now = visible_plan(request, public_id), timezone.now()
    form = bound(request, AskForm, now=now, user=request.user, on=timezone.localdate(now))

    def ask():
        consulting.ask_agencies(plan=plan, by=request.user, now=now, **form.values())

    return act(
        request,
        form,
        ask,
        verb=f"ask agencies {plan.public_id}",
        title=_("Ask for opinions"),
        submit=_("Enter the letter"),
        done=_("The letter is entered; the agencies are being asked."),
        then=reverse("programme:consultation_list", args=[plan.public_id]),
        back=plan.get_absolute_url(),
        back_label=str(plan),
        now=now,
    )


def _of(row, now):
    return {"back": row.get_absolute_url(), "back_label": str(row.agency), "now": now}


def answer_consultation(request, public_id):
    row, now = visible_consultation(request, public_id), timezone.now()
    form = bound(request, AnswerForm, now=now, user=request.user, initial={"version": row.version})
    return act(
        request,
        form,
        lambda: consulting.answer_consultation(
            consultation=row,
            values=form.values(),
            file=form.kept(),
            version=form.cleaned_data["version"],
            by=request.user,
            now=now,
        ),
        verb=f"answer consultation {row.public_id}",
        title=_("Enter the answer: %(agency)s") % {"agency": row.agency},
        submit=_("Enter the answer"),
        done=_("The answer is entered."),
        **_of(row, now),
    )


def record_silence(request, public_id):
    row, now = visible_consultation(request, public_id), timezone.now()
    form = bound(request, VersionForm, initial={"version": row.version})
    return act(
        request,
        form,
        lambda: consulting.record_silence(
            consultation=row, version=form.cleaned_data["version"], by=request.user, now=now
        ),
        verb=f"record silence {row.public_id}",
        title=_("No written answer: %(agency)s") % {"agency": row.agency},
        submit=_("No written answer came"),
        done=_("It is written down that no written answer came."),
        lead=_("The deadline was %(day)s. An answer that comes later can still be entered.")
        % {"day": formats.vn_date(row.deadline)},
        **_of(row, now),
    )


def handle_opinion(request, public_id):
    row, now = visible_consultation(request, public_id), timezone.now()
    initial = {"version": row.version, "taken": row.taken, "taken_words": row.taken_words}
    form = bound(request, HandleForm, initial=initial)
    return act(
        request,
        form,
        lambda: consulting.handle_opinion(
            consultation=row,
            taken=form.cleaned_data["taken"],
            taken_words=form.cleaned_data["taken_words"],
            version=form.cleaned_data["version"],
            by=request.user,
            now=now,
        ),
        verb=f"handle opinion {row.public_id}",
        title=_("Take in or explain: %(agency)s") % {"agency": row.agency},
        submit=_("Save"),
        done=_("It is written down what became of the opinion."),
        lead=row.words,
        **_of(row, now),
    )
