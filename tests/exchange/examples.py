"""How every operation of the API is called for the example that its description shows.

Lists, single things, streams and feeds of changes are called by themselves; QUERIES says what more is asked of one. Any
other operation is called as CALLS says:

    CALLS["payments_answer"] = lambda world: Call("POST", f"/api/v1/payments/{world.payment}/answers", body={…})
"""

import itertools
import json
import random
import re
import sys
from dataclasses import asdict, dataclass, field, replace
from types import SimpleNamespace
from uuid import UUID

from django.utils import timezone
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine

from audit.chain import seal_all
from config.gunicorn import refusal_of
from exchange.bodies import MOST_BYTES
from exchange.rights import all_scopes
from tests.exchange import things
from tests.exchange.calling import System
from tests.programme import making_plans

LANGUAGES = ("vi", "en")
LINES_SHOWN = 2  # of a stream


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    query: dict = field(default_factory=dict)
    headers: dict = field(default_factory=dict)
    body: dict | list | None = None


QUERIES = {
    "city_statistics_list": {"measure": "output", "standing": "true"},
    "enterprises_list": {"limit": 1, "q": "minh họa", "count": "true", "expand": "latest_figures"},
    "enterprises_one": {"expand": "latest_figures"},
    "enterprises_stream": {"fields": "tax_code,name,ward", "sort": "created_at"},
    "figures_list": {"limit": 1, "year": 2024, "expand": "parts"},
    "ledger_entries_list": {"limit": 1, "kind": "allocate"},
    "recognised_list": {"limit": 2, "year": 2023},
    "titles_list": {"limit": 1, "in_force_on": "2026-06-01"},
    "units_list": {"limit": 1, "kind": "ward"},
}
USUAL = {"list": {"limit": 1}, "changes": {"limit": 1}}
KEY = {"Idempotency-Key": "5d1c9a6e-3f0b-4c27-9f5e-2b7d8a10c4e3"}
FIGURES = {
    "year": 2025,
    "output_vnd": 118_000_000_000,
    "revenue_vnd": 125_000_000_000,
    "key_product_revenue_vnd": 90_000_000_000,
    "export_direct_goods_usd_cents": 64_000_000,
    "export_entrusted_goods_usd_cents": 0,
    "export_direct_services_usd_cents": 0,
    "export_entrusted_services_usd_cents": 0,
    "labour_average": 140,
    "labour_insured": 132,
    "capital_vnd": 80_000_000_000,
    "tax_vnd": 6_200_000_000,
}
STATISTIC = {
    "measure": "output",
    "year": 2025,
    "output_vnd": 1_190_000_000_000_000,
    "state": "estimate",
    "source": "Báo cáo số 1200/BC-CTK ngày 29/12/2025",
    "published_on": "2025-12-29",
}
REVISION = {
    "exports_usd_cents": 2_150_000_000_000,
    "source": "Niên giám thống kê 2024",
    "published_on": "2025-06-30",
    "reason": "Số liệu chính thức",
}


def written(path, body, **headers):
    return Call("POST", f"/api/v1/{path}", headers=KEY | headers, body=body)


def done_with(resource, query, verb, body):
    """A call that does something with the first row of a list, as it is seen."""

    def call(world):
        row = world.answer(Call("GET", f"/api/v1/{resource}", {**query, "limit": 1})).json()["data"][0]["id"]
        seen = world.answer(Call("GET", f"/api/v1/{resource}/{row}"))
        return written(f"{resource}/{row}/{verb}", body, **{"If-Match": seen["ETag"]})

    return call


DOSSIER = {
    "procedure": "KN-01",
    "applicant_name": "Trần Thị Minh Họa",
    "arrived_on": "2026-06-01",
    "outside_code": "MC-2026-000123",
    "answers": {"loai": "b", "noi-dung": "Thiếu mặt bằng sản xuất"},
}
CALLS = {
    "dossiers_create": lambda world: written("dossiers", {**DOSSIER, "tax_code": world.tax_code}),
    "events_catalogue": lambda world: Call("GET", "/api/v1/events/catalogue"),
    "sent_figures_create": lambda world: written("sent_figures", {"tax_code": world.tax_code, **FIGURES}),
    "sent_figures_bulk": lambda world: written(
        "sent_figures/bulk",
        {
            "rows": [
                {"tax_code": world.tax_code, **FIGURES, "year": 2024},
                {"tax_code": "0100000000", **FIGURES},
            ]
        },
    ),
    "city_statistics_create": lambda world: written("city_statistics", STATISTIC),
    "city_statistics_bulk": lambda world: written(
        "city_statistics/bulk", {"rows": [{**STATISTIC, "state": "preliminary"}, {**STATISTIC, "year": 2030}]}
    ),
    "city_statistics_revise": done_with(
        "city_statistics", {"measure": "exports", "standing": "true"}, "revise", REVISION
    ),
    "city_statistics_withdraw": done_with(
        "city_statistics", {"measure": "iip", "standing": "true"}, "withdraw", {"reason": "Nhập nhầm năm"}
    ),
    "payments_paid": done_with(
        "payments", {"state": "sent"}, "paid", {"voucher": "KB-000417", "paid_on": "2024-03-05"}
    ),
    "payments_refused": done_with("payments", {"state": "sent"}, "refused", {"answer": "Thiếu biên bản nghiệm thu"}),
}


def withdrawal(world, **headers):
    row = world.answer(Call("GET", "/api/v1/city_statistics", {"limit": 1})).json()["data"][0]["id"]
    return written(f"city_statistics/{row}/withdraw", {"reason": "Nhập nhầm"}, **headers)


# status -> (whose token, a call that is answered with it): one with all rights, none, one right, one call a minute
REFUSED = {
    "400": ("all", Call("GET", "/api/v1/enterprises", {"limit": 0, "colour": "red"})),
    "401": ("nobody", Call("GET", "/api/v1/enterprises")),
    "403": ("narrow", Call("GET", "/api/v1/figures")),
    "404": ("all", Call("GET", "/api/v1/enterprises/00000000-0000-4000-8000-000000000000")),
    "406": ("all", Call("GET", "/api/v1/enterprises", headers={"Accept": "text/csv"})),
    "409": ("all", written("city_statistics", STATISTIC)),
    "411": ("all", Call("POST", "/api/v1/city_statistics", headers={"Transfer-Encoding": "chunked"})),
    "412": ("all", lambda world: withdrawal(world, **{"If-Match": '"7e1d"'})),
    "413": ("all", written("city_statistics", {"source": "…" * MOST_BYTES})),
    "415": ("all", written("city_statistics", STATISTIC, **{"Content-Type": "text/plain"})),
    "422": ("all", written("city_statistics", STATISTIC | {"year": 2025, "published_on": "2027-01-01"})),
    "428": ("all", lambda world: withdrawal(world)),
    "429": ("few", Call("GET", "/api/v1/enterprises")),
}

# What the web server refuses itself, before anything of it is read.
UNREAD = {"414": LimitRequestLine, "431": LimitRequestHeaders}

# Names of fields whose values are other ones every time, and what stands in their place.
CURSOR = "WyI0YTE3YzBkOWUyYjMiLFsiYW5oIGR1b25nIiw0Ml1d:q3v0mXUeR1kq5cG7n2yTtB8sVwLz4oJ6aHdPfKiEuY"
INSTEAD = {"next": CURSOR, "digest": "5f0c" * 16, "If-Match": f'"{"3e9a" * 6}"'}
IDENTIFIER = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class World:
    """One of everything, with the same names and numbers every time."""

    def __init__(self, monkeypatch):
        for module in [each for name, each in sys.modules.items() if name.startswith("tests.")]:
            for name, value in list(vars(module).items()):
                if isinstance(value, itertools.count):
                    monkeypatch.setattr(module, name, itertools.count(1))
        words = random.Random(1)
        steady = SimpleNamespace(uuid4=lambda: UUID(int=words.getrandbits(128)))
        monkeypatch.setattr(making_plans, "uuid", steady)  # of these it makes the names of tasks
        things.make_everything(
            ward="Phường Minh Họa",
            enterprise="Công ty TNHH Ánh Dương (minh họa)",
            procedure="Kiến nghị, tháo gỡ khó khăn, vướng mắc",
        )
        rights = list(all_scopes())
        self.callers = {
            "all": System(*rights, name="Mọi quyền", calls_a_minute=100_000),
            "narrow": System("enterprises:read", name="Một quyền"),
            "few": System("enterprises:read", name="Một lượt", calls_a_minute=1),
        }
        self.callers["few"].get("enterprises?limit=1")
        seal_all(now=timezone.now())
        made = self.answer(Call("GET", "/api/v1/enterprises", {"limit": 1, "status": "active"})).json()
        self.tax_code = made["data"][0]["tax_code"]
        sender, whose = self.callers["all"], {"tax_code": self.tax_code}
        sender.write("sent_figures", {**FIGURES, **whose}, key="first")
        sender.write("dossiers", {**DOSSIER, **whose, "outside_code": "MC-2026-000122"}, key="first")

    def answer(self, call, who="all", language="vi"):
        system = self.callers["all" if who == "nobody" else who]
        headers = {"accept-language": language, **{name.lower(): value for name, value in call.headers.items()}}
        if who != "nobody":
            headers["authorization"] = f"Bearer {system.token}"
        data = "" if call.body is None else json.dumps(call.body)
        kind = headers.pop("content-type", "application/json")
        return system.browser.generic(call.method, call.path, data, kind, query_params=call.query, headers=headers)

    def call_of(self, operation_id, path):
        if operation_id in CALLS:
            return CALLS[operation_id](self)
        name, _line, kind = operation_id.rpartition("_")
        if kind not in ("list", "one", "stream", "changes"):
            return None
        query = QUERIES.get(operation_id, USUAL.get(kind, {}))
        if kind == "one":
            rows = self.answer(Call("GET", f"/api/v1/{name}", {"limit": 1})).json()["data"]
            path = path.replace("{public_id}", rows[0]["id"])
        return Call("GET", path, query)


def _steady(value, invented):
    """The value with the same invented identifiers and cursors every time."""
    if isinstance(value, dict):
        return {
            name: INSTEAD[name] if each and name in INSTEAD else _steady(each, invented) for name, each in value.items()
        }
    if isinstance(value, list):
        return [_steady(each, invented) for each in value]
    return IDENTIFIER.sub(lambda found: invented[found[0]], value) if isinstance(value, str) else value


class Invented(dict):
    """Identifiers in the place of others, by the order in which they come."""

    def __init__(self, name):
        self.random = random.Random(name)

    def __missing__(self, identifier):
        self[identifier] = str(UUID(int=self.random.getrandbits(128), version=4))
        return self[identifier]


def example_of(world, call, invented):
    """(what is kept of a call that is done, why it cannot be one)."""
    response = world.answer(call)
    if response.status_code >= 300:
        return None, f"answers {response.status_code}: {response.content.decode()}"
    if response.streaming:
        lines = response.getvalue().decode().splitlines(keepends=True)[:LINES_SHOWN]
        answer = "".join(
            f"{json.dumps(_steady(json.loads(line), invented), ensure_ascii=False, separators=(',', ':'))}\n"
            for line in lines
        )
    else:
        answer = _steady(response.json(), invented)
    if answer in ("", {}) or (isinstance(answer, dict) and answer.get("data") == []):
        return None, "has no row to show: make one in tests/exchange/things.py, or ask otherwise"
    return {"request": _steady(asdict(call), invented), "status": response.status_code, "answer": answer}, ""


def all_examples(world, description):
    """({tag: {operation: example}}, sentences about operations that have none)."""
    found, wrong, invented = {}, [], {}
    for path, operations in description["paths"].items():
        for operation in operations.values():
            name, tag = operation["operationId"], operation["tags"][0]
            call = world.call_of(name, path)
            if call is None:
                wrong.append(f"{name}: nothing says how it is called")
                continue
            example, why = example_of(world, call, invented.setdefault(tag, Invented(tag)))
            if why:
                wrong.append(f"{name}: {why}")
            else:
                found.setdefault(tag, {})[name] = example
    return found, wrong


def all_refusals(world):
    """{status: {language: answer}}"""
    found = {}
    for status, (who, call) in REFUSED.items():
        answers = {}
        for language in LANGUAGES:
            asked = call(world) if callable(call) else call
            key = {"Idempotency-Key": f"{status} {language}".replace(" ", "-")} if asked.method == "POST" else {}
            answers[language] = world.answer(replace(asked, headers=asked.headers | key), who, language)
        assert {str(answer.status_code) for answer in answers.values()} == {status}
        found[status] = {language: answer.json() for language, answer in answers.items()}
    for status, fault in UNREAD.items():
        found[status] = dict.fromkeys(LANGUAGES, refusal_of(fault))
    return dict(sorted(found.items()))
