"""Writes of the API sent again and again to a running portal: each is done once and answered with the same bytes.

1,000 replays of 100 writes, 300 other bodies under used keys, 50 requests with one key at one moment (several rounds), and
the answers of refusals too.
"""

import http.client
import json
import os
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

RUNS_ON = "both"
WRITES, REPLAYS, OTHERS, AT_ONCE, ROUNDS = 100, 1_000, 300, 50, 4
REFUSED_EVERY = 5  # of the writes: one that the service refuses


def figures():
    from django.db import connections

    from bench.bench_api import token_for
    from enterprises.models import FigureRevision
    from tests import services
    from tests.exchange.calling import make_client
    from tests.factories import make_enterprise, make_period

    engine = os.environ["FIGURES_ENGINE"]
    make_period()
    codes = [make_enterprise().tax_code for _number in range(WRITES + ROUNDS)]
    client, secret = make_client("figures:read", "figures:write", calls_a_minute=100_000)
    connections.close_all()
    with tempfile.TemporaryDirectory(prefix="portal-once-") as folder:
        log = Path(folder) / "web"
        with services.web({**os.environ, "WEB_WORKERS": "4"}, log=log) as site:
            send = Sending(site, token_for(f"{site}/api/v1/", client.application.client_id, secret))
            first = [send(f"first-{place}", body_of(code, place)) for place, code in enumerate(codes[:WRITES])]
            done = sum(status == 201 for status, _answer in first)
            expected = WRITES - len(range(0, WRITES, REFUSED_EVERY))
            yield f"{engine}_once_written", done, f"= {expected}", done == expected

            with ThreadPoolExecutor(8) as pool:
                places = [number % WRITES for number in range(REPLAYS)]
                again = list(pool.map(lambda place: send(f"first-{place}", body_of(codes[place], place)), places))
                others = list(
                    pool.map(
                        lambda place: send(f"first-{place}", body_of(codes[place], place, revenue=7)),
                        (number % WRITES for number in range(OTHERS)),
                    )
                )
            unlike = sum(answer != first[place] for place, answer in zip(places, again, strict=True))
            yield f"{engine}_once_replays_answered_otherwise", unlike, "= 0", unlike == 0
            wrong = sum(status != 422 or b"idempotency_key_reused" not in answer for status, answer in others)
            yield f"{engine}_once_other_bodies_taken", wrong, "= 0", wrong == 0

            yield from at_once(engine, send, codes[WRITES:])
        broken = log.read_text(errors="replace").count("Traceback")
        yield f"{engine}_once_tracebacks", broken, "= 0", broken == 0
    count = FigureRevision.objects.count()
    yield f"{engine}_once_effects", count, f"= {expected + ROUNDS}", count == expected + ROUNDS


def at_once(engine, send, codes):
    """Fifty requests with one key at one moment: those that are answered read the same, the others are told to wait."""
    answers, strange = [], 0
    for code in codes:
        gate = threading.Barrier(AT_ONCE)

        def one(_number, code=code, gate=gate):
            gate.wait()
            return send(f"at-once-{code}", body_of(code, 1))

        with ThreadPoolExecutor(AT_ONCE) as pool:
            got = list(pool.map(one, range(AT_ONCE)))
        made = {answer for status, answer in got if status == 201}
        strange += sum(status not in (201, 409) for status, _answer in got)
        strange += sum(status == 409 and b"in_flight" not in answer for status, answer in got)
        answers.append(len(made))
    yield f"{engine}_once_different_answers_at_one_moment", sorted(set(answers)), "= [1]", set(answers) == {1}
    yield f"{engine}_once_other_answers_at_one_moment", strange, "= 0", strange == 0


def body_of(code, place, revenue=5_000_000):
    """What is sent; every fifth is refused by the service: more revenue from key products than in all."""
    body = {"tax_code": code, "year": 2024, "revenue_vnd": revenue}
    return body | {"key_product_revenue_vnd": 10**12} if place % REFUSED_EVERY == 0 else body


class Sending:
    """Posts figures with a key; a connection for each thread."""

    def __init__(self, site, token):
        self.host, self.token, self.own = site.removeprefix("http://"), token, threading.local()

    def __call__(self, key, body):
        if not hasattr(self.own, "connection"):
            self.own.connection = http.client.HTTPConnection(self.host, timeout=120)
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        self.own.connection.request("POST", "/api/v1/sent_figures", json.dumps(body), headers)
        answer = self.own.connection.getresponse()
        return answer.status, answer.read()
