"""A dossier on a phone: begun, saved as it is typed, a file sent, two windows met, lodged by the signatory, seen by a clerk."""

import pytest
from playwright.sync_api import expect

from reporting.demo.scans import one_page
from tests.browser.conftest import DESKTOP, PHONE, sign_in

PREPARER, SIGNATORY, CLERK = (f"{name}@thunghiem.example" for name in ("laphoso", "daidien", "tiepnhan"))
expect.set_options(timeout=30_000)
TEXT = "Đường vào khu sản xuất bị ngập khi mưa lớn."


@pytest.fixture
def as_person(browser, fresh_site):
    """as_person(email, viewport): a page of that person, in a browser of their own."""
    contexts, said = [], []

    def open_page(email, viewport=PHONE):
        context = browser.new_context(base_url=fresh_site.address, viewport=viewport, locale="vi-VN")
        context.set_default_timeout(30_000)
        sign_in(context, email, dict(fresh_site.people.values())[email])
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        return page

    open_page.said = said
    yield open_page
    for context in contexts:
        context.close()
    assert said == []


def test_a_dossier_is_prepared_on_a_phone_lodged_by_the_signatory_and_seen_by_the_clerk(as_person, tmp_path):
    page = as_person(PREPARER)
    page.goto("/dossiers/own/start/")
    page.click("main a.btn-primary")
    page.click("main form button.btn-primary")
    page.wait_for_url("**/fill/")
    address = page.url

    page.fill("#id_nguoi-lien-he", "Phan Thị Minh Họa")
    page.fill("#id_dien-thoai", "0900 000 009")
    page.select_option("#id_linh-vuc", "ha-tang")
    page.fill("#id_noi-dung", TEXT)
    page.fill("#id_anh-huong", "khoảng 2 tỷ")
    expect(page.locator("#saved")).to_contain_text("Một số mục chưa đúng")
    page.fill("#id_anh-huong", "2.000.000.000")
    expect(page.locator("#saved")).not_to_contain_text("Một số mục chưa đúng")
    expect(page.locator("#saved")).to_contain_text("Đã lưu lúc")

    # a second window that was opened meanwhile goes on; this one is told and keeps what is typed in it
    other = page.context.new_page()
    other.goto(address)
    expect(other.locator("#id_noi-dung")).to_have_value(TEXT)
    opened_at = other.input_value("#id_version")
    other.fill("#id_de-xuat", "Đề nghị nâng cấp hệ thống thoát nước.")
    expect(other.locator("#id_version")).not_to_have_value(opened_at)
    expect(other.locator("#saved")).to_contain_text("Đã lưu lúc")
    page.fill("#id_de-xuat", "Đề nghị sửa đường.")
    expect(page.locator("#saved")).to_contain_text("Chưa lưu")
    with page.expect_navigation():
        page.click("button[name=and_stay]")
    expect(page.locator("main")).to_contain_text("Đề nghị nâng cấp hệ thống thoát nước.")
    expect(page.locator("#id_de-xuat")).to_have_value("Đề nghị sửa đường.")
    page.check("input[name=da-gui-noi-khac][value=no]")
    page.click("main form button.btn-primary")
    page.wait_for_url("**/components/")

    page.set_input_files("#file-tai-lieu", {"name": "ảnh.png", "mimeType": "image/png", "buffer": b"khong phai anh"})
    expect(page.locator("#component-tai-lieu [role=alert]:not([hidden])")).to_contain_text("ảnh.png")
    page.wait_for_function("!document.querySelector('.htmx-added, .htmx-settling')")
    pdf = {"name": "Ảnh hiện trạng.pdf", "mimeType": "application/pdf", "buffer": one_page("lodging")}
    page.set_input_files("#file-tai-lieu", pdf)
    expect(page.locator("#component-tai-lieu")).to_contain_text("Ảnh hiện trạng.pdf")
    page.wait_for_function("!document.querySelector('.htmx-added, .htmx-settling')")
    # a name that is one long word makes no page wider than the phone
    long = {"name": f"{'Ảnhhiệntrạng' * 20}.pdf", "mimeType": "application/pdf", "buffer": one_page("long")}
    page.set_input_files("#file-tai-lieu", long)
    expect(page.locator("#component-tai-lieu [role=status]")).to_contain_text("Đã đính kèm: ẢnhhiệntrạngẢnh")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.click("main .form-actions a.btn-primary")
    expect(page.locator("main")).to_contain_text(
        "Người đại diện theo pháp luật của doanh nghiệp hoặc người được ủy quyền xác nhận và nộp"
    )

    signatory = as_person(SIGNATORY)
    signatory.goto(page.url)
    expect(signatory.locator("main")).to_contain_text("2.000.000.000 đồng")
    signatory.click("main .form-actions button.btn-primary")  # without the confirmation
    expect(signatory.locator("body")).to_contain_text("Hãy xác nhận nội dung khai")
    expect(signatory.locator(".message-bad")).to_be_focused()
    assert signatory.url.endswith("/check/")
    # by the keyboard alone
    signatory.focus("#id_confirmed")
    signatory.keyboard.press("Space")
    signatory.keyboard.press("Tab")
    signatory.keyboard.press("Enter")
    signatory.wait_for_url("**/lodged/")
    code = signatory.inner_text(".big-code")
    expect(signatory.locator("h1")).to_have_text("Xác nhận đã nộp hồ sơ")
    expect(signatory.locator("main")).to_contain_text("Trước khi tiếp nhận chưa có ngày hẹn trả")

    signatory.go_back()
    expect(signatory.locator("main")).to_contain_text(TEXT)  # a page, not a form to be sent once more

    # the window that still stands open is told who lodged it, and keeps what is typed
    other.fill("#id_de-xuat", "Đề nghị thêm một cống.")
    expect(other.locator("#saved")).to_contain_text(code)
    expect(other.locator("#saved")).to_contain_text("không sửa được nữa")
    expect(other.locator("button[name=and_stay]")).to_have_count(0)
    expect(other.locator("#id_de-xuat")).to_have_value("Đề nghị thêm một cống.")
    other.evaluate("document.querySelector('form[data-keeps-itself]').requestSubmit()")
    expect(other.locator("main")).to_contain_text("khác với hồ sơ")

    clerk = as_person(CLERK, DESKTOP)
    clerk.goto(f"/dossiers/?q={code}")
    clerk.click(f"main table a:has-text('{code}')")
    expect(clerk.locator("main")).to_contain_text(TEXT)
    with clerk.expect_download() as download:
        clerk.click("main a:has-text('Ảnh hiện trạng.pdf')")
    assert download.value.path().read_bytes() == one_page("lodging")


def test_two_people_in_one_draft_lose_nothing_of_each_other(as_person):
    hers, his = as_person(PREPARER, DESKTOP), as_person(SIGNATORY, DESKTOP)
    hers.goto("/dossiers/own/start/")
    hers.click("main a.btn-primary")
    hers.click("main form button.btn-primary")
    hers.wait_for_url("**/fill/")
    his.goto(hers.url)

    his.fill("#id_dien-thoai", "0900 000 009")
    his.fill("#id_de-xuat", "Đề nghị nâng cấp hệ thống thoát nước.")
    his.fill("#id_noi-dung", TEXT)
    his.check("input[name=da-gui-noi-khac][value=no]")
    with his.expect_navigation():
        his.click("button[name=and_stay]")

    # by itself: what she does not touch stands, though her page does not show it
    hers.fill("#id_nguoi-lien-he", "Phan Thị Minh Họa")
    expect(hers.locator("#saved")).to_contain_text("đồng nghiệp đã sửa các mục sau")
    before = hers.input_value("#id_version")
    hers.fill("#id_nguoi-lien-he", "Phan Thị Minh Họa B")
    expect(hers.locator("#id_version")).not_to_have_value(before)
    expect(hers.locator("#saved")).to_contain_text("đồng nghiệp đã sửa các mục sau")

    # by the button, one field of both: only that one is to be chosen, and nothing goes by itself before
    hers.fill("#id_noi-dung", "Mất điện.")
    with hers.expect_navigation():
        hers.click("button[name=and_stay]")
    rows = hers.locator("table[class=data]").filter(has_text="Mất điện.").locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(TEXT)
    expect(hers.locator("#id_de-xuat")).to_have_value("Đề nghị nâng cấp hệ thống thoát nước.")
    expect(hers.locator("#id_dien-thoai")).to_have_value("0900 000 009")
    expect(hers.locator("input[name=da-gui-noi-khac][value=no]")).to_be_checked()
    sent = []
    hers.on("request", lambda request: sent.append(request.method) if request.method == "POST" else None)
    hers.fill("#id_noi-dung", "Mất điện. Gấp.")
    hers.wait_for_timeout(3000)
    assert sent == []
    his.reload()
    expect(his.locator("#id_noi-dung")).to_have_value(TEXT)
    expect(his.locator("#id_nguoi-lien-he")).to_have_value("Phan Thị Minh Họa B")

    with hers.expect_navigation():
        hers.click("button[name=and_stay]")
    his.reload()
    written = {"noi-dung": "Mất điện. Gấp.", "dien-thoai": "0900 000 009", "nguoi-lien-he": "Phan Thị Minh Họa B"}
    for name, value in written.items():
        expect(his.locator(f"#id_{name}")).to_have_value(value)
    expect(his.locator("#id_de-xuat")).to_have_value("Đề nghị nâng cấp hệ thống thoát nước.")


def test_with_the_keyboard_alone_the_focus_is_on_what_is_said(as_person):
    page = as_person(PREPARER, DESKTOP)
    page.goto("/dossiers/own/start/")
    page.click("main a.btn-primary")
    page.click("main form button.btn-primary")
    page.wait_for_url("**/fill/")
    address = page.url

    def tab_to(place):
        for _step in range(60):
            page.keyboard.press("Tab")
            if page.locator(place).evaluate("each => each === document.activeElement"):
                return
        raise AssertionError(f"{place} is not reached")

    # the address names a part of the page, which has the focus first
    page.goto(address)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    assert page.url.endswith("#content")
    for _time in range(2):
        tab_to("#id_dien-thoai")
        page.keyboard.type("abc")
        tab_to("main form button.btn-primary")
        page.keyboard.press("Enter")
        expect(page.locator(".error-summary")).to_contain_text("abc")
        page.wait_for_load_state("load")
        expect(page.locator(".error-summary")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("#id_dien-thoai")).to_be_focused()
        page.keyboard.press("Shift+Tab")

    # what is put right is not called wrong any longer, without being sent by a button
    page.fill("#id_dien-thoai", "0900 000 009")
    expect(page.locator(".field-invalid")).to_have_count(0)
    expect(page.locator(".error-summary")).to_be_hidden()
    expect(page.locator("#id_dien-thoai")).not_to_have_attribute("aria-invalid", "true")

    page.goto(address.replace("/fill/", "/components/"))
    pdf = {"name": "Ảnh hiện trạng.pdf", "mimeType": "application/pdf", "buffer": one_page("lodging")}
    tab_to("#file-tai-lieu")
    with page.expect_file_chooser() as choosing:
        page.keyboard.press("Space")
    choosing.value.set_files(pdf)
    part = page.locator("#component-tai-lieu")
    expect(part.locator("[role=status]")).to_have_text("Đã đính kèm: Ảnh hiện trạng.pdf.")
    expect(page.locator("#file-tai-lieu")).to_be_focused()
    page.wait_for_function("() => !document.querySelector('.htmx-swapping, .htmx-settling, .htmx-added')")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(part.locator("[role=status]")).to_have_text("Đã bỏ tệp: Ảnh hiện trạng.pdf.")
    expect(part.locator("[role=status]")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#file-tai-lieu")).to_be_focused()


def test_what_does_not_reach_the_portal_is_said_and_goes_when_it_can(as_person):
    page = as_person(PREPARER)
    page.goto("/dossiers/own/start/")
    page.click("main a.btn-primary")
    page.click("main form button.btn-primary")
    page.wait_for_url("**/fill/")
    expect(page.locator("[data-not-kept]")).to_be_hidden()

    page.context.set_offline(True)
    page.fill("#id_noi-dung", TEXT)
    expect(page.locator("[data-not-kept]")).to_be_visible()
    expect(page.locator("#saved")).to_be_hidden()
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.evaluate("window.location.reload()")
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    expect(page.locator("#id_noi-dung")).to_have_value(TEXT)

    page.context.set_offline(False)
    expect(page.locator("#saved")).to_contain_text("Đã lưu lúc")
    expect(page.locator("[data-not-kept]")).to_be_hidden()
    components = page.url.replace("/fill/", "/components/")
    page.goto(components)
    expect(page.locator("#component-tai-lieu [data-by-hand]")).to_be_hidden()

    page.context.set_offline(True)
    pdf = {"name": "Ảnh hiện trạng.pdf", "mimeType": "application/pdf", "buffer": one_page("lodging")}
    page.set_input_files("#file-tai-lieu", pdf)
    expect(page.locator("#component-tai-lieu [data-not-sent]")).to_be_visible()
    page.context.set_offline(False)
    page.click("#component-tai-lieu [data-by-hand]")
    expect(page.locator("#component-tai-lieu .work-list")).to_contain_text("Ảnh hiện trạng.pdf")
    expect(page.locator("#component-tai-lieu [data-not-sent]")).to_be_hidden()
    as_person.said.clear()  # the browser itself says that it was offline
