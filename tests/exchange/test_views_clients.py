"""The pages of connected systems."""

import re
import uuid
from datetime import date, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from exchange.callers import caller_for
from exchange.models import Client, Secret
from exchange.rights import all_scopes, idle_scopes
from exchange.services import YEARS, edit_client
from reference.years import same_day
from tests.exchange.calling import System, ask_for_token, make_client
from tests.exchange.receiving import make_subscription
from tests.exchange.test_clients import BY, off, values_of
from tests.factories import make_administrator, make_auditor, make_product_group, make_unit

pytestmark = pytest.mark.django_db
ADD, LIST = "/systems/add/", "/systems/"


@pytest.fixture
def browser():
    """An administrator who reads English."""
    browser = Browser()
    browser.force_login(make_administrator(full_name="Quản Trị Mẫu"))
    browser.cookies.load({"django_language": "en"})
    return browser


def typed(**changes):
    last = timezone.localdate() + timedelta(days=90)
    return {
        "operation_key": str(uuid.uuid4()),
        "name": "Phần mềm ngân sách",
        "owner": "Sở Tài chính",
        "contact": "Phòng Tin học",
        "purpose": "Đối chiếu kinh phí",
        "basis": "Nghị định 278/2025/NĐ-CP",
        "scopes": ["enterprises:read"],
        "addresses": "10.1.0.0/16\r\n\r\n127.0.0.1 ",
        "calls_a_minute": "1200",
        "expires_on": f"{last:%d/%m/%Y}",
        **changes,
    }


def page(client, name="client_detail"):
    return reverse(f"systems:{name}", args=[client.public_id])


def secret_on(answer):
    return re.search(r"<dd><code>([\w-]{43})</code></dd>", answer.content.decode()).group(1)


def said(answer):
    return " ".join(answer.content.decode().split())


def test_many_rights_stand_in_short_in_the_list_and_in_words_in_what_is_exported(browser):
    make_client("enterprises:read", "figures:read", "figures:write", "city_statistics:read", name="Nhiều quyền")
    make_client("payments:read", name="Một quyền")
    shown, listed = said(browser.get(LIST)), browser.get(LIST, {"export": "csv"}).getvalue().decode()
    assert "To read: 3, to write: 1" in shown and "Read: Payments that went to the Treasury" in shown
    assert "Read: Enterprises; " in listed and "To read: 3" not in listed


def test_a_right_that_gives_a_narrowed_system_nothing_says_so_on_its_page(browser):
    wide = ["budget_lines:read", "city_statistics:write", "payments:write", "city_statistics:read", "enterprises:read"]
    wide += ["figures:write", "dossiers:write", "reference:read", "events:read"]
    everything = sorted(all_scopes())
    assert set(wide) <= set(everything)
    free, narrowed = make_client(*everything)[0], make_client(*wide, name="Một phường", wards=[make_unit().code])[0]
    assert "gives nothing" not in said(browser.get(page(free)))
    assert idle_scopes(caller_for(narrowed)) == {"budget_lines:read", "city_statistics:write", "payments:write"}
    assert said(browser.get(page(narrowed))).count("gives nothing") == 3


def test_a_system_is_connected_for_two_years_at_most():
    assert same_day(date(2026, 11, 29), YEARS) == date(2028, 11, 29)
    assert same_day(date(2028, 2, 29), YEARS) == date(2030, 2, 28)


def test_the_way_to_every_page_of_systems_begins_at_the_administration(browser):
    subscription, _secret = make_subscription()
    client = subscription.client
    pages = [LIST, ADD, "/systems/sendings/", page(client), page(client, "edit_client"), page(client, "make_secret")]
    pages += [page(subscription, name) for name in ("subscription_detail", "edit_subscription")]
    for address in pages:
        trail = re.search(r'<ol class="trail">(.*?)</ol>', said(browser.get(address))).group(1)
        assert re.findall(r"<li><a [^>]*>([^<]*)</a>", trail)[:2][-1] == "System administration", address


def test_a_system_is_registered_and_its_secret_stands_on_the_answer_alone(browser):
    ward, group = make_unit(), make_product_group()
    sent = typed(wards=[ward.code], groups=[group.code])
    answer = browser.post(ADD, sent)
    secret, client = secret_on(answer), Client.objects.get()
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert (client.wards, client.groups, client.addresses) == ([ward.code], [group.code], ["10.1.0.0/16", "127.0.0.1"])
    assert client.calls_a_minute == 1200
    assert ask_for_token(client, secret).status_code == 200
    again = browser.post(ADD, sent, follow=True)
    assert "cannot be shown again" in said(again) and secret not in said(again)
    assert (Client.objects.count(), Secret.objects.count()) == (1, 1)
    assert secret not in str([row.get_decoded() for row in Session.objects.all()])
    assert secret not in said(browser.get(page(client)))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"scopes": []}, "Rights"),
        ({"scopes": ["everything:read"]}, "everything:read"),
        ({"addresses": "10.1.0.0/99"}, "10.1.0.0/99"),
        ({"addresses": "0.0.0.0/0"}, "“0.0.0.0/0” is every address"),
        ({"addresses": "10.1.0.0/16\n::/0"}, "“::/0” is every address"),
        ({"calls_a_minute": "0"}, "Too small"),
        ({"calls_a_minute": "1e9"}, "1e9"),
        ({"expires_on": "01/01/2020"}, "The last day lies between"),
        ({"name": " "}, "Name of the system"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_registered(browser, wrong, sentence):
    answer = browser.post(ADD, typed(**wrong))
    assert answer.status_code == 200 and sentence in answer.content.decode()
    assert not Client.objects.exists()


def test_all_that_is_wrong_is_said_at_once_each_beside_its_field(browser):
    late = timezone.localdate() + timedelta(days=1000)
    answer = browser.post(
        ADD, typed(calls_a_minute="0", addresses="10.1\r\n0.0.0.0/0", expires_on=f"{late:%d/%m/%Y}", name="")
    )
    assert set(answer.context["form"].errors) == {"calls_a_minute", "addresses", "expires_on", "name"}
    assert len(answer.context["form"].errors["addresses"]) == 2
    assert not Client.objects.exists()


def test_an_edit_counts_and_shows_both_versions_of_a_conflict(browser):
    ward = make_unit()
    client, _secret = make_client()
    form = browser.get(page(client, "edit_client"))
    assert form.status_code == 200
    sent = typed(name=client.name, version="1", wards=[ward.code], purpose="Thống kê")
    assert browser.post(page(client, "edit_client"), sent).headers["Location"] == page(client)
    conflict = browser.post(page(client, "edit_client"), sent | {"operation_key": uuid.uuid4(), "wards": []})
    assert conflict.status_code == 200 and ward.name in said(conflict)
    client.refresh_from_db()
    assert (client.wards, client.purpose, client.version) == ([ward.code], "Thống kê", 2)


def test_a_new_secret_is_shown_once_and_made_once(browser):
    client, first = make_client()
    url = page(client, "make_secret")
    assert "seven days more" in said(browser.get(url))
    sent = {"operation_key": str(uuid.uuid4()), "version": "1"}
    answer = browser.post(url, sent)
    second = secret_on(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    again = browser.post(url, sent, follow=True)
    assert "cannot be shown again" in said(again) and second not in said(again)
    assert client.secrets.count() == 2
    assert [ask_for_token(client, each).status_code for each in (first, second)] == [200, 200]
    late = browser.post(url, sent | {"operation_key": str(uuid.uuid4())})
    assert client.secrets.count() == 2 and "Both versions are shown" in said(late)


def test_a_system_is_switched_off_with_a_reason(browser):
    client, _secret = make_client()
    url, sent = page(client, "switch_off_client"), {"operation_key": str(uuid.uuid4()), "version": "1"}
    assert browser.post(url, sent | {"reason": " "}).status_code == 200
    assert browser.post(url, sent | {"reason": "Hết nhiệm vụ"}).headers["Location"] == page(client)
    text = said(browser.get(page(client)))
    assert "Hết nhiệm vụ" in text and "Switched off" in text and page(client, "edit_client") not in text


def test_the_page_says_what_it_may_where_from_and_what_it_took(browser):
    ward, group = make_unit(), make_product_group()
    system = System(wards=[ward.code], groups=[group.code], addresses=["127.0.0.1"])
    system.get("enterprises")
    text = said(browser.get(page(system.client)))
    for words in (
        ward.name,
        group.name,
        "Read: Enterprises",
        "Asked for a list through the API: Enterprises",
        "127.0.0.1",
    ):
        assert words in text
    assert f"…{system.secret[-4:]}" in text and "Nghị định 278/2025/NĐ-CP" in text
    with translation.override("vi"):
        log = said(browser.get("/audit/access/?person=ngan sach"))
    assert "(system of Sở Tài chính)" in log


def test_the_list_is_found_by_words_and_state_and_goes_out_as_a_file(browser):
    first, _secret = make_client()
    second, _secret = make_client(name="Cục Thống kê", owner="Cục Thống kê")
    off(second)
    assert "Cục Thống kê" not in said(browser.get(f"{LIST}?q=ngan sach"))
    only = said(browser.get(f"{LIST}?state=off"))
    assert page(second) in only and page(first) not in only
    file = browser.get(f"{LIST}?export=csv").getvalue().decode()
    assert first.name in file and "Read: Enterprises" in file


def test_the_list_asks_as_many_queries_for_many_systems(browser):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            browser.get(LIST)
        return len(queries)

    System().get("enterprises")
    few = asked()
    for number in range(4):
        System(name=f"Hệ thống {number}").get("enterprises")
    assert asked() == few <= 14
    assert browser.get(LIST).content.decode().count('<td class="num">1</td>') == 5


def test_an_auditor_reads_and_changes_nothing():
    client, _secret = make_client()
    browser = Browser()
    browser.force_login(make_auditor())
    assert browser.get(page(client)).status_code == 200
    assert page(client, "edit_client") not in said(browser.get(page(client)))
    assert browser.get(ADD).status_code == 403
    edit_client(client=client, expected=1, by=BY, now=timezone.now(), **values_of(client, purpose="Khác"))
    assert "Khác" in said(browser.get(page(client)))
    assert LIST in said(browser.get(reverse("accounts:administration")))
