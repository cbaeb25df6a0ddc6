from datetime import date
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.attaching import bind
from documents.serving import serve
from programme.cautions import cautions_before_payment, cautions_of_payment, cautions_on_page, require_no_caution
from programme.forms.acting import ActForm, AnswerForm, PaidForm, PaidRowForm, TreasuryRefusalForm
from programme.forms.payments import PreparePaymentForm
from programme.models import BudgetLine, Commitment, LedgerEntry, Payment
from programme.permissions.budget import ANSWER_PAYMENT, CONTROL_PAYMENT, SEND_PAYMENT, SIGN_PAYMENT
from programme.permissions.payments import (
    RETURN_PAYMENT,
    can_withdraw_payment,
    payments_waiting_for,
    right_to_control,
    right_to_return,
    right_to_sign,
)
from programme.presenting.acting import acting_sentence, address, named, room_of_advances, room_on_commitment, trail
from programme.presenting.money import beside_last_year, entry_rows, period_text
from programme.presenting.payments import facts_of, payment_chain
from programme.presenting.places import open_address
from programme.presenting.steps import room_rows
from programme.queries.money import spent_beside
from programme.services import payments as services
from programme.tables.payments import PAID, STATE_KINDS, PaymentFilter, PaymentTable, standing, with_undone
from programme.views.anew import begun_like, named_before, payment_anew_url, places_of, why_it_ended
from programme.views.budget_acting import (
    act_on_many,
    act_page,
    acting_list,
    done_once,
    press,
    require_right,
    right_or_none,
    withdraw_page,
)
from reference.sending_many import back_to_list, chosen
from screens import formats
from screens.forms import form_data
from screens.lists import BulkAction
from screens.sheets import Sheet
from screens.text import fold

STATE = Payment.State
RELATED = ("commitment__line__task", "commitment__line__source", "commitment__line__year", "file")


# --- the list ----------------------------------------------------------------------------------


def payment_list(request: HttpRequest) -> HttpResponse:
    user = request.user
    every = [
        (CONTROL_PAYMENT, "control", _("Control"), "bulk_control_payments"),
        (SIGN_PAYMENT, "sign", _("Sign"), "bulk_sign_payments"),
        (SEND_PAYMENT, "send", _("Note as sent to the Treasury"), "bulk_send_payments"),
        (ANSWER_PAYMENT, "paid", _("Enter that the Treasury paid"), "bulk_record_paid"),
    ]
    actions = [
        BulkAction(code, label, reverse(f"programme:{route}"))
        for wanted, code, label, route in every
        if user.may(wanted)
    ]
    return acting_list(
        request,
        Payment.objects.all(),
        waiting=payments_waiting_for,
        name="payments",
        title=_("Payments"),
        lead=_("Prepared, controlled, signed and sent to the Treasury; only its answer makes money disbursed."),
        table_class=PaymentTable,
        filterset_class=PaymentFilter,
        queryset=with_undone(Payment.objects.all()),
        sheet=Sheet(period=_period(request), unit=_("đồng")) if request.GET.get("export") else None,
        export_name="thanh-toan",
        actions=actions,
        empty=_("A payment is prepared on the page of its contract or decision."),
    )


def _period(request: HttpRequest) -> str:
    """The year and day of the form, and what was disbursed of managed money beside the same day a year ago."""
    today, asked = timezone.localdate(), request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdecimal() else today.year
    sums = spent_beside(BudgetLine.objects.managed(), year, today)
    return f"{period_text(asked, today)} – {beside_last_year(year, *sums, today)}"


def _bulk(request: HttpRequest, verb: str, title: str, done: str, act: Any) -> HttpResponse:
    rows = chosen(request, Payment.objects.select_related("commitment__line__year"))
    back = reverse("programme:payment_list")
    return act_on_many(request, rows, verb=verb, title=title, done=done, back=back, act=act)


def _without_caution(act: Any) -> Any:
    """One of many: what has a caution is looked at on its own page first."""

    def acted(row: Payment, **by: Any) -> Any:
        require_no_caution(cautions_of_payment(row, timezone.localdate(by["now"])))
        return act(row, **by)

    return acted


def bulk_control_payments(request: HttpRequest) -> HttpResponse:
    return _bulk(
        request,
        "control payment",
        _("Controlling payments"),
        _("Controlled"),
        _without_caution(services.control_payment),
    )


def bulk_sign_payments(request: HttpRequest) -> HttpResponse:
    return _bulk(request, "sign payment", _("Signing payments"), _("Signed"), _without_caution(services.sign_payment))


def bulk_send_payments(request: HttpRequest) -> HttpResponse:
    title = _("Noting payments as sent to the Treasury")
    return _bulk(request, "send payment", title, _("Sent to the Treasury"), _without_caution(services.send_payment))


def _record_without_caution(row: Payment, *, voucher: str, paid_on: date, **by: Any) -> Any:
    require_no_caution(cautions_of_payment(row, paid_on))
    return services.record_paid(row, voucher=voucher, paid_on=paid_on, **by)


def bulk_record_paid(request: HttpRequest) -> HttpResponse:
    """First a table for the voucher and day of each chosen payment; then each filled row is entered by itself."""
    rows = chosen(request, Payment.objects.select_related("commitment__line__year"))
    typed = "typed" in request.POST
    forms = {row: PaidRowForm(request.POST if typed else None, prefix=row.public_id.hex) for row in rows}
    valid = [form.is_valid() for form in forms.values()]
    key = ActForm(request.POST)
    title = _("Entering that the Treasury paid")
    back = back_to_list(request, reverse("programme:payment_list"))
    filled = {row: form for row, form in forms.items() if form.is_filled} if typed and all(valid) else {}
    if filled and key.is_valid():
        return act_on_many(
            request,
            filled,
            verb="record paid",
            title=title,
            done=_("Paid; the money is disbursed"),
            back=back,
            act=lambda row, **by: _record_without_caution(
                row,
                voucher=filled[row].cleaned_data["voucher"],
                paid_on=filled[row].cleaned_data["paid_on"],
                **by,
            ),
            body=lambda row: filled[row].cleaned_data,
        )
    context = {
        "rows": list(forms.items()),
        "title": title,
        "back": back,
        "form": key if typed else ActForm(),
        "trail": trail(request.user, (back, _("Payments"))),
        "refused": typed,
        "nothing_typed": typed and all(valid) and not filled,
    }
    return render(request, "programme/bulk_record_paid.html", context)


# --- one payment -------------------------------------------------------------------------------


def _payment(public_id: Any) -> Payment:
    return get_object_or_404(Payment.objects.select_related(*RELATED), public_id=public_id)


def _list_link() -> tuple[str, str]:
    return reverse("programme:payment_list"), _("Payments")


def payment(request: HttpRequest, public_id: Any) -> HttpResponse:
    return _show(request, _payment(public_id))


def _show(request: HttpRequest, row: Payment, form: Any = None) -> HttpResponse:
    row = Payment.objects.select_related(*RELATED).get(pk=row.pk)
    user = request.user
    turn = _turn(user, row)
    steps = (row.prepared_by, row.controlled_by, row.controlled_for, row.signed_by, row.signed_for)
    people = named(*steps, row.sent_by, row.answered_by, row.returned_by)
    entries = (
        LedgerEntry.objects.filter(Q(payment=row) | Q(reverses__payment=row))
        .select_related("reverses")
        .order_by("number")
    )
    under_way = row.state in (STATE.PREPARED, STATE.CONTROLLED, STATE.SIGNED, STATE.SENT)
    return render(
        request,
        "programme/payment.html",
        {
            "payment": row,
            "form": form or ActForm(),
            "trail": trail(user, _list_link()),
            "state_kind": STATE_KINDS[row.state],
            "chain": payment_chain(row, people),
            "facts": facts_of(row, address(user, row.commitment)) + places_of(user, row),
            "papers_url": open_address(user, "programme:treasury_papers", row.public_id),
            "rooms": _rooms(row) if under_way else [],
            "obstacle": services.obstacle(row),
            "cautions": cautions_on_page(row, timezone.localdate()),
            "same_invoice": [(other, standing(other), address(user, other)) for other in _of_the_same_invoice(row)]
            if under_way
            else [],
            "entries": entry_rows(entries, partial(address, user)),
            "undone": [(entry, address(user, entry)) for entry in entries if entry.reverses_id and entry.kind in PAID],
            "may_withdraw": can_withdraw_payment(user, row),
            "anew_url": payment_anew_url(user, row),
            **turn,
        },
        status=409 if form is not None else 200,
    )


def _of_the_same_invoice(row: Payment) -> list[Payment]:
    """Other payments of the contract that rest on the same invoice: in parts, or twice by mistake."""
    counted = [STATE.PREPARED, STATE.CONTROLLED, STATE.SIGNED, STATE.SENT, STATE.PAID]
    others = row.commitment.payments.filter(invoice_on=row.invoice_on, state__in=counted).exclude(pk=row.pk)
    others = with_undone(others).order_by("pk")
    return [other for other in others if fold(other.invoice) == fold(row.invoice)]


def _rooms(row: Payment) -> list[dict]:
    found = room_rows([room_on_commitment(row.commitment, payment=row)], row.amount_vnd)
    if row.clears_vnd:
        found += room_rows([room_of_advances(row.commitment, payment=row)], row.clears_vnd)
    return found


def _turn(user: Any, row: Payment) -> dict[str, Any]:
    """Whose turn it is, and what this person may do about it."""
    today, right, why_not, press_url, press_label = timezone.localdate(), None, "", "", ""
    if row.state == STATE.PREPARED and user.may(CONTROL_PAYMENT):
        right, why_not = right_or_none(lambda: right_to_control(user, row, on=today))
        press_url, press_label = "programme:control_payment", _("Control")
    elif row.state == STATE.CONTROLLED and user.may(SIGN_PAYMENT):
        right, why_not = right_or_none(lambda: right_to_sign(user, row, on=today))
        press_url, press_label = "programme:sign_payment", _("Sign as account holder")
    may_press = right is not None
    if row.state == STATE.SIGNED and user.may(SEND_PAYMENT):
        may_press, press_url, press_label = True, "programme:send_payment", _("Note as sent to the Treasury")
    back = None
    if row.state in (STATE.PREPARED, STATE.CONTROLLED, STATE.SIGNED) and user.may(RETURN_PAYMENT):
        back, _why = right_or_none(lambda: right_to_return(user, row, on=today))
    return {
        "acting": acting_sentence(right),
        "why_not": why_not,
        "press_url": reverse(press_url, args=[row.public_id]) if may_press else "",
        "press_label": press_label,
        "may_return": back is not None,
        "may_answer": row.state == STATE.SENT and user.may(ANSWER_PAYMENT),
    }


def payment_file(request: HttpRequest, public_id: Any) -> HttpResponse:
    row = _payment(public_id)
    if row.file is None:
        raise Http404
    return serve(row.file, request, of=row, basis=f"payment {row.public_id}")


def _press(request: HttpRequest, row: Payment, verb: str, done: str, act: Any) -> HttpResponse:
    return press(request, row, verb=verb, act=lambda **by: act(row, **by), done=done, show=_show)


def control_payment(request: HttpRequest, public_id: Any) -> HttpResponse:
    row = _payment(public_id)
    if row.state == STATE.PREPARED:
        require_right(lambda: right_to_control(request.user, row, on=timezone.localdate()))
    return _press(request, row, "control payment", _("The payment is controlled."), services.control_payment)


def sign_payment(request: HttpRequest, public_id: Any) -> HttpResponse:
    row = _payment(public_id)
    if row.state == STATE.CONTROLLED:
        require_right(lambda: right_to_sign(request.user, row, on=timezone.localdate()))
    return _press(request, row, "sign payment", _("The payment is signed."), services.sign_payment)


def send_payment(request: HttpRequest, public_id: Any) -> HttpResponse:
    row = _payment(public_id)
    return _press(request, row, "send payment", _("The payment is noted as sent."), services.send_payment)


def withdraw_payment(request: HttpRequest, public_id: Any) -> HttpResponse:
    row = _payment(public_id)
    return withdraw_page(
        request,
        row,
        mine=can_withdraw_payment(request.user, row),
        verb="withdraw payment",
        title=_("Withdraw the payment"),
        act=lambda **by: services.withdraw_payment(row, **by),
        done=_("The payment is withdrawn."),
        context=_act_context(request, row),
    )


def _act_context(request: HttpRequest, row: Payment, right: Any = None) -> dict[str, Any]:
    return {
        "trail": trail(request.user, _list_link(), (row.get_absolute_url(), str(row))),
        "acting": acting_sentence(right),
        "facts": facts_of(row, address(request.user, row.commitment)),
        "amount": row.amount_vnd,
    }


def return_payment(request: HttpRequest, public_id: Any) -> HttpResponse:
    row = _payment(public_id)
    right = None
    if row.state in (STATE.PREPARED, STATE.CONTROLLED, STATE.SIGNED):
        right = require_right(lambda: right_to_return(request.user, row, on=timezone.localdate()))
    form = AnswerForm(*form_data(request))
    return act_page(
        request,
        row,
        form,
        verb="return payment",
        title=_("Give the payment back"),
        submit=_("Give back"),
        act=lambda **by: services.return_payment(row, answer=form.cleaned_data["answer"], **by),
        done=_("The payment is given back."),
        never=services.why_never_again(row, STATE.PREPARED, STATE.CONTROLLED, STATE.SIGNED),
        context=_act_context(request, row, right),
    )


def record_paid(request: HttpRequest, public_id: Any) -> HttpResponse:
    row = _payment(public_id)
    form = PaidForm(*form_data(request))
    return act_page(
        request,
        row,
        form,
        verb="record paid",
        title=_("Enter that the Treasury paid"),
        submit=_("Enter and book the disbursement"),
        act=lambda **by: services.record_paid(
            row, voucher=form.cleaned_data["voucher"], paid_on=form.cleaned_data["paid_on"], **by
        ),
        done=_("The payment is entered; the money is disbursed."),
        never=services.why_never_again(row, STATE.SENT),
        context=_act_context(request, row),
    )


def record_refused(request: HttpRequest, public_id: Any) -> HttpResponse:
    row = _payment(public_id)
    form = TreasuryRefusalForm(*form_data(request))
    return act_page(
        request,
        row,
        form,
        verb="record refused",
        title=_("Enter that the Treasury refused"),
        submit=_("Enter the refusal"),
        act=lambda **by: services.record_refused(row, answer=form.cleaned_data["answer"], **by),
        done=_("The Treasury's refusal is entered."),
        never=services.why_never_again(row, STATE.SENT),
        context=_act_context(request, row),
    )


# --- preparing ---------------------------------------------------------------------------------


def prepare_payment(request: HttpRequest, commitment: Any) -> HttpResponse:
    contracts = Commitment.objects.select_related("line__task", "line__source", "line__year")
    row, now = get_object_or_404(contracts, public_id=commitment), timezone.now()
    title, before, never = _("Prepare a payment"), named_before(request, row.payments.all()), ""
    if request.method == "POST":
        form = bind(request, PreparePaymentForm, now=now, commitment=row)
        answer = done_once(
            request,
            form,
            verb=f"prepare payment {row.public_id}",
            label=f"{title}: {row}",
            act=lambda **by: services.prepare_payment(row, **form.content(), redoes=before, **by),
        )
        if answer is not None:
            messages.success(request, _("The payment is prepared and waits for the chief accountant."))
            return HttpResponseRedirect(reverse("programme:payment", args=[answer["public_id"]]))
    else:
        data, _files = form_data(request)
        begun = begun_like(before, services.CONTENT, request.user)
        form = PreparePaymentForm(data, user=request.user, commitment=row, initial=begun)
        never = services.why_never(row)
    rooms = [room_on_commitment(row), *([room_of_advances(row)] if row.advanced_vnd else [])]
    percent, most, left = services.room_for_advances(row, timezone.localdate(now))
    _committed, advanced = services.of_all_years(row)
    earlier_vnd, before_this_year = advanced - row.advanced_vnd, []
    if earlier_vnd:
        before_this_year.append((_("Advances of the years before, not cleared"), formats.money(earlier_vnd), ""))
    return render(
        request,
        "programme/prepare_payment.html",
        {
            "form": form,
            "title": title,
            "about": f"{row} – {row.what}",
            "submit": _("Prepare the payment"),
            "back": row.get_absolute_url(),
            "trail": trail(
                request.user,
                (reverse("programme:commitment_list"), _("Contracts and decisions to support")),
                (row.get_absolute_url(), str(row)),
            ),
            "facts": [(_("Contract or decision"), f"{row} – {row.what}", row.get_absolute_url()), *before_this_year],
            "rooms": room_rows(rooms, None),
            "never": never,
            "notice": why_it_ended(before),
            "cautions": cautions_before_payment(row, timezone.localdate(now)),
            "percent": percent,
            "most": most,
            "left": max(left, 0),
        },
    )
