"""The steps of a plan, each with its paper."""

from django.utils import timezone
from django.utils.translation import gettext as _

from programme.forms.papers import ConfirmForm, PaperForm, ReturnForm, ReviewForm
from programme.services import plans as services
from programme.views.acting import act, bound
from programme.views.plans import visible_plan


def _step(request, public_id, form_class, service, *, verb, title, submit, done, lead=""):
    """One step of a plan: its form, its service, back to the plan."""
    plan, now = visible_plan(request, public_id), timezone.now()
    form = bound(request, form_class, now=now, **({"user": request.user} if issubclass(form_class, PaperForm) else {}))
    values = form.values if hasattr(form, "values") else dict
    return act(
        request,
        form,
        lambda: service(plan=plan, by=request.user, now=now, **values()),
        verb=f"{verb} {plan.public_id}",
        title=title,
        submit=submit,
        done=done,
        lead=lead,
        back=plan.get_absolute_url(),
        back_label=str(plan),
        now=now,
    )


def send_to_review(request, public_id):
    return _step(
        request,
        public_id,
        ConfirmForm,
        services.send_to_review,
        verb="send to review",
        title=_("Send to review"),
        submit=_("Send to Planning and Finance"),
        done=_("The plan was sent to Planning and Finance."),
        lead=_("Lines stand still while the plan is reviewed. Planning and Finance may send it back."),
    )


def review_plan(request, public_id):
    return _step(
        request,
        public_id,
        ReviewForm,
        services.review_plan,
        verb="review plan",
        title=_("Enter the review"),
        submit=_("Enter the review"),
        done=_("The review is entered."),
    )


def submit_plan(request, public_id):
    return _step(
        request,
        public_id,
        PaperForm,
        services.submit_plan,
        verb="submit plan",
        title=_("Submit to the Committee"),
        submit=_("Submit to the Committee"),
        done=_("The plan is submitted."),
        lead=_("The paper is the Department's submission (tờ trình), with the draft plan or decision."),
    )


def return_plan(request, public_id):
    return _step(
        request,
        public_id,
        ReturnForm,
        services.return_plan,
        verb="return plan",
        title=_("Enter the return"),
        submit=_("Enter the return"),
        done=_("The return is entered."),
        lead=_("The Committee asks to complete the plan and to submit it again."),
    )


def take_up_plan(request, public_id):
    return _step(
        request,
        public_id,
        ConfirmForm,
        services.take_up_plan,
        verb="take up plan",
        title=_("Take up again"),
        submit=_("Take up again"),
        done=_("The plan is on the drafters' desk again."),
        lead=_("Lines may be changed and opinions asked for again; then the plan is reviewed and submitted anew."),
    )


def approve_plan(request, public_id):
    return _step(
        request,
        public_id,
        PaperForm,
        services.approve_plan,
        verb="approve plan",
        title=_("Enter the approval"),
        submit=_("Enter the approval"),
        done=_("The approval is entered."),
        lead=_("Type number and date from the Committee's plan or decision, and attach its scan."),
    )


def assign_tasks(request, public_id):
    return _step(
        request,
        public_id,
        PaperForm,
        services.assign_tasks,
        verb="assign tasks",
        title=_("Assign the tasks"),
        submit=_("Assign the tasks"),
        done=_("The tasks are assigned; this version is in force."),
        lead=_("The Department's decision assigns the tasks to offices and centres, who accept them."),
    )
