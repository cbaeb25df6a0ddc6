"""The examples in the description are what the portal answers; each operation and each error has one."""

import json
import os
from datetime import timedelta

import pytest
import time_machine
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from exchange.examples import ERRORS, FOLDER, errors, examples
from tests.exchange import things
from tests.exchange.examples import World, all_examples, all_refusals
from tests.exchange.test_description import description  # noqa: F401 - a fixture

WRITE = "WRITE_EXAMPLES=1 .venv/bin/python -m pytest tests/exchange/test_examples.py"
HOW = f"Say in tests/exchange/examples.py how it is called, then: {WRITE}"


def written(value):
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=False) + "\n"


@pytest.mark.django_db
def test_examples_are_what_is_answered(description, monkeypatch):  # noqa: F811
    with time_machine.travel(things.NOW + timedelta(days=1), tick=False):
        world = World(monkeypatch)
        found, wrong = all_examples(world, description)
        files = {FOLDER / f"{tag}.json": written(of_tag) for tag, of_tag in found.items()}
        files[ERRORS] = written(all_refusals(world))
    assert not wrong, "\n".join([*wrong, HOW])
    if "WRITE_EXAMPLES" in os.environ:
        for path in FOLDER.glob("*.json"):
            path.unlink()
        for path, text in files.items():
            path.write_text(text)
    kept = {path: path.read_text() for path in FOLDER.glob("*.json")}
    differing = sorted(path.name for path in files.keys() | kept.keys() if files.get(path) != kept.get(path))
    assert differing == [], f"These are answered otherwise by now; if that is meant: {WRITE}"


def test_the_description_is_valid(description):  # noqa: F811
    OpenAPIV31SpecValidator(description).validate()


def schema_of(description, part):  # noqa: F811
    content = part["content"].get("application/json") or next(iter(part["content"].values()))
    return Draft202012Validator({**content["schema"], "components": description["components"]}), content


def test_every_operation_shows_an_example_of_request_and_answer_as_it_describes_them(description):  # noqa: F811
    for operations in description["paths"].values():
        for operation in operations.values():
            name = operation["operationId"]
            assert name in examples(), f"{name} has no example. {HOW}"
            answer = operation["responses"][str(examples()[name]["status"])]
            schema, content = schema_of(description, answer)
            schema.validate(content["example"])
            assert operation["x-codeSamples"][0]["source"].startswith("curl ")
            for kind, content in operation.get("requestBody", {}).get("content", {}).items():
                schema, content = schema_of(description, {"content": {kind: content}})
                schema.validate(content["example"])


def test_every_error_that_is_described_has_an_example_in_both_languages(description):  # noqa: F811
    shown = description["components"]["examples"]
    for operations in description["paths"].values():
        for operation in operations.values():
            for status in operation["responses"]:
                if status < "400":
                    continue
                assert status in errors(), f"{status} has no example. Say in REFUSED when it comes. {HOW}"
                schema, content = schema_of(description, operation["responses"][status])
                for language in ("vi", "en"):
                    assert content["examples"][language] == {"$ref": f"#/components/examples/error_{status}_{language}"}
                    schema.validate(shown[f"error_{status}_{language}"]["value"])
