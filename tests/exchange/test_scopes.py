"""Nobody reads past its rights: every resource and operation with every kind of token."""

import json
from functools import cache

import pytest
from django.test import Client
from django.utils.translation import override

from audit.access_log import said
from audit.models import AccessEntry
from exchange import cursors
from exchange.described import rows_within
from exchange.resources import resources
from exchange.rights import all_scopes
from tests.exchange import scopes
from tests.exchange.calling import System
from tests.factories import make_enterprise

NOTHING = "00000000-0000-4000-8000-000000000000"
pytestmark = pytest.mark.django_db


def system(*rights, **fields):
    return System(*(rights or all_scopes()), calls_a_minute=100_000, **fields)


def test_every_resource_says_whose_rows_it_has():
    kinds = [scopes.OF_ENTERPRISES, scopes.OF_EVERYBODY, scopes.OF_ITS_SENDER, scopes.PUBLIC]
    assert set().union(*kinds) == set(resources()) and sum(map(len, kinds)) == len(resources())


def test_a_narrowed_token_reads_its_rows_and_no_trace_of_others():
    ground, whole = scopes.lay(), cache(scopes.in_process(system()))
    rows = {name: scopes.walk(whole, f"{name}?fields={','.join(each.fields)}")[0] for name, each in resources().items()}
    scope, inside, once = ground["both"]  # the others are asked by the proof
    narrow = scopes.Narrow(scopes.in_process(system(name="Hẹp", **scope)), whole, inside, once, scopes.WRONG[:1])
    assert [leak for each in resources().values() for leak in narrow.leaks(each, rows[each.name], most=1)] == []
    scopes.touch_everything()
    assert list(narrow.leaks_of_events()) == []


def test_without_its_right_everything_of_a_resource_is_answered_alike():
    scopes.lay()
    whole, nobody = scopes.in_process(system()), Client(raise_request_exception=False)

    def anonymous(path):
        answer = nobody.get(f"/api/v1/{path}")
        return scopes.Answer(answer.status_code, answer.content)

    found = []
    for name, each in resources().items():
        if each.open_to_all:
            continue
        rows = json.loads(whole(f"{name}?limit=1").body)["data"]
        some_id = rows[0]["id"] if rows else NOTHING
        others = system(*(scope for scope in all_scopes() if scope != each.scope), name=f"not {name}")
        found += scopes.shut(each, scopes.in_process(others), some_id, 403, scopes.WRONG[:1])
        found += scopes.shut(each, anonymous, some_id, 401, scopes.WRONG[:1])
    assert found == []


def test_what_is_expanded_needs_the_right_to_read_it():
    scopes.lay()
    found, asked = [], 0
    for each, field, right in scopes.expandable():
        both = scopes.in_process(system(each.scope, right, name=f"{field} with"))
        some_id = json.loads(both(f"{each.name}?limit=1").body)["data"][0]["id"]
        found += scopes.expands(each, field, both, some_id)
        if right != each.scope:
            others = system(*(scope for scope in all_scopes() if scope != right), name=f"{field} without")
            found += scopes.refused_to_expand(each, field, right, scopes.in_process(others), some_id)
            asked += 1
    assert found == [] and asked >= 2


def test_a_field_that_is_expanded_names_a_right_that_there_is_and_that_opens_its_rows():
    scope_of = {}
    for each in resources().values():
        scope_of.setdefault(each.model, set()).add(each.scope)
    for each, field, right in scopes.expandable():
        assert right in all_scopes() and not each.open_to_all, f"{each.name}: {field}"
        model = each.row.subqueries()[field].model
        assert right in scope_of.get(model, {right}), f"{each.name}: {field} shows rows of {model}"
        with override("en"):
            sayings = [said(f"api {each.name} {kind} {field}") for kind in ("list", "one", "stream", "changes")]
            shown = str(next(of.scope_label for of in resources().values() if of.scope == right))
        assert all(text.endswith(f", with: {shown}") for text in sayings)


def test_what_always_stands_in_a_row_is_of_no_resource_with_another_right():
    scope_of = {each.model: each.scope for each in resources().values()}
    for each in resources().values():
        for row in rows_within(each.row):
            for name, queryset in row.subqueries().items():
                right = each.row.expandable.get(name, each.scope) if row is each.row else each.scope
                assert scope_of.get(queryset.model, right) == right, f"{each.name}: {row.__name__}.{name}"


def test_what_was_expanded_is_written_down():
    enterprise, both = make_enterprise(), system("enterprises:read", "figures:read")
    for path in ("enterprises", "enterprises/stream", "enterprises/changes", f"enterprises/{enterprise.public_id}"):
        assert both.get(f"{path}?fields=latest_figures").status_code == 200
    kinds = ("list", "stream", "changes", "one")
    whats = list(AccessEntry.objects.filter(actor=both.client.actor).order_by("id").values_list("what", flat=True))
    assert whats == [f"api enterprises {kind} latest_figures" for kind in kinds]
    with override("vi"):
        sentences = [str(said(what)) for what in whats]
    assert all(", kèm: Số liệu" in words and "latest" not in words for words in sentences), sentences


def addresses_of_writes():
    for name, each in resources().items():
        for write in each.writes:
            yield each.write_scope, f"{name}/{NOTHING}/{write.name}" if write.of_one else name
            if write.in_bulk:
                yield each.write_scope, f"{name}/bulk"


def test_without_its_right_nothing_is_written():
    rights, nobody = all_scopes(), Client(raise_request_exception=False)
    systems = {}
    for scope, path in addresses_of_writes():
        if scope not in systems:
            systems[scope] = system(*(other for other in rights if other != scope), name=f"not {scope}")
        refused = systems[scope].post(path, {"rows": [{}]}, **{"if-match": "*"})
        assert refused.status_code == 403 and scope in refused.json()["errors"][0]["detail"], path
        assert nobody.post(f"/api/v1/{path}", "{}", content_type="application/json").status_code == 401, path


def test_a_cursor_tells_nothing_of_its_place_and_the_same_place_always_reads_the_same():
    asked, place = cursors.question("enterprises"), ["Ánh Dương", 123456789]
    text = cursors.write(asked, place)
    assert cursors.read(text, asked) == place and text == cursors.write(asked, place)
    assert len({len(text), *(len(cursors.write(asked, ["Ánh Dương", 987654321])),)}) == 1
    assert b"123456789" not in text.encode() and cursors.write(asked, ["Ánh Dương", 123456788])[:20] != text[:20]
