"""People, rules and posted forms for the tests of the pages on which somebody acts on the money; it is 16/07/2024."""

import uuid
from datetime import UTC, date, datetime

from django.urls import reverse

from accounts.models import Delegation
from accounts.roles import Role
from tests.factories import make_director, make_officer, make_rule, make_user

BILLION = 10**9
NOW = datetime(2024, 7, 16, 3, 0, tzinfo=UTC)
TODAY = date(2024, 7, 16)


def make_rules():
    """The rules of the budget as the tests want them."""
    make_rule("budget_approval_thresholds", {"deputy_director": BILLION})
    make_rule("budget_advance_ceiling", {"percent": 30})
    make_rule("carry_over_grounds", [{"code": "contracts", "label_vi": "Hợp đồng đã ký", "label_en": "Contracts"}])


def make_people():
    """One person for each role that acts on the money."""
    return {
        "accountant": make_user(Role.ACCOUNTANT, full_name="Trần Thị Kế Toán"),
        "chief": make_user(Role.CHIEF_ACCOUNTANT, full_name="Lê Kế Toán Trưởng"),
        "director": make_director(full_name="Phạm Giám Đốc"),
        "deputy": make_user(Role.DEPUTY_DIRECTOR),
        "officer": make_officer(),
    }


def address(name, *args):
    return reverse(f"programme:{name}", args=[getattr(each, "public_id", each) for each in args])


def post(client, name, *args, key=None, **fields):
    """The form of a page, sent with a key of its own unless one is given; what is done with many leads on to its results."""
    typed = {"operation_key": key or str(uuid.uuid4()), **fields}
    return client.post(address(name, *args), typed, follow=name.startswith("bulk_"))


def text(answer):
    return answer.content.decode()


def downloaded(answer):
    """The bytes of a file that was handed out."""
    assert answer.status_code == 200
    return answer.getvalue()


def errors(answer):
    """All that the form said, as one text."""
    return " ".join(str(each) for each in answer.context["form"].errors.values())


def delegate(giver, receiver, action, *, limit_vnd=None):
    """The giver's right for this month."""
    return Delegation.objects.create(
        giver=giver,
        receiver=receiver,
        action=action,
        starts_on=date(2024, 7, 1),
        ends_on=date(2024, 7, 31),
        planned_ends_on=date(2024, 7, 31),
        paper="15/GUQ-SCT",
        paper_on=date(2024, 6, 28),
        limit_vnd=limit_vnd,
        created_by=f"user:{giver.public_id}",
        created_at=NOW,
    )


STEP = {"amount_vnd": "500.000.000", "document": "Quyết định số 12/QĐ-SCT", "document_on": "01/07/2024"}
CONTRACT = {
    "kind": "contract",
    "number": "12/2024/HĐ-SCT",
    "signed_on": "05/07/2024",
    "what": "Dàn dựng gian hàng hội chợ",
    "amount_vnd": "800.000.000",
    "payee": "Công ty TNHH Dịch vụ Hội chợ",
    "payee_account": "1020304050",
}
PAYMENT = {
    "kind": "payment",
    "amount_vnd": "100.000.000",
    "payee": "Công ty TNHH Dịch vụ Hội chợ",
    "payee_account": "1020 3040 50",
    "invoice": "Hóa đơn số 0000123",
    "invoice_on": "10/07/2024",
}
