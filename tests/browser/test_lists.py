"""A list as people use it, with scripts and without: filter, order, page, columns, a view of one's own."""

import pytest

from tests.browser.conftest import DESKTOP, PHONE, sign_in

OFFICER = "chuyenvien@thunghiem.example"


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def page(request, browser, demo_site):
    context = browser.new_context(base_url=demo_site.address, viewport=DESKTOP, java_script_enabled=request.param)
    context.set_default_timeout(15_000)
    sign_in(context, OFFICER, dict(demo_site.people.values())[OFFICER])
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto("/enterprises/")
    yield page
    assert said == []
    context.close()


def count_on(page):
    return int(page.inner_text("[data-list-count]").split()[0].replace(".", ""))


def settled(page):
    page.wait_for_load_state("networkidle")
    page.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-settling')")


def test_a_list_is_filtered_ordered_and_paged_and_its_address_says_so(page):
    everything = count_on(page)
    page.fill("#filter_q", "hoa sua")
    page.press("#filter_q", "Enter")
    page.wait_for_url("**q=hoa*")
    settled(page)
    few = count_on(page)
    assert 0 < few < everything
    page.click("#sort-name")
    page.wait_for_url("**sort=name*")
    settled(page)
    assert page.get_attribute("th:has(#sort-name)", "aria-sort") == "ascending"
    assert count_on(page) == few
    page.reload()
    assert count_on(page) == few
    page.goto("/enterprises/")
    page.click(".pages a[rel=next]")
    page.wait_for_url("**page=2*")
    settled(page)
    assert page.inner_text(".pages [aria-current]").endswith("2")


def test_columns_are_chosen_and_kept_as_a_view_that_can_be_removed(page):
    heads = page.locator("#list thead th").count()
    page.click("#list .toolbar details:first-of-type > summary")
    page.locator(".panel input[name=column]:checked:not([disabled])").first.uncheck()
    page.locator(".panel:visible button[type=submit]").click()
    page.wait_for_url("**column=*")
    assert page.locator("#list thead th").count() == heads - 1
    page.locator("#list .toolbar details").nth(1).locator("summary").click()
    page.fill("#view-label", "Cột của tôi")
    page.locator("#view-label").press("Enter")
    page.wait_for_url("**view=*")
    assert page.locator(".tabs a[aria-current]", has_text="Cột của tôi").count() == 1
    assert page.locator("#list thead th").count() == heads - 1
    page.locator("#list .toolbar details").nth(1).locator("summary").click()
    page.locator("form[action*='/remove/'] button").first.click()
    page.wait_for_url("**view=all*")
    assert page.locator(".tabs", has_text="Cột của tôi").count() == 0


def test_the_sections_of_a_room_are_tabs_on_a_desk_and_a_menu_on_a_phone(page):
    page.goto("/programme/meetings/")
    tabs, menu = page.locator(".sections .tabs"), page.locator(".sections summary")
    assert tabs.is_visible() and not menu.is_visible()
    page.set_viewport_size(PHONE)
    assert not tabs.is_visible() and menu.inner_text() == "Mục: Cuộc họp"
    link = page.locator(".sections .nav-list a", has_text="Nhiệm vụ được giao")
    assert not link.is_visible()
    menu.press("Enter")
    link.press("Enter")
    page.wait_for_url("**/programme/given-tasks/**")


def test_a_notice_is_read_on_a_phone_without_scrolling_sideways(page):
    page.set_viewport_size(PHONE)
    page.goto("/notices/")
    assert page.evaluate("(e => e.scrollWidth - e.clientWidth)(document.querySelector('.table-region'))") == 0
    box, subject = page.locator("tbody tr:first-child .select").bounding_box(), page.locator("tbody th").first
    assert subject.bounding_box()["width"] > 250 and abs(subject.bounding_box()["y"] - box["y"]) < 20


def test_an_officer_sees_twelve_dossiers_at_first_sight(page):
    page.goto("/dossiers/")
    assert page.locator("tbody tr").count() > 12
    seen = "rows => rows.filter((row) => row.getBoundingClientRect().bottom <= window.innerHeight).length"
    assert page.locator("tbody tr").evaluate_all(seen) >= 12


def test_the_head_of_the_dossiers_stands_whole_on_a_phone(page):
    page.set_viewport_size(PHONE)
    page.goto("/dossiers/")
    cut = (
        "(cells) => cells.filter((e) => e.getBoundingClientRect().right > innerWidth || e.scrollWidth > e.clientWidth)"
    )
    assert page.locator("thead th").evaluate_all(f"cells => ({cut})(cells).length") == 0
    assert page.locator("thead th").count() >= 4
    whole = page.locator("tbody th.whole > .second").first
    assert whole.bounding_box()["width"] > 200 and whole.evaluate("e => e.scrollWidth <= e.clientWidth")
