"""A paper from its first word to the page that its code opens, each step by whose turn it is, on a desk and on a phone."""

import re
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, sign_in

expect.set_options(timeout=30_000)
SUBJECT = "Kết quả rà soát & kiến nghị quý IV năm 2026"
BODY = "# I. Kết quả\nSở đã rà soát các nhiệm vụ.\nSTT | Nhiệm vụ | Số lượt\n1 | Xúc tiến thương mại | 42\nĐề nghị xem xét."
# (who, what the button of the step says, on which screen)
STEPS = (
    ("truongphong", "Ký nháy", PHONE),
    ("chanhvanphong", "Thể thức đúng", DESKTOP),
    ("giamdoc", "Ký bằng chứng thư thử nghiệm", PHONE),
    ("vanthu", "Cấp số, ngày", DESKTOP),
    ("vanthu", "Ký số của cơ quan", DESKTOP),
    ("vanthu", "Phát hành", DESKTOP),
)


@pytest.fixture
def as_person(browser, fresh_site):
    """as_person(name, viewport): a page of that person, or of nobody."""
    contexts = {}

    def open_page(name, viewport=DESKTOP):
        if name not in contexts:
            context = contexts[name] = browser.new_context(base_url=fresh_site.address, accept_downloads=True)
            context.set_default_timeout(30_000)
            if name:
                email = f"{name}@thunghiem.example"
                sign_in(context, email, dict(fresh_site.people.values())[email])
        page = contexts[name].new_page()
        page.set_viewport_size(viewport)
        return page

    yield open_page
    for context in contexts.values():
        context.close()


def test_a_paper_is_drafted_signed_numbered_issued_and_confirmed_by_its_code(as_person, fresh_site):
    page = as_person("chuyenvien")
    page.goto("/papers/draft/")
    page.select_option("#id_series", label="Báo cáo")
    page.fill("#id_subject", SUBJECT)
    page.fill("#id_body", BODY)
    signer = page.locator("#id_signer option", has_text="Phạm Văn Minh Họa –")
    page.select_option("#id_signer", signer.get_attribute("value"))
    page.check("input[name=authority][value=own]")
    page.check("input[name=secrecy][value=no]")
    page.click("main form button.btn-primary")
    page.wait_for_url(re.compile(r"/papers/[0-9a-f-]{36}/$"))
    address = page.url
    expect(page.locator("img.page-picture")).to_be_visible()
    assert page.evaluate("document.querySelector('img.page-picture').naturalWidth") == 1000
    page.click(".page-action a.btn-primary")
    page.focus("main form button.btn-primary")  # by the keyboard alone
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Chờ ký nháy")

    for name, button, viewport in STEPS:
        page = as_person(name, viewport)
        page.goto(address)
        page.click(".page-action a.btn-primary")
        expect(page.locator("main form button.btn-primary")).to_have_text(button)
        page.click("main form button.btn-primary")
        page.wait_for_url(address)
    expect(page.locator(".page-state")).to_contain_text("Đã phát hành")
    number = re.search(r"\d+/BC-SCT", page.inner_text("main"))[0]

    with page.expect_download() as download:
        page.click("a[href$='/pdf/']")
    pdf = Path(download.value.path()).read_bytes()
    fields = pypdf.PdfReader(BytesIO(pdf)).get_fields()
    assert fields["number"].value == number.partition("/")[0]
    page.goto(f"{address}signatures/")
    expect(page.locator("main .tag")).to_have_count(2)
    expect(page.locator("main")).to_contain_text("Nguyên vẹn, ký bằng chứng thư thử nghiệm, không có giá trị pháp lý.")

    token = fresh_site.python(
        f"from documents.models import OutgoingPaper\nprint(OutgoingPaper.objects.get(subject={SUBJECT!r}).token)"
    )
    page = as_person("", PHONE)
    page.goto(f"/van-ban/{token.strip().splitlines()[-1]}/")
    expect(page.locator("main")).to_contain_text(number)
    assert SUBJECT not in page.inner_text("body")
