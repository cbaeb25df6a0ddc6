"""The page on which a payee's new account is entered, and the buttons that confirm or refuse it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.attaching import bind
from documents.serving import serve
from programme.forms.accounts import AccountForm
from programme.forms.acting import AnswerForm
from programme.models import AccountAddendum, Commitment, account_now
from programme.presenting.acting import trail
from programme.services import accounts as services
from programme.views.budget_acting import act_page, done_once, press
from programme.views.commitments import _show as show_commitment
from screens.forms import form_data

RELATED = ("commitment__line__task", "commitment__line__source", "commitment__line__year")


def _addendum(public_id: Any) -> AccountAddendum:
    return get_object_or_404(AccountAddendum.objects.select_related(*RELATED), public_id=public_id)


def prepare_account(request: HttpRequest, public_id: Any) -> HttpResponse:
    row, now = get_object_or_404(Commitment, public_id=public_id), timezone.now()
    title = _("Change the account by an addendum")
    if request.method == "POST":
        form = bind(request, AccountForm, now=now)
        verb = f"prepare account {row.public_id}"
        act = lambda **by: services.prepare_account(row, **form.content(), **by)  # noqa: E731 - done once below
        if done_once(request, form, verb=verb, label=f"{title}: {row}", act=act) is not None:
            messages.success(request, _("The account is entered and waits for the chief accountant."))
            return HttpResponseRedirect(f"{row.get_absolute_url()}#accounts")
    else:
        form = AccountForm(form_data(request)[0], user=request.user)
    account = " – ".join(part for part in account_now(row) if part) or _("none")
    context = {
        "form": form, "row": row, "title": title, "submit": _("Enter the account"), "back": row.get_absolute_url(),
        "trail": _trail(request, row), "facts": [(_("Paid to until now"), account, "")], "amount": None,
    }  # fmt: skip
    return render(request, "programme/act.html", context)


def _trail(request: HttpRequest, row: Commitment) -> Any:
    to_list = (reverse("programme:commitment_list"), _("Contracts and decisions to support"))
    return trail(request.user, to_list, (row.get_absolute_url(), str(row)))


def approve_account(request: HttpRequest, public_id: Any) -> HttpResponse:
    addendum = _addendum(public_id)
    return press(
        request,
        addendum.commitment,
        verb=f"approve account {addendum.public_id.hex[:12]}",
        act=lambda **by: services.approve_account(addendum, **by),
        done=_("The account is confirmed; the contract is paid to it from now on."),
        show=show_commitment,
    )


def refuse_account(request: HttpRequest, public_id: Any) -> HttpResponse:
    addendum = _addendum(public_id)
    form = AnswerForm(*form_data(request))
    return act_page(
        request,
        addendum.commitment,
        form,
        verb=f"refuse account {addendum.public_id.hex[:12]}",
        title=_("Refuse the account"),
        submit=_("Refuse"),
        act=lambda **by: services.refuse_account(addendum, answer=form.cleaned_data["answer"], **by),
        done=_("The account is refused."),
        context={
            "trail": _trail(request, addendum.commitment),
            "facts": [(_("Payee's account"), f"{addendum.payee_account} – {addendum.payee_bank}", "")],
            "amount": None,
        },
    )


def account_file(request: HttpRequest, public_id: Any) -> HttpResponse:
    addendum = get_object_or_404(
        AccountAddendum.objects.select_related("file"), public_id=public_id, file__isnull=False
    )
    return serve(addendum.file, request, of=addendum, basis=f"account {addendum.public_id}")
