"""A notice is read by being opened, counted on top; a clerk copies what did not go."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, sign_in

SIGNATORY, CLERK = (f"{name}@thunghiem.example" for name in ("daidien", "tiepnhan"))


@pytest.fixture
def as_person(browser, fresh_site):
    contexts = []

    def open_page(email, viewport):
        context = browser.new_context(base_url=fresh_site.address, viewport=viewport, locale="vi-VN")
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        sign_in(context, email, dict(fresh_site.people.values())[email])
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


def test_a_notice_is_read_by_being_opened_and_leads_to_what_it_is_about(as_person):
    page = as_person(SIGNATORY, PHONE)
    page.goto("/notices/")
    expect(page.locator(".top-notices .unread")).to_be_visible()
    newest = page.locator("table.data tbody th a").first
    address = newest.get_attribute("href")
    newest.click()
    expect(page.locator(".page-state .tag")).to_have_text("Đã đọc")
    page.goto("/notices/?read=no")
    expect(page.locator(f"table.data a[href='{address}']")).to_have_count(0)
    page.goto("/notices/?read=no&kind=dossiers.lodged")
    page.click("table.data tbody th a >> nth=0")
    page.click("main .page-action button")
    page.wait_for_url("**/dossiers/**")


def test_what_did_not_go_is_copied_by_one_button(as_person):
    page = as_person(CLERK, DESKTOP)
    page.goto("/notices/log/?state=parked")
    page.click("table.data tbody th a >> nth=0")
    page.click("[data-copy]")
    expect(page.locator("[data-copied]")).to_have_text("Đã sao chép.")
    assert page.evaluate("navigator.clipboard.readText()") == page.input_value("#text-to-copy")
