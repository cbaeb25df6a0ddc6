"""What the description promises is what the API answers."""

import json
import re
import shlex
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from enterprises.models.figures import MEASURES
from exchange import views
from exchange.catalogue import TYPES
from exchange.examples import examples
from exchange.resources import resources
from tests.exchange.calling import System
from tests.factories import make_enterprise, make_figures
from tests.house import HOUSE

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def description():
    return json.loads(Client().get("/api/v1/openapi.json").content)


def answer_of(description, path):
    schema = description["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    return Draft202012Validator({**schema, "components": description["components"]})


def test_the_description_is_open_to_all_and_names_every_operation(description):
    assert description["openapi"].startswith("3.1")
    operations = {one["operationId"] for each in description["paths"].values() for one in each.values()}
    assert {f"{name}_list" for name in resources()} <= operations
    assert {f"{name}_{write.name}" for name, each in resources().items() for write in each.writes} <= operations


def test_the_guide_names_what_has_no_changes_and_no_events():
    guide = (HOUSE / "docs" / "api.md").read_text()
    without = sorted(name for name, each in resources().items() if not each.changes)
    assert f"{' and '.join(f'`{name}`' for name in without)} have no `changes` and no events" in guide
    assert set(without).isdisjoint(each.resource_name for each in TYPES)


def test_the_description_is_written_once_for_each_language_and_not_sent_twice():
    first, english = (
        Client().get("/api/v1/openapi.json", headers={"accept-language": language}) for language in ("vi", "en")
    )
    assert first.content != english.content
    before = views._described.cache_info().misses
    again = Client().get("/api/v1/openapi.json", headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, views._described.cache_info().misses) == (304, before)
    assert "Accept-Language" in again.headers["Vary"]


def test_the_examples_of_sending_figures_are_whole_declarations():
    bodies = [
        examples()["sent_figures_create"]["request"]["body"],
        *examples()["sent_figures_bulk"]["request"]["body"]["rows"],
    ]
    assert all(set(MEASURES) <= body.keys() for body in bodies)
    guide = (HOUSE / "docs" / "api.md").read_text()
    (sent,) = re.findall(r"figures.json <<JSON\n(.*?)\nJSON", guide, re.DOTALL)
    assert set(MEASURES) <= json.loads(sent).keys()


def test_the_description_has_no_parameters():
    answer = Client().get("/api/v1/openapi.json?foo=1&format=xml", headers={"accept-language": "en"})
    assert answer.status_code == 400 and answer.json()["type"] == "validation_error"
    assert [(each["code"], each["attr"]) for each in answer.json()["errors"]] == [
        ("invalid", "foo"),
        ("invalid", "format"),
    ]


def test_the_description_is_right_however_many_ask_for_it_first():
    whole = views.described("vi")
    views._described.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(views.described, ["vi"] * 8)) == {whole}


def test_every_shell_sample_sends_what_its_example_says(description):
    seen = 0
    for operations in description["paths"].values():
        for operation in operations.values():
            for sample in operation.get("x-codeSamples", ()):
                words = shlex.split(sample["source"])
                sent = dict(words[place + 1].split(": ", 1) for place, word in enumerate(words) if word == "-H")
                for name, value in examples()[operation["operationId"]]["request"]["headers"].items():
                    assert sent[name] == value, operation["operationId"]
                    seen += name == "If-Match"
    assert seen >= 4


def description_in(language):
    return json.loads(Client().get("/api/v1/openapi.json", headers={"accept-language": language}).content)


def lines_said(part):
    """Every line of what a part of the description says to its readers, with what each choice means; no examples, no code."""
    for key, value in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
        if key == "scopes":
            yield from value.values()
        elif key in ("description", "summary", "title") and isinstance(value, str):
            yield from (re.sub(r"^\* `.*?` - ", "", line) for line in value.splitlines())
        elif key not in ("example", "examples"):
            yield from lines_said(value)


def test_the_description_says_all_in_the_language_that_was_asked_for():
    vietnamese, english = (set(lines_said(description_in(language))) for language in ("vi", "en"))
    assert vietnamese & english == {"", "%", "đồng", "Top 10", "VSIC 2018", "VSIC 2025"}
    assert min(len(vietnamese), len(english)) > 500


def test_every_row_and_body_says_what_it_is(description):
    unsaid = [
        name
        for name, schema in description["components"]["schemas"].items()
        if name.endswith(("Row", "BodyRequest", "Refusal")) and not schema.get("description")
    ]
    said = [one["description"] for each in description["paths"].values() for one in each.values()]
    assert unsaid == [] and all(said) and not any("\n " in each for each in said)


def parameters_said(language):
    """{(operation, parameter): what is said of it}"""
    operations = (one for each in description_in(language)["paths"].values() for one in each.values())
    return {
        (one["operationId"], parameter["name"]): parameter.get("description", "")
        for one in operations
        for parameter in one.get("parameters", ())
    }


def test_every_parameter_is_described_in_both_languages():
    vietnamese, english = parameters_said("vi"), parameters_said("en")
    assert vietnamese.keys() == english.keys() and ("enterprises_one", "public_id") in english
    assert [name for name, said in english.items() if not said] == []
    assert [name for name, said in vietnamese.items() if said == english[name]] == []


def refusals_said(language):
    """{(status, what is said of it)} of all answers but those that gave what was asked for."""
    document = description_in(language)
    operations = (one for each in document["paths"].values() for one in each.values())
    said = {
        (status, answer.get("description", ""))
        for one in operations
        for status, answer in one["responses"].items()
        if status not in ("200", "201")
    }
    return said | {("shape", document["components"]["schemas"]["Refusal"]["description"])}


def test_every_refusal_is_described_in_both_languages():
    vietnamese, english = refusals_said("vi"), refusals_said("en")
    assert len(vietnamese) == len(english) == len({status for status, _said in english}) and not vietnamese & english
    assert all(said for _status, said in vietnamese | english)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_each_expandable_field_says_which_right_it_needs(language):
    document = description_in(language)
    for each in resources().values():
        for field, right in each.row.expandable.items():
            said = document["components"]["schemas"][each.row.__name__]["properties"][field]["description"]
            kinds = ("list", "one", "stream", "changes")
            parameters = [parameters_said(language)[f"{each.name}_{kind}", "expand"] for kind in kinds]
            assert all(f"`{right}`" in text and f"`{field}`" in text for text in [said, *parameters]), field


def test_answers_are_as_described(description):
    enterprise, system = make_enterprise(), System("enterprises:read", "figures:read")
    make_figures(enterprise, 2024)
    for path in ("enterprises", "enterprises/changes"):
        for asked in ("", "?fields=name", "?expand=latest_figures", "?limit=1"):
            answer_of(description, f"/api/v1/{path}").validate(system.read(path + asked))
    one = answer_of(description, "/api/v1/enterprises/{public_id}")
    one.validate(system.read(f"enterprises/{enterprise.public_id}?expand=latest_figures"))


@pytest.mark.parametrize("asked", ["limit=0", "colour=red"])
def test_refusals_are_as_described(description, asked):
    schema = {"$ref": "#/components/schemas/Refusal", "components": description["components"]}
    Draft202012Validator(schema).validate(System().get(f"enterprises?{asked}").json())


def test_every_parameter_of_the_description_is_taken(description):
    system = System()
    for path, operations in description["paths"].items():
        if "{" in path or not path.startswith("/api/v1/enterprises"):
            continue
        for parameter in operations["get"]["parameters"]:
            assert system.get(path.removeprefix("/api/v1/") + f"?{parameter['name']}=").status_code == 400


def test_bodies_and_their_rows_say_that_they_take_no_other_field(description):
    schemas = description["components"]["schemas"]
    bodies = {name for name in schemas if name.endswith(("BodyRequest", "RowsRequest"))}
    assert len(bodies) >= 8
    assert all(schemas[name]["additionalProperties"] is False for name in bodies)


def test_what_every_call_may_be_refused_for_is_described_of_every_operation(description):
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            promised = {"406", "414", "431"} | ({"411"} if method == "post" else set())
            assert promised <= set(operation["responses"]), f"{method} {path}"
    assert " 405 (" in description["info"]["description"]


@pytest.mark.parametrize("accepted", ["application/json", "*/*", "application/*", "text/html;q=0.1, */*;q=0.01"])
def test_whoever_takes_json_is_answered(accepted):
    assert System("enterprises:read").get("enterprises", accept=accepted).status_code == 200


def test_a_kind_that_is_not_given_is_a_406_in_the_one_shape_and_a_stream_may_be_asked_for_by_its_kind():
    system = System("enterprises:read")
    refused = system.get("enterprises", accept="text/csv")
    assert refused.status_code == 406 and refused.json()["errors"][0]["code"] == "not_acceptable"
    for accepted in ("application/x-ndjson", "*/*", "application/json"):
        assert system.get("enterprises/stream", accept=accepted).status_code == 200
