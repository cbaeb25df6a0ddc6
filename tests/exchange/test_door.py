"""Who may call: tokens, rights, addresses, limits, and what is written down."""

import base64
import gc
import json
import re
import socket
import weakref
from datetime import timedelta
from functools import partial
from io import StringIO
from unittest.mock import Mock
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory
from django.test.client import ClientHandler
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from django.utils import timezone
from django.utils.translation import override
from gunicorn.http.errors import InvalidHeader, InvalidRequestLine, LimitRequestHeaders, LimitRequestLine

from audit.access_log import said
from audit.models import AccessEntry
from audit.refusals import NotAllowed, Refused
from config.gunicorn import Worker
from exchange.models import MinuteOfUse
from exchange.rights import all_scopes
from exchange.services import edit_client, rotate_secret, switch_off_client
from tests.exchange.calling import System, ask_for_token, make_client
from tests.factories import make_administrator, make_enterprise, make_officer

pytestmark = pytest.mark.django_db


def errors(answer):
    return [(each["code"], each["attr"]) for each in answer.json()["errors"]]


def test_a_token_is_given_for_a_secret_and_to_nobody_else():
    client, secret = make_client()
    assert ask_for_token(client, secret).json()["scope"] == "enterprises:read"
    for wrong in (secret[:-1], "", str(client.public_id), client.application.client_secret):
        assert ask_for_token(client, wrong).status_code == 401
    assert ask_for_token(client, secret, grant_type="password").status_code == 400
    assert ask_for_token(client, secret, scope="budget:read").status_code == 400


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
def test_a_token_is_given_for_a_header_in_capitals_or_not(scheme):
    client, secret = make_client()
    known = base64.b64encode(f"{client.application.client_id}:{secret}".encode()).decode()
    asked = {"grant_type": "client_credentials"}
    answer = Client().post("/api/oauth/token", asked, headers={"authorization": f"{scheme} {known}"})
    assert answer.status_code == 200
    assert Client().post("/api/oauth/token", asked, headers={"authorization": f"{scheme}{known}"}).status_code == 401


def test_what_refuses_a_token_is_said_as_oauth_has_it():
    client, secret = make_client()
    for more, status, error in (
        ({"client_secret": "x"}, 401, "invalid_client"),
        ({"scope": "budget:read"}, 400, "invalid_scope"),
        ({"grant_type": "x"}, 400, "unsupported_grant_type"),
    ):
        answer = ask_for_token(client, secret, **more)
        assert (answer.status_code, answer.json()["error"], "errors" in answer.json()) == (status, error, False)


def form(**values):
    return {"data": urlencode(values, doseq=True), "content_type": "application/x-www-form-urlencoded"}


def basic(credentials):
    return {"authorization": f"Basic {base64.b64encode(credentials).decode()}"}


KNOWN = {"grant_type": "client_credentials", "client_id": "ID", "client_secret": "SECRET"}
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
# What is asked (ID and SECRET are those of a client that holds) -> status and error.
HOSTILE = [
    (form(**KNOWN, resource="https://example.com"), 400, "invalid_request"),
    (form(**KNOWN, resource="https://example.com/\0"), 400, "invalid_request"),
    (form(**KNOWN, resource=["a", "b"]), 400, "invalid_request"),
    (form(**KNOWN, colour="red"), 400, "invalid_request"),
    (form(**KNOWN | {"\0": "x"}), 400, "invalid_request"),
    (form(**KNOWN | {"scope": ["enterprises:read", "enterprises:read"]}), 400, "invalid_request"),
    (form(**KNOWN | {"client_id": ["ID", "ID"]}), 400, "invalid_request"),
    (form(**KNOWN | {"grant_type": ["client_credentials", "client_credentials"]}), 400, "invalid_request"),
    (form(**KNOWN | {"client_id": "\0"}), 400, "invalid_request"),
    (form(**KNOWN | {"client_id": "ID\u200b"}), 400, "invalid_request"),
    (form(**KNOWN | {"client_secret": "SECRET\0"}), 400, "invalid_request"),
    (form(**KNOWN | {"scope": "enterprises:read\0"}), 400, "invalid_request"),
    (form(**KNOWN | {"scope": "enterprises:read\ttwo"}), 400, "invalid_request"),
    (form(**KNOWN) | {"query_params": {"grant_type": "client_credentials"}}, 400, "invalid_request"),
    (form(client_id="ID", client_secret="SECRET"), 400, "invalid_request"),
    (form(**KNOWN | {"grant_type": ""}), 400, "unsupported_grant_type"),
    (form(**KNOWN | {"grant_type": "\0"}), 400, "unsupported_grant_type"),
    (form(**KNOWN | {"grant_type": DEVICE}), 400, "unsupported_grant_type"),
    (form(**KNOWN | {"grant_type": DEVICE}, device_code="\0"), 400, "unsupported_grant_type"),
    (form(grant_type=DEVICE), 400, "unsupported_grant_type"),
    (form(**KNOWN | {"grant_type": "authorization_code"}, code="\0"), 400, "unsupported_grant_type"),
    (form(**KNOWN | {"grant_type": "refresh_token"}, refresh_token="\0"), 400, "unsupported_grant_type"),
    (form(**KNOWN | {"grant_type": "password"}, username="\0", password="\0"), 400, "unsupported_grant_type"),
    ({"data": json.dumps(KNOWN), "content_type": "application/json"}, 400, "invalid_request"),
    ({"data": "", "content_type": ""}, 400, "invalid_request"),
    (form(**KNOWN) | {"content_type": "application/x-www-form-urlencoded; charset=utf-16"}, 400, "invalid_request"),
    (form(**KNOWN) | {"content_type": "application/x-www-form-urlencoded; charset=rot13"}, 400, "invalid_request"),
    ({"data": "--x", "content_type": "multipart/form-data; boundary=x; charset=rot13"}, 400, "invalid_request"),
    ({"data": "--x", "content_type": "multipart/form-data"}, 400, "invalid_request"),
    ({"data": "&".join("a" * 2000), "content_type": "application/x-www-form-urlencoded"}, 400, "invalid_request"),
    ({"data": {**KNOWN, "file": StringIO("x")}}, 400, "invalid_request"),
    (form(grant_type="client_credentials"), 401, "invalid_client"),
    (form(grant_type="client_credentials", client_id="ID"), 401, "invalid_client"),
    (form(grant_type="client_credentials", client_secret="SECRET"), 401, "invalid_client"),
    (form(grant_type="client_credentials", client_id="x" * 100_000, client_secret="x"), 401, "invalid_client"),
    *(
        (form(grant_type="client_credentials") | {"headers": header}, 401, "invalid_client")
        for header in (
            basic(b"\0:\0"),
            basic(b"%00:%00"),
            basic(b"ID:%00"),
            basic(b"%FF%FE:x"),
            basic("Ánh:Dương".encode()),
            basic(b"\xff\xfe:\xff"),
            basic(b"ID"),
            {"authorization": "Basic é"},
            {"authorization": "Basic a"},
            {"authorization": "Basic"},
        )
    ),
    (form(**KNOWN, scope="enterprises:write"), 400, "invalid_scope"),
    (form(**KNOWN, scope='"'), 400, "invalid_scope"),
]


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_no_request_for_a_token_breaks_and_each_is_refused_by_the_book(number):
    cache.clear()
    asked, status, error = HOSTILE[number]
    client, secret = make_client()

    def real(value):
        if isinstance(value, dict):
            return {name: real(each) for name, each in value.items()}
        known = {"ID": client.application.client_id, "SECRET": secret}
        return re.sub("ID|SECRET", lambda found: known[found[0]], value) if isinstance(value, str) else value

    browser = Client(raise_request_exception=False)
    send = browser.post if isinstance(asked["data"], dict) else partial(browser.generic, "POST")
    answer = send("/api/oauth/token", **real(asked))
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]*", answer.json().get("error_description", ""))
    assert answer.headers["Cache-Control"] == "no-store"


def test_whether_a_password_of_a_person_is_right_is_not_told():
    client, secret = make_client()
    person = make_officer()
    person.set_password("thu-nghiem-ha-noi-2026")
    person.save()
    with CaptureQueriesContext(connection) as queries:
        answers = {
            ask_for_token(client, secret, grant_type="password", username=person.email, password=password).content
            for password in ("thu-nghiem-ha-noi-2026", "wrong")
        }
    assert len(answers) == 1 and json.loads(*answers)["error"] == "unsupported_grant_type"
    assert [each["sql"] for each in queries if "accounts_user" in each["sql"] or "oauth2" in each["sql"]] == []


def test_tries_that_fail_have_a_limit_for_each_client_at_an_address_and_for_the_address(time_machine):
    cache.clear()
    time_machine.move_to("2026-11-29T02:00:10Z")
    client, secret = make_client()
    other, its_secret = make_client(name="Khác")
    assert {ask_for_token(client, secret).status_code for _each in range(12)} == {200}
    assert {ask_for_token(client, secret, scope="plans:read").status_code for _each in range(12)} == {400}
    assert [ask_for_token(client, "wrong").status_code for _each in range(11)] == [401] * 10 + [429]
    refused = ask_for_token(client, secret)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "900")
    assert refused.json()["error"] == "temporarily_unavailable"
    assert ask_for_token(other, its_secret).status_code == 200
    body = {"grant_type": "client_credentials", "client_id": client.application.client_id, "client_secret": secret}
    assert Client().post("/api/oauth/token", body, REMOTE_ADDR="203.0.113.7").status_code == 200
    known = basic(f"{client.application.client_id}:{secret}".encode())
    assert Client().post("/api/oauth/token", {"grant_type": body["grant_type"]}, headers=known).status_code == 429
    for number in range(50):
        assert Client().post("/api/oauth/token", body | {"client_id": f"x{number}"}).status_code == 401
    assert ask_for_token(other, its_secret).status_code == 429
    time_machine.move_to("2026-11-29T02:16:00Z")
    assert ask_for_token(client, secret).status_code == 200
    cache.clear()


def test_nothing_else_of_the_toolkit_is_at_any_address():
    for path in (
        "authorize",
        "device",
        "device-authorization",
        "introspect",
        "revoke_token",
        "userinfo",
        "applications",
    ):
        for place in (f"/api/oauth/{path}", f"/api/oauth/{path}/", f"/o/{path}/"):
            assert Client().get(place).status_code == Client().post(place).status_code == 404
    views = [view for _name, view in every_view(get_resolver())]
    theirs = [view for view in views if view.__module__.startswith("oauth2_provider")]
    assert theirs == [] and len(views) > 100


def every_view(resolver):
    for each in resolver.url_patterns:
        if hasattr(each, "url_patterns"):
            yield from every_view(each)
        else:
            yield each.name, getattr(each.callback, "view_class", each.callback)


def test_a_secret_is_kept_nowhere():
    client, secret = make_client()
    kept = client.secrets.get()
    assert secret not in (kept.digest, client.application.client_secret) and secret.endswith(kept.hint)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nothing", "Basic abc", "bearer x"])
def test_without_a_token_that_holds_nothing_is_read(header):
    answer = Client().get("/api/v1/enterprises", headers={"authorization": header} if header else {})
    assert answer.status_code == 401 and answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["type"] == "client_error"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
def test_the_scheme_is_the_same_in_capitals_or_not(scheme):
    system = System()
    header = {"authorization": f"{scheme} {system.token}"}
    assert system.get("enterprises", **header).status_code == 200
    assert system.get("enterprises", authorization=f"{scheme}{system.token}").status_code == (
        200 if scheme.endswith(" ") else 401
    )
    assert errors(system.get("enterprises", authorization=f"{scheme} x")) == [("invalid_token", None)]


def test_a_session_of_a_person_is_no_token():
    browser = Client()
    browser.force_login(make_administrator())
    assert browser.get("/api/v1/enterprises").status_code == 401


def test_what_is_switched_off_is_refused_at_its_next_call():
    system = System()
    assert system.get("enterprises").status_code == 200
    switch_off_client(client=system.client, reason="Hết nhiệm vụ", expected=1, by="system:test", now=timezone.now())
    assert system.get("enterprises").status_code == 401
    assert ask_for_token(system.client, system.secret).status_code == 401


def test_a_right_that_was_taken_away_is_gone_at_the_next_call():
    system = System()
    system.client.scopes = ["products:read"]
    system.client.save()
    answer = system.get("enterprises")
    assert answer.status_code == 403 and errors(answer) == [("permission_denied", None)]


def test_a_token_does_not_outlive_its_hour_nor_the_last_day_of_its_system(time_machine):
    system = System()
    time_machine.move_to(timezone.now() + timedelta(minutes=61))
    assert system.get("enterprises").status_code == 401
    time_machine.move_to(timezone.now() + timedelta(days=91))
    assert ask_for_token(system.client, system.secret).status_code == 401


def test_only_from_the_addresses_that_were_named():
    system = System(addresses=["10.1.0.0/16", "127.0.0.1"])
    assert system.get("enterprises").status_code == 200
    system.client.addresses = ["10.1.0.0/16"]
    system.client.save()
    answer, token = system.get("enterprises"), ask_for_token(system.client, system.secret)
    assert (answer.status_code, errors(answer)) == (401, [("invalid_token", None)])
    assert (token.status_code, token.json()["error"]) == (401, "invalid_client")


def test_a_new_secret_lets_the_one_before_hold_a_week(time_machine):
    client, first = make_client()
    second = rotate_secret(client=client, expected=1, by="system:test", now=timezone.now())
    assert [ask_for_token(client, each).status_code for each in (first, second)] == [200, 200]
    time_machine.move_to(timezone.now() + timedelta(days=8))
    assert [ask_for_token(client, each).status_code for each in (first, second)] == [401, 200]


def test_calls_above_the_limit_are_refused_and_told_when_to_go_on(time_machine):
    time_machine.move_to("2026-11-29T02:00:10Z", tick=False)
    system = System(calls_a_minute=3)
    answers = [system.get("enterprises") for _each in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0", "0"]
    assert answers[-1].headers["Retry-After"] == "50"
    assert MinuteOfUse.objects.get(client=system.client).calls == 3
    time_machine.move_to("2026-11-29T02:01:00Z", tick=False)
    assert system.get("enterprises").status_code == 200


def test_without_a_token_one_address_has_a_limit_of_its_own(time_machine):
    cache.clear()
    time_machine.move_to("2026-11-29T02:00:10Z", tick=False)
    browser, paths = Client(raise_request_exception=False), ("recognised", "events/catalogue")
    answers = [browser.get(f"/api/v1/{paths[each % 2]}") for each in range(60)]
    assert {answer.status_code for answer in answers} == {200}
    for path in paths:
        refused = browser.get(f"/api/v1/{path}", headers={"accept-language": "en"})
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
        assert errors(refused) == [("throttled", None)] and "without a token" in refused.json()["errors"][0]["detail"]
        assert "public" not in refused.headers["Cache-Control"]
    assert browser.get("/api/v1/recognised", REMOTE_ADDR="203.0.113.7").status_code == 200
    assert System().get("recognised").status_code == 200
    time_machine.move_to("2026-11-29T02:01:11Z", tick=False)
    assert browser.get("/api/v1/recognised").status_code == 200
    cache.clear()


def test_what_was_taken_is_written_down_with_who_and_on_which_ground():
    system = System()
    system.get("enterprises")
    entry = AccessEntry.objects.get(actor=f"client:{system.client.public_id}")
    assert (entry.what, entry.basis) == ("api enterprises list", "Nghị định 278/2025/NĐ-CP")
    assert entry.address == "127.0.0.1" and entry.request_id
    assert (entry.object_kind, entry.object_id) == ("", None)


def test_what_is_refused_for_want_of_a_right_counts_and_is_written_down_as_refused():
    system = System(calls_a_minute=3)
    assert system.get("enterprises?limit=1").headers["RateLimit-Remaining"] == "2"
    refused = system.get("products")
    assert (refused.status_code, refused.headers["RateLimit-Remaining"]) == (403, "1")
    assert system.post("city_statistics", {}).headers["RateLimit-Remaining"] == "0"
    assert system.get("products").status_code == 429
    entries = AccessEntry.objects.filter(actor=system.client.actor).order_by("pk")
    whats = ["api enterprises list", "refused api products list", "refused api city_statistics create"]
    assert [entry.what for entry in entries] == whats
    assert [said(what) for what in whats[1:]] == [
        "Bị từ chối: Yêu cầu đọc danh sách qua API: Sản phẩm",
        "Bị từ chối: Yêu cầu ghi qua API: Ghi số liệu của thành phố",
    ]
    assert sum(system.client.minutes.values_list("calls", flat=True)) == 3


def test_what_comes_to_no_count_says_nothing_of_the_rest():
    system = System()
    assert "RateLimit-Remaining" not in system.get("enterprises?q=%FF").headers
    assert "RateLimit-Remaining" not in Client().get("/api/v1/enterprises").headers


def test_of_one_thing_its_kind_is_written_down_too():
    system, enterprise = System(), make_enterprise()
    system.get(f"enterprises/{enterprise.public_id}")
    entry = AccessEntry.objects.get(actor=system.client.actor)
    assert (entry.object_kind, entry.object_id) == ("enterprises.enterprise", enterprise.public_id)


def test_an_answer_goes_with_whoever_held_it():
    system, site = System(), ClientHandler()
    environ = RequestFactory()._base_environ(
        PATH_INFO="/api/v1/enterprises", HTTP_AUTHORIZATION=f"Bearer {system.token}"
    )
    gc.disable()
    try:
        answer = site(environ)
        body = weakref.ref(answer)
        assert answer.status_code == 200
        del answer
        assert body() is None
    finally:
        gc.enable()


def test_what_was_not_there_is_written_down_as_asked_for_and_not_as_read():
    system = System()
    assert system.get(f"enterprises/{UUID(int=1)}").status_code == 404
    entry = AccessEntry.objects.get(actor=system.client.actor)
    with override("en"):
        assert said(entry.what) == "Asked for one entry through the API: Enterprises"
    with override("vi"):
        assert said(entry.what).startswith("Yêu cầu đọc một mục qua API")
    writer = System("city_statistics:write", name="Thống kê")
    assert writer.post("city_statistics", {}).status_code == 400
    with override("vi"):
        assert said(AccessEntry.objects.get(actor=writer.client.actor).what).startswith("Yêu cầu ghi qua API")


def test_errors_speak_the_language_that_was_asked_for():
    system, details = System(), {}
    for system.language in ("vi", "en", "en-GB,vi;q=0.5", "fr"):
        details[system.language] = system.get("enterprises?limit=0").json()["errors"][0]["detail"]
    assert details["en-GB,vi;q=0.5"] == details["en"] and details["fr"] == details["vi"]
    assert details["en"] == "A whole number from 1 to 1000." != details["vi"]


def test_only_an_administrator_registers_a_system():
    with pytest.raises(NotAllowed):
        rotate_secret(client=make_client()[0], expected=1, by=make_officer(), now=timezone.now())


@pytest.mark.parametrize(
    "wrong",
    [
        {"scopes": []},
        {"scopes": ["everything:read"]},
        {"wards": ["99999"]},
        {"groups": ["NONE"]},
        {"addresses": ["10.1.0.0/99"]},
        {"expires_on": timezone.localdate() - timedelta(days=1)},
        {"expires_on": timezone.localdate() + timedelta(days=3000)},
    ],
)
def test_a_system_is_registered_only_with_what_there_is(wrong):
    client, _secret = make_client()
    names = ("name", "owner", "contact", "purpose", "basis", "scopes", "wards", "groups", "addresses")
    values = {name: getattr(client, name) for name in (*names, "calls_a_minute", "expires_on")}
    with pytest.raises(Refused):
        edit_client(client=client, expected=1, by="system:test", now=timezone.now(), **{**values, **wrong})


def test_what_is_at_no_address_is_said_in_the_shape_of_every_error():
    for path in ("nothing", "enterprises/not-an-id", "enterprises/"):
        answer = System(name=path).get(path)
        assert (answer.status_code, errors(answer)) == (404, [("not_found", None)])
    assert Client().get("/nothing").headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    ("path", "takes"),
    [
        ("enterprises", "GET, HEAD"),
        ("enterprises/stream", "GET, HEAD"),
        ("enterprises/changes", "GET, HEAD"),
        (f"enterprises/{UUID(int=1)}", "GET, HEAD"),
        ("recognised", "GET, HEAD"),
        ("events", "GET, HEAD"),
        ("openapi.json", "GET, HEAD"),
        ("city_statistics", "GET, HEAD, POST"),
        ("city_statistics/bulk", "POST"),
        (f"city_statistics/{UUID(int=1)}/revise", "POST"),
    ],
)
def test_an_address_says_exactly_which_methods_it_takes(path, takes):
    system = System(*all_scopes())
    for method in ("GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"):
        answer = system.browser.generic(method, f"/api/v1/{path}", headers={"authorization": f"Bearer {system.token}"})
        assert (answer.status_code == 405) is (method not in takes.split(", ")), method
        assert answer.headers.get("Allow", takes) == takes
        if answer.status_code == 405:
            assert answer.headers["Allow"] == takes
            assert method == "HEAD" or errors(answer) == [("method_not_allowed", None)]


def test_a_head_is_the_answer_to_a_get_without_its_body():
    system, path = System(), "/api/v1/enterprises?limit=1"
    read, head = (
        system.browser.generic(method, path, headers={"authorization": f"Bearer {system.token}"})
        for method in ("GET", "HEAD")
    )
    assert (head.status_code, head.headers["ETag"], head.content) == (200, read.headers["ETag"], b"")


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (LimitRequestLine(9000, 8190), "414 URI Too Long", "uri_too_long"),
        (LimitRequestHeaders("limit"), "431 Request Header Fields Too Large", "headers_too_large"),
        (InvalidHeader("CONTENT-LENGTH"), "400 Bad Request", "bad_request"),
        (InvalidRequestLine("GET"), "400 Bad Request", "bad_request"),
    ],
)
def test_a_head_that_is_too_long_or_no_http_is_refused_in_the_shape_of_every_error(fault, status, code):
    worker, (ours, theirs) = object.__new__(Worker), socket.socketpair()
    worker.log = Mock()
    with ours, theirs:
        worker.handle_error(None, ours, ("203.0.113.5", 1), fault)
        head, _blank, body = theirs.recv(4096).partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status}\r\n".encode()) and b"application/json" in head
    assert f"Content-Length: {len(body)}".encode() in head
    assert [error["code"] for error in json.loads(body)["errors"]] == [code]
