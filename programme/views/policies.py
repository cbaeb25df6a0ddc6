import copy

from django.contrib import messages
from django.db.models import F, Max
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programme.citations import citations_of, count_citations
from programme.forms.policies import (
    AnswerReviewForm,
    PolicyForm,
    ReinstateForm,
    ReviewForm,
    SubmitReviewForm,
    SupersedeForm,
    WithdrawForm,
)
from programme.models import CitationCount, Policy, PolicyReview, Standing
from programme.permissions.policies import ANSWER, EDIT
from programme.presenting.policies import (
    ANSWER_KINDS,
    PROPOSES_KINDS,
    STANDING_KINDS,
    STATE_KINDS,
    day_or_unknown,
    paper_text,
    policy_name,
)
from programme.services import policies as services
from programme.tables import policies as tables
from reference.sending import do_once
from screens import formats
from screens.lists import Sheet, show_list

STATE = PolicyReview.State
FIRST_YEAR, LAST_YEAR = 2000, 2100

# --- policies ----------------------------------------------------------------------------------


def policy_list(request):
    today = timezone.localdate()
    action = {"url": reverse("programme:add_policy"), "label": _("Add a document")}
    return show_list(
        request,
        name="programme-policies",
        title=_("Mechanisms and policies"),
        lead=_("Documents that the programme rests on, each with what it gives and whether it still holds."),
        table_class=tables.PolicyTable,
        filterset_class=tables.PolicyFilter,
        queryset=tables.policies_to_list(today),
        ordering=(F("issued_on").desc(nulls_last=True), "sort_key"),
        export_name="co-che-chinh-sach",
        main_action=action if request.user.may(EDIT) else None,
        empty=_("Load the portal's data files with the command load_programme, or add a document."),
        sheet=Sheet(title=_("Register of mechanisms and policies"), period=_on_the_day(today), signers=_signers()),
        template="programme/policy_list.html",
        context={
            "this_year": today.year,
            "counted_at": CitationCount.objects.aggregate(at=Max("counted_at"))["at"],
        },
    )


def _on_the_day(day):
    return _("On %(day)s") % {"day": formats.vn_date(day)}


def _signers():
    return [_("Prepared by"), _("Head of office"), _("Head of the unit")]


def policy_detail(request, public_id):
    policy = get_object_or_404(Policy.objects.select_related("superseded_by"), public_id=public_id)
    standing = policy.standing_on(timezone.localdate())
    return render(
        request,
        "programme/policy.html",
        {
            "policy": policy,
            "title": policy_name(policy),
            "standing": Standing(standing),
            "standing_kind": STANDING_KINDS[standing],
            "facts": _facts_of_policy(policy),
            "after": _named(policy.superseded_by) if policy.superseded_by else None,
            "before": [_named(old) for old in policy.supersedes.all()],
            "same_number": [_named(each) for each in Policy.objects.numbered_like(policy)],
            "reviews": [_review_row(review) for review in policy.reviews.order_by("-year", "-pk")],
            "citations": citations_of(policy, user=request.user),
            "may_edit": request.user.may(EDIT) and not policy.withdrawn_on,
        },
    )


def _named(policy):
    return {"policy": policy, "name": policy_name(policy)}


def _facts_of_policy(policy):
    facts = [
        (_("Kind of document"), policy.get_kind_display()),
        (_("Number and symbol"), policy.number),
        (_("Issued by"), policy.issuer),
        (_("Issued on"), day_or_unknown(policy.issued_on)),
        (_("What the document is about"), policy.title),
        (_("What it gives"), policy.gives),
        (_("In force from"), day_or_unknown(policy.valid_from)),
        (_("In force to"), formats.vn_date(policy.valid_to) if policy.valid_to else ""),
        (_("Remark"), policy.note),
        (_("How sure"), policy.get_confidence_display()),
        (_("Source"), policy.source),
    ]
    return [(label, text or formats.NOTHING) for label, text in facts]


def _review_row(review):
    return {
        "review": review,
        "state_kind": STATE_KINDS[review.state],
        "proposes_kind": PROPOSES_KINDS[review.proposes],
        "answer_kind": ANSWER_KINDS.get(review.answer, "quiet"),
        "paper": paper_text(review.submitted_number, review.submitted_on),
        "answer_paper": paper_text(review.answer_number, review.answered_on),
    }


def add_policy(request):
    form = PolicyForm(request.POST or None)
    done = do_once(request, form, "add policy", lambda given, **by: services.add_policy(values=form.values(), **by))
    if done:
        messages.success(request, _("The document is in the register."))
        return _to("programme:policy", done)
    return _policy_form(request, form, _("Add a document"), _("Add"), reverse("programme:policy_list"))


def edit_policy(request, public_id):
    policy = get_object_or_404(Policy, public_id=public_id)
    form = PolicyForm(request.POST or None, instance=copy.copy(policy))
    done = do_once(
        request,
        form,
        f"edit policy {policy.public_id}",
        lambda given, **by: services.edit_policy(
            policy=policy, values=form.values(), version=given["version"], reason=given["reason"], **by
        ),
    )
    if done:
        messages.success(request, _("The document is saved."))
        return _to("programme:policy", done)
    title = _("Correct or complete: %(name)s") % {"name": policy_name(policy)}
    return _policy_form(request, form, title, _("Save"), policy.get_absolute_url(), policy)


def supersede_policy(request, public_id):
    policy = get_object_or_404(Policy, public_id=public_id)
    form = SupersedeForm(request.POST or None, policy=policy, initial={"version": policy.version})
    done = do_once(
        request,
        form,
        f"supersede policy {policy.public_id}",
        lambda given, **by: services.supersede_policy(policy=policy, **given, **by),
    )
    if done:
        policy.refresh_from_db()
        messages.success(request, _("The document is recorded as superseded."))
        _warn_of_citations(request, policy)
        return _to("programme:policy", done)
    title = _("Superseded by another document: %(name)s") % {"name": policy_name(policy)}
    context = {"citations": citations_of(policy, user=request.user), "may_add": True}
    return _policy_form(request, form, title, _("Record as superseded"), policy.get_absolute_url(), policy, **context)


def _warn_of_citations(request, policy):
    count = count_citations(policy)
    if count:
        sentence = ngettext(
            "%(number)s is superseded, and %(count)s row of data still cites it. It is listed below: open it and correct it.",
            "%(number)s is superseded, and %(count)s rows of data still cite it. They are listed below: open and correct them.",
            count,
        )
        messages.warning(request, sentence % {"number": policy.number, "count": formats.number(count)})


def reinstate_policy(request, public_id):
    policy = get_object_or_404(Policy.objects.select_related("superseded_by"), public_id=public_id)
    form = ReinstateForm(request.POST or None, initial={"version": policy.version})
    done = do_once(
        request,
        form,
        f"reinstate policy {policy.public_id}",
        lambda given, **by: services.reinstate_policy(policy=policy, **given, **by),
    )
    if done:
        messages.success(request, _("The supersession is undone."))
        return _to("programme:policy", done)
    title = _("Undo the supersession: %(name)s") % {"name": policy_name(policy)}
    return _policy_form(request, form, title, _("Undo the supersession"), policy.get_absolute_url(), policy)


def withdraw_policy(request, public_id):
    policy = get_object_or_404(Policy, public_id=public_id)
    form = WithdrawForm(request.POST or None, initial={"version": policy.version})
    done = do_once(
        request,
        form,
        f"withdraw policy {policy.public_id}",
        lambda given, **by: services.withdraw_policy(policy=policy, **given, **by),
    )
    if done:
        messages.success(request, _("The document is taken out of the register."))
        return _to("programme:policy", done)
    title = _("Take out of the register: %(name)s") % {"name": policy_name(policy)}
    return _policy_form(request, form, title, _("Take out of the register"), policy.get_absolute_url(), policy)


# --- reviews -----------------------------------------------------------------------------------


def review_list(request):
    return show_list(
        request,
        name="programme-reviews",
        title=_("Reviews of mechanisms and policies"),
        lead=_("What was found in each review, what was proposed, by which paper, and how it was answered."),
        table_class=tables.ReviewTable,
        filterset_class=tables.ReviewFilter,
        queryset=PolicyReview.objects.all(),
        ordering=("-year", "policy__sort_key"),
        export_name="ra-soat-co-che-chinh-sach",
        empty=_("A review is begun on the page of its document."),
        sheet=Sheet(signers=_signers()),
        template="programme/review_list.html",
        context={"this_year": timezone.localdate().year},
    )


def policy_proposal_list(request, year):
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    title = _("List of proposals to amend, supplement or replace mechanisms and policies in %(year)s") % {"year": year}
    return show_list(
        request,
        name="programme-policy-proposals",
        title=title,
        table_class=tables.ProposalTable,
        filterset_class=tables.ProposalFilter,
        queryset=PolicyReview.objects.proposing_change(year),
        ordering=("policy__sort_key", "pk"),
        export_name=f"kien-nghi-co-che-chinh-sach-{year}",
        empty=_("No change is proposed in this year. A review is begun on the page of its document."),
        sheet=Sheet(title=title, period=_on_the_day(timezone.localdate()), signers=_signers()),
        template="programme/policy_proposal_list.html",
        context={"year": year, "years": tables.years_of_reviews()},
    )


def review_detail(request, public_id):
    review = get_object_or_404(PolicyReview.objects.select_related("policy"), public_id=public_id)
    policy = review.policy
    may_edit, may_answer = request.user.may(EDIT), request.user.may(ANSWER)
    found = [
        (_("What was found"), review.found),
        (_("What is proposed"), review.get_proposes_display()),
        (_("Wording of the proposal"), review.proposal or formats.NOTHING),
    ]
    papers = [(_("Paper of the submission"), paper_text(review.submitted_number, review.submitted_on) or _("not yet"))]
    if review.state == STATE.ANSWERED:
        papers += [
            (_("Answer"), review.get_answer_display()),
            (_("Paper of the answer"), paper_text(review.answer_number, review.answered_on)),
            (_("What the answer says"), review.answer_text or formats.NOTHING),
        ]
    elif review.state == STATE.SUBMITTED:
        papers.append((_("Answer"), _("waiting for the answer")))
    return render(
        request,
        "programme/review.html",
        {
            "review": review,
            "title": _("Review of %(name)s in %(year)s") % {"name": policy_name(policy), "year": review.year},
            "policy": policy,
            "policy_name": policy_name(policy),
            "state_kind": STATE_KINDS[review.state],
            "found": found,
            "papers": papers,
            "may_submit": may_edit and review.state == STATE.DRAFT,
            "may_answer": may_answer and review.state == STATE.SUBMITTED,
            "may_correct": may_edit and bool(_may_change(review, request.user)),
        },
    )


def _may_change(review, user):
    fields = services.MAY_CHANGE[review.state]
    return fields if user.may(ANSWER) else tuple(name for name in fields if name not in services.REPLY)


def add_review(request, public_id):
    policy = get_object_or_404(Policy, public_id=public_id)
    initial = {"year": timezone.localdate().year}
    form = ReviewForm(request.POST or None, may_change=services.CONTENT, initial=initial)
    done = do_once(
        request,
        form,
        f"add review {policy.public_id}",
        lambda given, **by: services.add_review(policy=policy, values=form.values(), **by),
    )
    if done:
        messages.success(request, _("The review is begun as a draft."))
        return _to("programme:review", done)
    title = _("Review: %(name)s") % {"name": policy_name(policy)}
    return _policy_form(request, form, title, _("Begin the draft"), policy.get_absolute_url(), policy)


def edit_review(request, public_id):
    review = _review(public_id)
    form = ReviewForm(request.POST or None, instance=copy.copy(review), may_change=_may_change(review, request.user))
    return _review_act(
        request,
        review,
        form,
        verb="edit review",
        act=lambda given, **by: services.edit_review(
            review=review, values=form.values(), version=given["version"], reason=given["reason"], **by
        ),
        title=_("Correct the review: %(name)s"),
        submit=_("Save"),
        done=_("The review is saved."),
    )


def submit_review(request, public_id):
    review = _review(public_id)
    return _review_act(
        request,
        review,
        SubmitReviewForm(request.POST or None, initial={"version": review.version}),
        verb="submit review",
        act=lambda given, **by: services.submit_review(review=review, **given, **by),
        title=_("Record the submission: %(name)s"),
        submit=_("Record the submission"),
        done=_("The submission is recorded."),
    )


def answer_review(request, public_id):
    review = _review(public_id)
    return _review_act(
        request,
        review,
        AnswerReviewForm(request.POST or None, initial={"version": review.version}),
        verb="answer review",
        act=lambda given, **by: services.answer_review(review=review, **given, **by),
        title=_("Record the answer: %(name)s"),
        submit=_("Record the answer"),
        done=_("The answer is recorded."),
    )


def withdraw_review(request, public_id):
    review = _review(public_id)
    return _review_act(
        request,
        review,
        WithdrawForm(request.POST or None, initial={"version": review.version}),
        verb="withdraw review",
        act=lambda given, **by: services.withdraw_review(review=review, **given, **by),
        title=_("Withdraw the draft: %(name)s"),
        submit=_("Withdraw the draft"),
        done=_("The draft is withdrawn."),
    )


def _review(public_id):
    return get_object_or_404(PolicyReview.objects.select_related("policy"), public_id=public_id)


def _review_act(request, review, form, *, verb, act, title, submit, done):
    if do_once(request, form, f"{verb} {review.public_id}", act):
        messages.success(request, done)
        return HttpResponseRedirect(review.get_absolute_url())
    name = f"{policy_name(review.policy)} – {review.year}"
    context = {"review": review}
    return _policy_form(
        request, form, title % {"name": name}, submit, review.get_absolute_url(), review.policy, **context
    )


# --- shared ------------------------------------------------------------------------------------


def _to(route, public_id):
    return HttpResponseRedirect(reverse(route, args=[public_id]))


def _policy_form(request, form, title, submit, back, policy=None, **context):
    page = {"form": form, "title": title, "submit": submit, "back": back, "policy": policy, **context}
    if policy:
        page["policy_name"] = policy_name(policy)
    return render(request, "programme/policy_form.html", page)
