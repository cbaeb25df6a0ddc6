"""People come in: by invitation, by a link after a forgotten password, and after their session ended in mid-form."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from accounts.demo import PASSWORD, address_of
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.faults import faults_of, watch
from tests.waiting import until

pytestmark = pytest.mark.browser
NEW = "mùa thu Hà Nội có hoa sữa"


@pytest.fixture
def visit(browser, fresh_site):
    """visit(): a page in a browser of its own."""
    opened = []

    def open_page():
        opened.append(browser.new_context(base_url=fresh_site.address, viewport=DESKTOP))
        opened[-1].set_default_timeout(15_000)
        return opened[-1].new_page()

    yield open_page
    for context in opened:
        context.close()


def sign_in(page, email, password=PASSWORD):
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/accounts/login" not in url)


def link_in_outbox(page, part, to=""):
    """The newest link of that kind in a letter to that address; the worker sends letters after a moment."""
    found = []

    def there():
        page.goto("/people/outbox/")
        letters = page.locator("main section").filter(has=page.locator("p", has_text=to))
        hrefs = letters.locator(f'a[href*="{part}"]').evaluate_all(
            "links => links.map(link => link.getAttribute('href'))"
        )
        found[:] = [re.sub(r"^https?://[^/]+", "", href) for href in hrefs]
        return bool(found)

    until(there, 30)
    return found[0]


def test_invited_person_comes_in_by_the_link_of_the_letter(visit):
    admin = visit()
    admin.goto("/people/invite/")
    sign_in(admin, address_of("quantri"))
    assert admin.url.endswith("/people/invite/")
    admin.fill("input[name=full_name]", "Người Được Mời")
    admin.fill("input[name=email]", "duocmoi@thunghiem.example")
    admin.select_option("select[name=office]", index=1)
    admin.select_option("select[name=role]", "officer")
    admin.fill("input[name=paper]", "12/QĐ-SCT")
    admin.click("main button[type=submit]")
    admin.wait_for_url("**/people/invitations/")
    guest = visit()
    guest.goto(link_in_outbox(guest, "/people/invitation/", to="duocmoi@thunghiem.example"))
    guest.fill("input[name=password1]", NEW)
    guest.fill("input[name=password2]", NEW)
    guest.click("main button[type=submit]")
    guest.wait_for_url(lambda url: "/people/invitation/" not in url)
    guest.goto("/people/me/")
    assert "duocmoi@thunghiem.example" in guest.inner_text("main")


def test_forgotten_password_is_set_anew_by_the_link_of_the_letter(visit):
    page = visit()
    page.goto("/accounts/password/reset/")
    page.fill("input[name=email]", address_of("kiemtra"))
    page.click("main button[type=submit]")
    page.wait_for_url("**/password/reset/done/")
    page.goto(link_in_outbox(page, "/password/reset/key/"))
    page.fill("input[name=password1]", NEW)
    page.fill("input[name=password2]", NEW)
    page.click("main button[type=submit]")
    page.wait_for_url("**/password/reset/key/done/")
    page.goto("/accounts/login/?next=/people/me/")
    sign_in(page, address_of("kiemtra"), NEW)
    assert address_of("kiemtra") in page.inner_text("main")


def test_form_typed_while_the_session_ended_is_there_after_signing_in(visit):
    page = visit()
    page.goto("/people/offices/add/")
    sign_in(page, address_of("quantri"))
    page.fill("input[name=code]", "PTM")
    page.fill("input[name=name]", "Phòng Quản lý thương mại")
    page.select_option("select[name=kind]", "office")
    page.context.clear_cookies(name="sessionid")
    page.click("main button[type=submit]")
    page.wait_for_url("**/accounts/login/**")
    sign_in(page, address_of("quantri"))
    assert page.input_value("input[name=name]") == "Phòng Quản lý thương mại"
    assert page.input_value("select[name=kind]") == "office"
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/offices/add/" not in url)
    assert "Phòng Quản lý thương mại" in page.inner_text("h1")


def test_second_factor_is_set_up_used_and_removed_on_sound_pages(visit):
    page, faults = visit(), []
    watch(page, faults)

    def look():
        for screen in (DESKTOP, PHONE):
            page.set_viewport_size(screen)
            faults.extend(f"{page.url} {screen['width']}: {fault}" for fault in faults_of(page, "vi"))

    page.goto("/accounts/2fa/totp/activate/")
    sign_in(page, address_of("thuky"))
    secret = page.inner_text("figcaption code")
    page.fill("input[name=code]", format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    page.click("main button[type=submit]")
    page.wait_for_url("**/2fa/recovery-codes/")
    look()
    spare = page.locator(".recovery-codes code").first.inner_text()
    for address in ("/accounts/2fa/", "/accounts/2fa/recovery-codes/generate/", "/accounts/2fa/totp/deactivate/"):
        page.goto(address)
        look()
    other = visit()
    other.goto("/accounts/login/?next=/people/me/")
    sign_in(other, address_of("thuky"))
    assert other.url.endswith("/accounts/2fa/authenticate/")
    faults.extend(faults_of(other, "vi"))
    other.fill("input[name=code]", spare)
    other.click("main button[type=submit]")
    other.wait_for_url("**/people/me/")
    page.click("main button[type=submit]")
    page.wait_for_url("**/accounts/2fa/")
    assert not faults, "\n".join(faults)
