"""A lodged dossier handled to its end by people of the right roles, with two supplements; by the keyboard where one signs."""

import re
from io import BytesIO

import pypdf
import pytest
from playwright.sync_api import expect

from reporting.demo.scans import one_page
from tests.browser.conftest import DESKTOP, PHONE, sign_in

expect.set_options(timeout=30_000)


@pytest.fixture
def as_person(browser, fresh_site):
    contexts, said = [], []

    def open_page(local, viewport=DESKTOP):
        email = f"{local}@thunghiem.example"
        context = browser.new_context(base_url=fresh_site.address, viewport=viewport, locale="vi-VN")
        context.set_default_timeout(30_000)
        sign_in(context, email, dict(fresh_site.people.values())[email])
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []


def press(page, label):
    """The button or link with this label, by the keyboard alone."""
    page.locator(f"main a:has-text('{label}'), main button:has-text('{label}')").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")


def supplement(officer, head, wanted, address):
    """The officer writes down what is missing, the head sends it."""
    officer.goto(address)
    press(officer, "Yêu cầu bổ sung")
    officer.fill("#id_wanted_0", wanted)
    officer.fill("#id_reason_0", "Chưa đủ căn cứ xử lý")
    press(officer, "Lưu và kiểm tra")
    expect(officer.locator("main")).to_contain_text(
        "Lãnh đạo phòng hoặc lãnh đạo Sở không tham gia soạn sẽ kiểm tra và gửi"
    )
    head.goto(officer.url)
    press(head, "Gửi cho doanh nghiệp")
    expect(head.locator("main")).to_contain_text("Chờ doanh nghiệp bổ sung")


def answer(signatory, address, text):
    """The enterprise answers on its phone, first with words alone, then with a file, and sends."""
    signatory.goto(address)
    press(signatory, "Bổ sung hồ sơ")
    signatory.fill("main textarea", text)
    with signatory.expect_navigation():
        signatory.click("main button:text-is('Lưu')")
    expect(signatory.locator("main")).to_contain_text("chưa gửi")
    expect(signatory.locator("main textarea")).to_have_value(text)
    pdf = {"name": f"{text}.pdf", "mimeType": "application/pdf", "buffer": one_page(text)}
    signatory.set_input_files("#id_files-1", pdf)
    press(signatory, "Lưu và kiểm tra")
    expect(signatory.locator("main")).to_contain_text(f"{text}.pdf")
    signatory.check("input[name=confirmed]")
    press(signatory, "Gửi nội dung bổ sung")
    expect(signatory.locator("main")).to_contain_text("Sở sẽ xử lý tiếp")


def result(officer, head, office, director, records, address):
    """The result as a paper: begun from the dossier, initialled, checked, signed, numbered, sealed and issued with it."""
    officer.goto(address)
    press(officer, "Soạn văn bản kết quả")
    expect(officer.locator("#id_body")).to_contain_text("Sở Công Thương nhận được kiến nghị của")
    officer.fill(
        "#id_body", officer.input_value("#id_body").replace("1. …", "1. Sở sẽ làm việc với doanh nghiệp trong tháng.")
    )
    officer.check("input[name=secrecy][value=no]")
    press(officer, "Lưu dự thảo")
    paper = officer.url
    press(officer, "Trình ký nháy")
    press(officer, "Trình ký nháy")
    for person, button in ((head, "Ký nháy"), (office, "Thể thức đúng"), (director, "Ký bằng chứng thư thử nghiệm")):
        step(person, paper, button)
    records.goto(paper)
    records.click(".page-action a.btn-primary")
    records.fill("#id_number", "4321")
    press(records, "Cấp số, ngày")
    step(records, paper, "Ký số của cơ quan")
    step(records, paper, "Phát hành")
    expect(records.locator(".page-state")).to_contain_text("Đã phát hành")
    records.click("main a[href*='/dossiers/']")
    expect(records.locator("main")).to_contain_text("4321/SCT-")
    return re.search(r"4321/SCT-\w+", records.inner_text("main"))[0]


def step(person, paper, button):
    person.goto(paper)
    person.locator(".page-action a.btn-primary").focus()
    with person.expect_navigation():
        person.keyboard.press("Enter")
    press(person, button)


def test_a_dossier_is_received_supplemented_twice_appraised_decided_issued_and_returned(as_person):
    signatory, clerk = as_person("daidien", PHONE), as_person("tiepnhan")
    officer, head, director = as_person("chuyenvien"), as_person("truongphong"), as_person("giamdoc")
    office, records = as_person("chanhvanphong"), as_person("vanthu")

    clerk.goto("/dossiers/?state=lodged&channel=online")
    clerk.click("main table tbody a >> nth=0")
    address = clerk.url
    press(clerk, "Tiếp nhận hồ sơ")
    expect(clerk.locator("main")).to_contain_text("hẹn trả kết quả ngày")
    press(clerk, "Tiếp nhận")
    expect(clerk.locator("main")).to_contain_text("Đã tiếp nhận hồ sơ")
    press(clerk, "Giấy tiếp nhận hồ sơ và hẹn trả kết quả")
    expect(clerk.locator("h1")).to_have_text("Giấy tiếp nhận hồ sơ và hẹn trả kết quả")

    head.goto(address)
    press(head, "Phân công xử lý hồ sơ")
    head.select_option("#id_to", label="Nguyễn Thị Mẫu")
    press(head, "Phân công")
    officer.goto(address)
    press(officer, "Bắt đầu thẩm định")
    press(officer, "Bắt đầu")

    for place, wanted in enumerate(("Bản chụp hợp đồng thuê đất", "Số liệu thiệt hại từng tháng"), start=1):
        supplement(officer, head, wanted, address)
        answer(signatory, address, f"Bổ sung lần {place}")

    officer.goto(address)
    expect(officer.locator("main")).to_contain_text("Bổ sung lần 2.pdf")
    press(officer, "Trình phê duyệt")
    officer.fill("#id_note", "Đề nghị trả lời doanh nghiệp theo dự thảo.")
    press(officer, "Trình")
    director.goto(address)
    press(director, "Phê duyệt hồ sơ")
    press(director, "Duyệt")
    number = result(officer, head, office, director, records, address)
    clerk.goto(address)
    press(clerk, "Ghi nhận đã trả kết quả")
    clerk.fill("#id_note", "Trả qua Cổng")
    press(clerk, "Ghi nhận")
    expect(clerk.locator("main")).to_contain_text("Hồ sơ đã kết thúc")

    signatory.goto(address)
    expect(signatory.locator("main")).to_contain_text(number)
    expect(signatory.locator("main")).not_to_contain_text("Ghi chú nội bộ")
    with signatory.expect_download() as download:
        signatory.click(f"main a:has-text('{number}')")
    pdf = pypdf.PdfReader(BytesIO(download.value.path().read_bytes()))
    assert pdf.get_fields()["number"].value == number.partition("/")[0]
    assert "nhận được kiến nghị của" in pdf.pages[0].extract_text()
    press(signatory, "Kiểm tra văn bản này")
    expect(signatory.locator("main")).to_contain_text(number)


LODGE_MANY = """
from accounts.models import User
from dossiers.models import ProcedureVersion
from enterprises.models import Enterprise
from tests.factories import make_dossier
by = User.objects.get(email="daidien@thunghiem.example")
version = ProcedureVersion.objects.filter(state="issued").first()
for enterprise in Enterprise.objects.filter(merged_into=None).order_by("pk")[:60]:
    print(make_dossier(version, enterprise, state="lodged", by=by).code)
"""
REFUSE_THEM = """
from accounts.models import User
from dossiers.models import Dossier
from tests.factories import make_slip_line
by = User.objects.get(email="tiepnhan@thunghiem.example")
for row in Dossier.objects.filter(code__in=%r):
    make_slip_line(row, "refused", by=by)
"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_more_rows_are_shown_and_ticked_on_a_phone_by_the_keyboard_and_without_scripts(as_person, browser, fresh_site):
    codes = fresh_site.python(LODGE_MANY).split()
    clerk = as_person("tiepnhan", PHONE)
    clerk.goto("/dossiers/?state=lodged")
    expect(clerk.locator("input[name=chosen]")).to_have_count(50)
    assert clerk.evaluate(TOO_WIDE) == 0
    clerk.locator(".page-sizes a", has_text="200").focus()
    clerk.keyboard.press("Enter")
    clerk.wait_for_url("**rows=200*")
    boxes = clerk.locator("input[name=chosen]")
    expect(clerk.locator(".page-sizes [aria-current]")).to_have_text("200")
    number = boxes.count()
    assert number >= 60 and clerk.evaluate(TOO_WIDE) == 0
    clerk.get_by_label(f"Chọn tất cả {number} dòng trên trang này").focus()
    clerk.keyboard.press("Space")
    expect(clerk.locator("input[name=chosen]:checked")).to_have_count(number)
    expect(clerk.locator("[data-chosen-count]")).to_have_text(str(number))
    boxes.first.uncheck()
    assert clerk.get_by_label(f"Chọn tất cả {number} dòng").evaluate("box => box.indeterminate")
    press(clerk, "Tiếp nhận")
    expect(clerk.locator("main h1, h1").first).to_have_text("Tiếp nhận hồ sơ")
    assert clerk.locator("form input[name=chosen]").count() >= 59 and clerk.evaluate(TOO_WIDE) == 0

    plain = browser.new_context(base_url=fresh_site.address, viewport=PHONE, java_script_enabled=False)
    sign_in(plain, "tiepnhan@thunghiem.example", dict(fresh_site.people.values())["tiepnhan@thunghiem.example"])
    page = plain.new_page()
    page.goto("/dossiers/?state=lodged")
    page.click(".page-sizes a:text-is('200')")
    page.wait_for_url("**rows=200*")
    assert page.locator("input[name=chosen]").count() == number
    assert not page.locator("[data-choose-all]").is_visible()
    plain.close()
    fresh_site.python(REFUSE_THEM % codes)
