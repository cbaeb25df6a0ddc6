"""Scopes, operations and row scopes of the API, asked of a running portal: 0 leaks, counts, expand, sums and errors included.

What is asked and what must be answered is made from the resources (`tests.exchange.scopes`); here with every kind of row scope
and more values of each filter than the suite has time for.
"""

import contextlib
import functools
import http.client
import os
import sys
import tempfile
from pathlib import Path
from uuid import UUID

RUNS_ON = "both"
VALUES, TOLD = 2, 20


def figures():
    from django.db import connections, transaction

    from exchange.resources import resources
    from exchange.rights import all_scopes
    from tests import services
    from tests.exchange import scopes

    engine = os.environ["FIGURES_ENGINE"]
    with transaction.atomic():
        ground = scopes.lay()
    whole = system(all_scopes())
    shut = {
        name: system([scope for scope in all_scopes() if scope != each.scope], name=f"not {name}")
        for name, each in resources().items()
        if not each.open_to_all
    }
    expanding = {
        (each.name, field): [
            system([each.scope, right], name=f"with {field}"),
            system([scope for scope in all_scopes() if scope != right], name=f"without {field}"),
        ]
        for each, field, right in scopes.expandable()
    }
    systems = {name: system(all_scopes(), name=name, **scope) for name, (scope, _in, _once) in ground.items()}
    connections.close_all()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-scopes-"))
        log = Path(folder) / "web"
        site = stack.enter_context(services.web({**os.environ, "WEB_WORKERS": "2"}, log=log))
        ask = Asking(site)
        read = functools.cache(ask.by(token(site, *whole)))
        rows = {
            name: scopes.walk(read, f"{name}?fields={','.join(each.fields)}")[0] for name, each in resources().items()
        }
        before = ask.count
        yield verdict(f"{engine}_scopes_without_the_right", without_right(ask, site, shut, rows))
        yield f"{engine}_scopes_without_the_right_calls", ask.count - before, ">= 1000", ask.count - before >= 1000
        yield verdict(f"{engine}_scopes_expanded", expanded(ask, site, expanding, rows))
        narrowed = []
        for name, (_scope, inside, once) in ground.items():
            narrowed.append(scopes.Narrow(ask.by(token(site, *systems[name])), read, inside, once))
            found = (
                leak for each in resources().values() for leak in narrowed[-1].leaks(each, rows[each.name], VALUES)
            )
            yield verdict(f"{engine}_scopes_leaks_to_{name.replace(' ', '_')}", found)
        with transaction.atomic():
            scopes.touch_everything()
        found = (leak for each in narrowed for leak in each.leaks_of_events())
        yield verdict(f"{engine}_scopes_leaks_of_events", found)
        yield f"{engine}_scopes_calls", ask.count, ">= 5000", ask.count >= 5_000
        broken = log.read_text(errors="replace").count("Traceback")
        yield f"{engine}_scopes_tracebacks", broken, "= 0", broken == 0


def without_right(ask, site, shut, rows):
    """Tokens of all rights but one, a token that was asked for with fewer rights than its system has, and none."""
    from exchange.resources import resources
    from tests.exchange import scopes

    nobody = ask.by("")
    for name, each in resources().items():
        if each.open_to_all:
            continue
        some_id = rows[name][0]["id"] if rows[name] else str(UUID(int=4))
        others = [scope for scope in shut[name][0].scopes if scope != each.scope]
        yield from scopes.shut(each, ask.by(token(site, *shut[name])), some_id, 403)
        yield from scopes.shut(each, ask.by(token(site, *shut[name], scope=others[0])), some_id, 403)
        yield from scopes.shut(each, ask.by("nothing"), some_id, 401)
        yield from scopes.shut(each, nobody, some_id, 401)


def expanded(ask, site, expanding, rows):
    """Every field that is expanded, by tokens with and without the right to it."""
    from tests.exchange import scopes

    for each, field, right in scopes.expandable():
        (has_both, lacks_it), some_id = expanding[each.name, field], rows[each.name][0]["id"]
        yield from scopes.expands(each, field, ask.by(token(site, *has_both)), some_id)
        if right != each.scope:
            yield from scopes.refused_to_expand(each, field, right, ask.by(token(site, *lacks_it)), some_id)
            fewer = ask.by(token(site, *has_both, scope=each.scope))
            yield from scopes.refused_to_expand(each, field, right, fewer, some_id)


def verdict(name, leaks):
    found = list(leaks)
    for leak in found[:TOLD]:
        sys.stdout.write(f"# {leak}\n")
    return name, len(found), "= 0", not found


def system(rights, **fields):
    from tests.exchange.calling import make_client

    return make_client(*rights, calls_a_minute=100_000, **fields)


def token(site, client, secret, **more):
    from bench.bench_api import token_for

    return token_for(f"{site}/api/v1/", client.application.client_id, secret, **more)


class Asking:
    """One connection that is kept, and how often it was used."""

    def __init__(self, site):
        self.connection, self.count = http.client.HTTPConnection(site.removeprefix("http://"), timeout=60), 0

    def by(self, token):
        from tests.exchange.scopes import Answer

        def get(path, **headers):
            self.count += 1
            named = {"Authorization": f"Bearer {token}"} if token else {}
            self.connection.request("GET", f"/api/v1/{path}", headers={**named, **headers})
            answer = self.connection.getresponse()
            body = answer.read()
            return Answer(answer.status, body, {name.lower(): value for name, value in answer.getheaders()})

        return get
