"""Loaded by schemathesis: keeps which operation was answered how, and makes right questions of what only the portal hands out.

Nobody can make up a cursor, the identifier of a thing that is there, its ETag, or whose tax code is known; and a key of one
write is not the key of another. Where a call is meant to be a right one, these are put right; that others are refused is asked
by the suite.
"""

import json
import os
import random
import urllib.request
from datetime import date
from pathlib import Path
from uuid import uuid4

import schemathesis
from schemathesis.core import NOT_SET

from exchange.signs import is_unseen

KNOWN = json.loads(Path(os.environ["FUZZ_KNOWN"]).read_text())
NAMED = {
    "enterprise": ("enterprises", "id"),
    "tax_code": ("enterprises", "tax_code"),
    "procedure": ("procedures", "code"),
}
VALUES = {"output": "output_vnd", "exports": "exports_usd_cents", "iip": "index_hundredths_of_percent"}
ANSWERS = {
    "phone": "0912345678",
    "money": 1,
    "number": 1,
    "date": "2026-01-05",
    "past_date": "2026-01-05",
    "yes_no": "no",
}
# The description leaves the body of lodging optional: the maker of Python clients writes wrong code of one that is needed in
# two forms. Nobody means to lodge nothing; that it is refused is asked by the suite.
LODGED = {"procedure": "", "applicant_name": "Phan Thị Minh Họa", "arrived_on": "", "outside_code": "", "answers": {}}
CHOICE = random.Random(20261129)


@schemathesis.hook
def before_call(context, case, kwargs):
    if not case.meta.generation.mode.is_positive:
        return
    if case.query:
        case.query.pop("cursor", None)
    resource, thing = case.operation.definition.raw["tags"][0], {}
    if case.path_parameters and KNOWN.get(resource):
        thing = CHOICE.choice(KNOWN[resource])
        case.path_parameters["public_id"] = thing["id"]
    if "Idempotency-Key" in (case.headers or {}):
        case.headers["Idempotency-Key"] = str(uuid4())
    if case.body is NOT_SET and case.operation.definition.raw["operationId"] == "dossiers_create":
        case.body, case.media_type = LODGED | {"arrived_on": date.today().isoformat()}, "application/json"
    if isinstance(case.body, dict):
        case.body = as_written(case.body)
        for row in (case.body, case.body.get("dossier"), *(case.body.get("rows") or ())):
            if isinstance(row, dict):
                put_right(row, resource, thing)
    if "If-Match" in (case.headers or {}):
        case.headers["If-Match"] = state_of(resource, case) or case.headers["If-Match"]


def as_written(value):
    """Whole numbers without a fraction, and texts that say something in signs that are seen.

    To a schema 1.0 is a whole number too, and a blank or what is not seen a text.
    """
    if isinstance(value, dict):
        return {name: as_written(each) for name, each in value.items()}
    if isinstance(value, list):
        return [as_written(each) for each in value]
    if isinstance(value, str) and value:
        return "".join(sign for sign in value if not is_unseen(sign)).strip() or "0"
    return int(value) if isinstance(value, float) and value.is_integer() else value


def put_right(row, resource, thing):
    """What a body names is there, and its fields agree as the guide has it, which no schema can say."""
    if "tax_code" in row and "enterprise" in row:
        row.pop(CHOICE.choice(["tax_code", "enterprise"]))
    elif resource in ("sent_figures", "dossiers") and not {"enterprise", "rows", "dossier"} & row.keys():
        row["tax_code"] = row.get("tax_code", "")
    for field, (of, name) in NAMED.items():
        if isinstance(row.get(field), str) and KNOWN.get(of):
            row[field] = CHOICE.choice(KNOWN[of])[name]
    if resource == "city_statistics" and "source" in row:
        given = [row.pop(each) for each in VALUES.values() if each in row]
        if value := VALUES.get(row.get("measure") or thing.get("measure")):
            row[value] = next((each for each in given if isinstance(each, int) and each > 0), 1)
    if resource == "dossiers" and "outside_code" in row:
        row["outside_code"], row["answers"] = str(uuid4()), {}
        if "procedures" in KNOWN and CHOICE.random() < 0.5:
            form = next(each["form"] for each in KNOWN["procedures"] if each["code"] == row["procedure"])
            asked = [each for each in form if each["required"] and each["kind"] != "enterprise"]
            row["answers"] = {each["code"]: answer_to(each) for each in asked}
            row["arrived_on"] = date.today().isoformat()


def answer_to(field):
    choices = field["choices"]
    return choices[0]["code"] if choices else ANSWERS.get(field["kind"], "Thiếu mặt bằng sản xuất")


def state_of(resource, case):
    """The ETag of the thing that is written to, as whoever is allowed to read it sees it."""
    address = f"{os.environ['FUZZ_SITE']}/api/v1/{resource}/{case.path_parameters['public_id']}"
    headers = {"Authorization": f"Bearer {os.environ['FUZZ_TOKEN']}"}
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:  # noqa: S310
            return answer.headers["ETag"]
    except urllib.error.HTTPError:
        return None


@schemathesis.hook
def after_call(context, case, response):
    operation = case.operation.definition.raw
    if response.status_code == 201 and operation["operationId"].endswith("_create"):
        KNOWN.setdefault(operation["tags"][0], []).append(response.json())
    with open(os.environ["FUZZ_ANSWERS"], "a") as kept:
        kept.write(json.dumps([operation["operationId"], response.status_code]) + "\n")
