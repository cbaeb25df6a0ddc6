"""What breaks clients of the API is named in docs/api-changes.md; found by comparing with the description released last."""

import copy
import json
import os
import re

import pytest

from tests.exchange.breaking import breaks
from tests.exchange.test_description import description  # noqa: F401 - a fixture
from tests.services import HOUSE

CHANGES = (HOUSE / "docs" / "api-changes.md").read_text()
RELEASED = HOUSE / "docs" / "api-released.json"
RELEASE = "WRITE_RELEASED=1 .venv/bin/python -m pytest tests/exchange/test_api_changes.py"
IN_WORDS = ("description", "summary", "example", "examples", "x-codeSamples", "title")


def without_words(value, names=False):
    """What a client is made from; `names` while the keys are names of fields or schemas."""
    if isinstance(value, list):
        return [without_words(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: without_words(each, names=not names and key in ("properties", "schemas"))
        for key, each in value.items()
        if names or key not in IN_WORDS
    }


def a_line_each(document):
    """The document with one path or schema a line."""
    said = {"openapi": document["openapi"], "info": document["info"], "paths": {}, "components": {"schemas": {}}}
    paths, schemas = (
        ",\n".join(f"{json.dumps(name)}:{json.dumps(each, ensure_ascii=False)}" for name, each in sorted(part.items()))
        for part in (document["paths"], document["components"]["schemas"])
    )
    head, between, tail = json.dumps(said).split("{}")
    return f"{head}{{\n{paths}\n}}{between}{{\n{schemas}\n}}{tail}\n"


def released():
    return json.loads(RELEASED.read_text())


def sections():
    """[(heading, text)], the newest first."""
    parts = re.split(r"^## (.+)\n", CHANGES, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def test_whatever_breaks_a_client_is_named_in_the_changes(description):  # noqa: F811
    if "WRITE_RELEASED" in os.environ:
        RELEASED.write_text(a_line_each(without_words(description)))
    version = released()["info"]["version"]
    headings = [heading.partition(" ")[0] for heading, _text in sections()]
    assert version in headings, f"docs/api-changes.md has no heading for {version}, which was released"
    text = "".join(text for _heading, text in sections()[: headings.index(version)])
    unnamed = [sentence for sentence in breaks(released(), description) if f"`{sentence}`" not in text]
    assert unnamed == [], f"Name these in docs/api-changes.md above {version}, or leave the API as it was"


def test_a_version_is_released_with_its_description(description):  # noqa: F811
    newest = next(heading.partition(" ")[0] for heading, _text in sections() if heading != "Not released yet")
    assert description["info"]["version"] == newest == released()["info"]["version"], f"Release it: {RELEASE}"


def test_what_was_released_breaks_nothing_of_itself():
    assert breaks(released(), released()) == []


def operation(document, name):
    return next(each for ops in document["paths"].values() for each in ops.values() if each["operationId"] == name)


def drop_operation(document):
    del document["paths"]["/api/v1/plans/stream"]


def move_operation(document):
    document["paths"]["/api/v1/figures-all"] = document["paths"].pop("/api/v1/figures")


def drop_parameter(document):
    parameters = operation(document, "titles_list")["parameters"]
    parameters[:] = [each for each in parameters if each["name"] != "in_force_on"]


def need_parameter(document):
    operation(document, "titles_list")["parameters"].append(
        {"in": "query", "name": "why", "required": True, "schema": {"type": "string"}}
    )


def take_fewer_values(document):
    (size,) = [each for each in operation(document, "enterprises_list")["parameters"] if each["name"] == "size"]
    size["schema"]["enum"].remove("micro")


def lower_limit(document):
    (limit,) = [each for each in operation(document, "enterprises_list")["parameters"] if each["name"] == "limit"]
    limit["schema"]["maximum"] = 500


def drop_field(document):
    del document["components"]["schemas"]["EnterpriseRow"]["properties"]["tax_code"]


def change_type(document):
    document["components"]["schemas"]["FigureRow"]["properties"]["year"]["type"] = "string"


def may_be_null(document):
    document["components"]["schemas"]["FigureRow"]["properties"]["year"]["type"] = ["integer", "null"]


def may_be_left_out(document):
    document["components"]["schemas"]["EnterprisesPage"]["required"].remove("next")


def new_value(document):
    document["components"]["schemas"]["TitleKindEnum"]["enum"].append("top_20")


def other_right(document):
    operation(document, "figures_list")["security"] = [{"client_credentials": ["secrets:read"]}]


def other_format(document):
    content = operation(document, "units_stream")["responses"]["200"]["content"]
    content["text/csv"] = content.pop("application/x-ndjson")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (drop_operation, "plans_stream: GET /api/v1/plans/stream is gone"),
        (move_operation, "figures_list: GET /api/v1/figures is gone"),
        (drop_parameter, "titles_list: the parameter in_force_on is gone"),
        (need_parameter, "titles_list: the parameter why is needed"),
        (take_fewer_values, "enterprises_list: size may be “micro” no longer"),
        (lower_limit, "enterprises_list: limit has the maximum 500"),
        (drop_field, "enterprises_list: 200.data[].tax_code is gone"),
        (change_type, "figures_one: 200.year may be string"),
        (may_be_null, "figures_one: 200.year may be null"),
        (may_be_left_out, "enterprises_list: 200.next is not always there"),
        (new_value, "titles_one: 200.kind may be “top_20”"),
        (other_right, "figures_list: the right secrets:read is needed"),
        (other_format, "units_stream: 200 is no application/x-ndjson any longer"),
    ],
)
def test_a_change_that_breaks_clients_is_found(change, sentence):
    before = released()
    after = copy.deepcopy(before)
    change(after)
    found = breaks(before, after)
    assert sentence in found
    assert breaks(after, before) != found


def test_what_is_only_new_breaks_nothing():
    before = released()
    after = copy.deepcopy(before)
    after["components"]["schemas"]["EnterpriseRow"]["properties"]["web_site"] = {"type": "string"}
    after["paths"]["/api/v1/new"] = {"get": {"operationId": "new", "responses": {}}}
    operation(after, "titles_list")["parameters"].append({"in": "query", "name": "why", "schema": {"type": "string"}})
    operation(after, "figures_list").pop("security")
    assert breaks(before, after) == []
