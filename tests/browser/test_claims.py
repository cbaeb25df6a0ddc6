"""An enterprise comes to its account by itself: claimed on a phone, confirmed by the clerk, entered by the link of the letter."""

import pytest
from playwright.sync_api import expect

from reporting.demo.scans import one_page
from tests.browser.conftest import DESKTOP, PHONE, sign_in
from tests.browser.test_sign_in import NEW, link_in_outbox

pytestmark = pytest.mark.browser
CLERK = "tiepnhan@thunghiem.example"


@pytest.fixture
def visit(browser, fresh_site):
    opened = []

    def open_page(viewport, email=None):
        context = browser.new_context(base_url=fresh_site.address, viewport=viewport, locale="vi-VN")
        context.set_default_timeout(30_000)
        opened.append(context)
        if email:
            sign_in(context, email, dict(fresh_site.people.values())[email])
        return context.new_page()

    yield open_page
    for context in opened:
        context.close()


def test_an_enterprise_is_claimed_on_a_phone_confirmed_and_entered(visit, fresh_site, tmp_path):
    code, name = fresh_site.python(
        "from enterprises.models import Claim, Enterprise\n"
        "taken = Claim.objects.values('tax_code')\n"
        "one = Enterprise.objects.standing().filter(status='active', memberships=None).exclude(tax_code__in=taken)\n"
        "print('|'.join(one.order_by('-pk').values_list('tax_code', 'name')[0]))"
    ).strip().split("|")  # fmt: skip
    paper = tmp_path / "giay-chung-nhan.pdf"
    paper.write_bytes(one_page("browser"))

    phone = visit(PHONE)
    phone.goto("/accounts/login/")
    phone.click("main a[href='/enterprises/claim/']")
    phone.fill("#id_tax_code", code)
    phone.fill("#id_full_name", "Nguyễn Thị Đến")
    phone.fill("#id_email", "den@dn.example")
    phone.fill("#id_paper_number", "GCN số 1, cấp ngày 01/02/2020")
    phone.set_input_files("#id_file", paper)
    phone.click("main form button.btn-primary")
    expect(phone.locator(".error-summary")).to_be_visible()  # the name is missing; the paper is kept
    expect(phone.locator("#id_file_helptext")).to_contain_text("giay-chung-nhan.pdf")
    phone.fill("#id_enterprise_name", name)
    phone.click("main form button.btn-primary")
    phone.wait_for_url("**/claim/sent/")

    clerk = visit(DESKTOP, CLERK)
    clerk.goto(f"/enterprises/claims/?tax_code={code}")
    clerk.click("table.data tbody th a >> nth=0")
    expect(clerk.locator("main")).to_contain_text("trùng tên")
    clerk.click("main .page-action a.btn-primary")
    clerk.click("main form button.btn-primary")
    expect(clerk.locator(".page-state .tag")).to_have_text("Đã xác nhận")

    phone.goto(link_in_outbox(clerk, "/people/invitation/", to="den@dn.example"))
    expect(phone.locator("main")).to_contain_text(name)
    phone.fill("#id_password1", NEW)
    phone.fill("#id_password2", NEW)
    phone.click("main form button.btn-primary")
    phone.wait_for_url("**/enterprises/own/")
    expect(phone.locator("main")).to_contain_text(name)
