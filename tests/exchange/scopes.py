"""Who reads what: every resource and operation asked by every kind of token, held against what its scope says.

The questions are made from the resources themselves, with values that stand in rows; `leaks` tells what was answered otherwise
than it must be. The suite asks in its own process, `make prove NAME=api_scopes` a running portal.
"""

import itertools
import json
import re
import uuid
from dataclasses import dataclass, field
from urllib.parse import quote

from django.apps import apps
from django.db.models import Q
from django.utils import timezone

from audit.chain import seal_all
from audit.events import record_event
from enterprises.models import Enterprise, FigureRevision, Product, Title
from enterprises.services.merging import merge_enterprises
from exchange import filters
from exchange.resources import resources
from support.models import SupportRecord
from tests.exchange import things
from tests.factories import make_head, make_product_group, make_unit

# Whose rows belong to enterprises, which tell of all enterprises at once, which are read by the system alone that sent them,
# and which are public. A new one says what it is.
OF_ENTERPRISES = {"enterprises", "figures", "products", "titles", "support"}
OF_EVERYBODY = {"plans", "tasks", "budget_years", "budget_lines", "ledger_entries", "kpi_values", "payments"}
OF_ITS_SENDER = {"dossiers", "sent_figures"}
PUBLIC = {
    "agencies",
    "calendar_days",
    "city_statistics",
    "content_areas",
    "exchange_rates",
    "industry_codes",
    "money_sources",
    "periods",
    "procedures",
    "product_groups",
    "recognised",
    "support_kinds",
    "targets",
    "units",
}
WRONG = ("limit=0", "colour=red", "fields=password", "expand=everything", "sort=secret", "cursor=abc", "count=1")
NOWHERE = {filters.Identifier: str(uuid.UUID(int=5, version=4)), filters.WholeNumber: "1871", filters.Day: "1871-01-01"}
OF_THE_CALL = ("date", "x-request-id", "ratelimit-remaining", "ratelimit-reset", "connection", "server", "keep-alive")


@dataclass
class Answer:
    status: int
    body: bytes
    headers: dict = field(default_factory=dict)

    @property
    def same_for(self):
        """All of it but what differs from call to call."""
        return self.status, self.body, {n: v for n, v in self.headers.items() if n not in OF_THE_CALL}


def in_process(system):
    """Asks as a system of `tests.exchange.calling` without a server."""

    def get(path, **headers):
        answer = system.get(path, **headers)
        body = answer.getvalue() if answer.streaming else answer.content
        return Answer(answer.status_code, body, {name.lower(): value for name, value in answer.headers.items()})

    return get


# --- the ground -----------------------------------------------------------------------------------


def lay():
    """Everything that there is, and enterprises of two wards and two groups with all that belongs to them, some merged.

    Returns {name of a row scope: (its wards and groups, public ids of all that is within it, and of what ever was)}.
    """
    known = things.make_everything()
    wards, groups = [known["ward"], make_unit()], [known["group"], make_product_group("DT")]
    made = []
    for number, (ward, group) in enumerate(itertools.product(wards, groups)):
        for twin in ("A", "B"):
            name = f"Doanh nghiệp bí mật {number}{twin}"
            made.append(things.make_full_enterprise(known | {"ward": ward, "group": group}, name, short_name=name))
    scopes = {
        "wards": {"wards": [wards[0].code]},
        "groups": {"groups": [groups[0].code]},
        "both": {"wards": [each.code for each in wards], "groups": [groups[1].code]},
        "one of each": {"wards": [wards[1].code], "groups": [groups[0].code]},
    }
    once, head = {name: _within(**scope) for name, scope in scopes.items()}, make_head()
    for winner, loser in ((0, 7), (6, 1), (2, 3)):  # into, out of and within
        merge_enterprises(winner=made[winner], loser=made[loser], reason="Một", by=head, now=timezone.now())
    seal_all(now=timezone.now())
    within = {name: _within(**scope) for name, scope in scopes.items()}
    return {name: (scope, within[name], within[name] | once[name]) for name, scope in scopes.items()}


def _within(wards=(), groups=()):
    """Public ids of enterprises of the wards and groups, of records merged into them, and of what belongs to them."""
    stand = Enterprise.objects.exclude(status="withdrawn").filter(merged_into=None)
    if wards:
        stand = stand.filter(ward__code__in=wards)
    if groups:
        stand = stand.filter(groups__group__code__in=groups, groups__ends_on=None)
    stand = list(stand.values_list("pk", flat=True))
    rows = Enterprise.objects.filter(Q(pk__in=stand) | Q(merged_into__in=stand))
    theirs = [
        model._base_manager.filter(**{f"{path}__in": rows})
        for model, path in (
            (FigureRevision, "enterprise"),
            (Product, "enterprise"),
            (Title, "product__enterprise"),
            (SupportRecord, "enterprise"),
        )
    ]
    return {str(public_id) for found in (rows, *theirs) for public_id in found.values_list("public_id", flat=True)}


# --- the questions --------------------------------------------------------------------------------


def texts_in(value):
    """Every text and number in a row."""
    if isinstance(value, dict):
        for each in value.values():
            yield from texts_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_in(each)
    elif value not in (None, "", True, False):
        yield str(value)


SHAPES = {
    filters.Identifier: re.compile(r"[0-9a-f]{8}-.{27}"),
    filters.WholeNumber: re.compile(r"[0-9]{1,4}"),
    filters.Day: re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
}


def _values(each, rows, most):
    """Values for one filter: what rows hold of its kind, from all over them, and one that stands nowhere."""
    if "choices" in each.extra:
        return [value for value, _label in each.extra["choices"]][:most]
    kind = next((kind for kind in SHAPES if isinstance(each, kind)), None)
    found = dict.fromkeys(text for row in rows for text in texts_in(row))
    found = [text for text in found if not kind or SHAPES[kind].fullmatch(text)]
    found = [text for text in found if text.isprintable() and len(text) < 60]
    return [*found[:: max(1, len(found) // max(1, most))][:most], NOWHERE.get(kind, "qwxzj")]


def questions(resource, rows, most):
    """Query strings of a list, each with all fields and what it counts."""
    whole = f"fields={','.join(resource.fields)}"
    yield whole
    for name in resource.sorts:
        yield from (f"{whole}&sort={name}", f"{whole}&sort=-{name}")
    for name, each in (resource.filters.base_filters if resource.filters else {}).items():
        for value in _values(each, rows, most):
            yield f"{whole}&{name}={quote(value, safe='')}"


# --- what is answered otherwise than it must be ----------------------------------------------------


def _read(get, path):
    answer = get(path)
    return json.loads(answer.body) if answer.status == 200 else answer


def walk(get, path):
    """Every row of a list; an answer that is no list as it is."""
    rows, page = [], _read(get, f"{path}&limit=1000&count=true")
    while isinstance(page, dict):
        rows += page["data"]
        if page["next"] is None:
            return rows, page["count"]
        page = _read(get, f"{path}&limit=1000&count=true&cursor={page['next']}")
    return page, None


def changed(get, path, cursor=None):
    changes = []
    while True:
        page = _read(get, f"{path}&limit=1000" + (f"&cursor={cursor}" if cursor else ""))
        changes, cursor = changes + page["data"], page["next"]
        if not page["more"]:
            return changes, cursor


def paths_of(resource, some_id):
    """An address of each operation."""
    found = [resource.name, f"{resource.name}/stream", f"{resource.name}/{some_id}", f"{resource.name}/{uuid.uuid4()}"]
    return [*found, f"{resource.name}/changes"] if resource.changes else found


def shut(resource, get, some_id, status, wrong=WRONG):
    """Without the right every question is answered alike, whatever there is and whatever is asked."""
    answers = {}
    for path in paths_of(resource, some_id):
        for asked in ("", *wrong):
            answer = get(f"{path}?{asked}")
            answers.setdefault((answer.status, answer.body), f"{path}?{asked}")
    if len(answers) != 1 or next(iter(answers))[0] != status:
        yield f"{resource.name}: {status} was expected everywhere: {[(s, p) for (s, _b), p in answers.items()]}"


def expandable():
    """(resource, field, right that it needs) of everything that is expanded."""
    return [(each, name, right) for each in resources().values() for name, right in each.row.expandable.items()]


def refused_to_expand(resource, field, right, get, some_id):
    """Without its right a field is expanded nowhere, however it is asked for, and the right is named in both languages."""
    for path, language in itertools.product(paths_of(resource, some_id), ("vi", "en")):
        for asked in (f"expand={field}", f"fields={field}", f"fields=id,{field}&limit=0", f"expand={field},colour&q=a"):
            answer = get(f"{path}?{asked}", **{"accept-language": language})
            said = json.loads(answer.body).get("errors", [{}]) if answer.status == 403 else [{}]
            if said[0].get("code") != "permission_denied" or f"“{right}”" not in said[0].get("detail", ""):
                yield f"{path}?{asked}: {answer.status} to who lacks {right}"


def expands(resource, field, get, some_id):
    """With both rights the field is there."""
    for path in (f"{resource.name}?limit=1&", f"{resource.name}/{some_id}?", f"{resource.name}/changes?limit=1&"):
        for asked in (f"expand={field}", f"fields={field}"):
            answer = get(f"{path}{asked}")
            if answer.status != 200 or f'"{field}":'.encode() not in answer.body:
                yield f"{path}{asked}: {answer.status} to who has both rights"


class Narrow:
    """What one narrowed token is answered, beside one that reads everything."""

    def __init__(self, get, whole, inside, once, wrong=WRONG):
        self.whole, self.inside, self.once, self.wrong = whole, inside, once, wrong
        self.answered, self.cursors = [], {}

        def kept(path, **headers):
            answer = get(path, **headers)
            self.answered.append((path, answer.body))
            return answer

        self.get = kept

    def may_see(self, resource, row):
        if resource.name in OF_ENTERPRISES:
            return (row["id"] if resource.name == "enterprises" else row["enterprise"]["id"]) in self.inside
        return resource.name in PUBLIC

    def leaks(self, resource, rows, most):
        """`rows` are all of the resource, as who reads everything sees them."""
        mine = [row for row in rows if self.may_see(resource, row)]
        others = [row for row in rows if not self.may_see(resource, row)]
        yield from self._lists(resource, rows, most)
        yield from self._ones(resource, mine, others)
        if resource.changes:
            yield from self._changes(resource, mine)
        yield from self._errors(resource)
        if resource.name in OF_ENTERPRISES and others:
            yield from self._traces(resource, mine, others)

    def _lists(self, resource, rows, most):
        for asked in questions(resource, rows, most):
            path = f"{resource.name}?{asked}"
            full, _count = walk(self.whole, path)
            given, count = walk(self.get, path)
            if isinstance(full, Answer) or isinstance(given, Answer):
                if not (isinstance(given, Answer) and isinstance(full, Answer) and given.body == full.body):
                    yield f"{path}: refused to one only"
                continue
            expected = [row for row in full if self.may_see(resource, row)]
            if given != expected or count != len(expected):
                yield f"{path}: {len(given)} rows and {count} counted of {len(expected)}"
            stream = self.get(f"{resource.name}/stream?{asked}")
            if [json.loads(line) for line in stream.body.splitlines()] != expected:
                yield f"{path}: the stream is another"

    def _ones(self, resource, mine, others):
        nothing = self.get(f"{resource.name}/{uuid.uuid4()}").same_for
        if nothing[0] != 404:
            yield f"{resource.name}: what does not exist is answered {nothing[0]}"
        tail = f"?fields={','.join(resource.fields)}"
        for row in mine:
            answer = self.get(f"{resource.name}/{row['id']}{tail}")
            if answer.status != 200 or json.loads(answer.body) != row:
                yield f"{resource.name}/{row['id']}: not given to whoever may see it"
        for row in others:
            path = f"{resource.name}/{row['id']}"
            etag = self.whole(path).headers["etag"]
            for headers in ({}, {"if-none-match": etag}, {"if-none-match": "*"}):
                if self.get(path, **headers).same_for != nothing:
                    yield f"{path}: answered otherwise than what does not exist ({headers})"

    def _changes(self, resource, mine):
        path = f"{resource.name}/changes?fields={','.join(resource.fields)}"
        changes, cursor = changed(self.get, path)
        self.cursors[resource.name] = (path, cursor, {row["id"] for row in mine})
        if sorted(changes, key=str) != sorted(({"id": r["id"], "change": "there", "row": r} for r in mine), key=str):
            yield f"{path}: {len(changes)} changes of {len(mine)} rows"

    def leaks_of_events(self):
        """After an event about everything there is: of what it never saw it hears nothing."""
        for path, cursor, ids in self.cursors.values():
            changes, _cursor = changed(self.get, path, cursor)
            heard = {kind: {each["id"] for each in changes if each["change"] == kind} for kind in ("there", "gone")}
            if heard["there"] != ids or not heard["gone"] <= self.once:
                yield f"{path}: after events about everything, {len(heard['there'])} there and {len(heard['gone'])} gone"

    def _errors(self, resource):
        for wrong in self.wrong:
            for path in (resource.name, f"{resource.name}/stream", f"{resource.name}/changes"):
                if self.get(f"{path}?{wrong}").body != self.whole(f"{path}?{wrong}").body:
                    yield f"{path}?{wrong}: refused in other words"
        page = _read(self.whole, f"{resource.name}?limit=1")
        if page["next"] and self.get(f"{resource.name}?limit=1&cursor={page['next']}").status != 400:
            yield f"{resource.name}: goes on from another's cursor"

    def _traces(self, resource, mine, others):
        """Nothing of the rows of others stands anywhere in what was answered, but what rows of its own say too."""
        own = {text for row in mine for text in texts_in(row)}
        told = {text for row in others for text in texts_in(row)} - own
        told = {text for text in told if text.isprintable() and (" " in text or len(text) == 36)}
        for path, body in self.answered:
            if re.split("[/?]", path)[0] != resource.name:
                continue
            if found := [text for text in told if json.dumps(text, ensure_ascii=False)[1:-1].encode() in body]:
                yield f"{path}: tells {found[:3]}"


def touch_everything():
    """An event about each object that any feed follows."""
    kinds = {kind for each in resources().values() for kind in each.changes}
    for kind in sorted(kinds):
        for obj in apps.get_model(kind)._base_manager.all():
            record_event("touched", obj, by="system:test", now=timezone.now())
    seal_all(now=timezone.now())
