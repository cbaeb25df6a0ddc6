"""Every page, on a desk and on a phone: readable by everybody, in the reader's language, without a fault.

PAGES_LANGUAGE=en looks at the English pages (`make prove NAME=english_pages`).
"""

import pytest

from accounts.access import routes as table
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.faults import faults_folded_and_unfolded, watched
from tests.routes import all_routes

# Drawn by Swagger UI and ReDoc themselves: of these only their faults in the browser are asked, not how they look.
OF_OTHERS = {"exchange:swagger", "exchange:redoc"}
# What is read with a token is no page of anybody.
NAMES = sorted(r.name for r in all_routes() if (needed := table().get(r.name, {}).get("GET")) and not needed.by_token)


FAULTY = """<!doctype html><html lang="{language}"><title>1</title><main><h1>1</h1>
<p style="color: #bbb">2 + 2</p><input><div style="width: 900px">3</div>
<details><summary>4</summary><img src="data:,"></details></main>"""


def test_what_is_wrong_with_a_page_is_seen(visitors, language):
    page = visitors.browser.new_page()
    page.set_content(FAULTY.format(language=language))
    page.set_viewport_size(PHONE)
    found = "\n".join(faults_folded_and_unfolded(page, language))
    page.close()
    for fault in (
        "axe color-contrast",
        "axe label",
        "axe image-alt",
        "no visible label: input",
        "wider than the screen",
    ):
        assert fault in found


def test_every_page_can_be_reached(pages):
    assert not pages.unreachable, "\n".join(f"{route}: {why}" for route, why in pages.unreachable.items())


@pytest.mark.parametrize("name", NAMES)
def test_page_is_sound_on_a_desk_and_on_a_phone(name, pages, visitors, language):
    if name not in pages.known:  # it answers with a file or leads elsewhere, or the test above tells why not
        return
    site, address, email, session = pages.known[name]
    page = visitors.page(site, email, session)
    with watched(page) as faults:
        page.set_viewport_size(DESKTOP)
        page.goto(address, wait_until="load")
        led_on = page.url.removeprefix(site.address + address)
        if "/reauthenticate/" in led_on:  # the session began a while ago: the password is asked for once more
            page.fill("input[name=password]", dict(site.people.values())[email])
            with page.expect_navigation():
                page.press("input[name=password]", "Enter")
        if page.url != site.address + address:
            faults.append(f"leads to {page.url}")
        # What is narrow is laid out by the style sheet alone (tests/test_consistency.py): it need not be loaded again.
        for screen in () if name in OF_OTHERS else (DESKTOP, PHONE):
            page.set_viewport_size(screen)
            faults += [f"{screen['width']}: {fault}" for fault in faults_folded_and_unfolded(page, language)]
    assert not faults, "\n".join([f"{address} as {email}", *faults])
