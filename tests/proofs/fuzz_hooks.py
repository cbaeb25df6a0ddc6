"""Loaded by schemathesis: keeps which operation was answered how, and makes right questions of what only the portal hands out.

Nobody can make up a cursor, the identifier of a thing that is there, its ETag, or whose tax code is known; and a key of one
write is not the key of another. Where a call is meant to be a right one, these are put right; that others are refused is asked
by the suite.
"""

import json
import os
import random
import urllib.request
from pathlib import Path
from uuid import uuid4

import schemathesis

KNOWN = json.loads(Path(os.environ["FUZZ_KNOWN"]).read_text())
NAMED = {
    "enterprise": ("enterprises", "id"),
    "tax_code": ("enterprises", "tax_code"),
    "procedure": ("procedures", "code"),
}
CHOICE = random.Random(20261129)


@schemathesis.hook
def before_call(context, case, kwargs):
    if not case.meta.generation.mode.is_positive:
        return
    if case.query:
        case.query.pop("cursor", None)
    resource = case.operation.definition.raw["tags"][0]
    if case.path_parameters and KNOWN.get(resource):
        case.path_parameters["public_id"] = CHOICE.choice(KNOWN[resource])["id"]
    if "Idempotency-Key" in (case.headers or {}):
        case.headers["Idempotency-Key"] = str(uuid4())
        put_right(case.body)
    if "If-Match" in (case.headers or {}):
        case.headers["If-Match"] = state_of(resource, case) or case.headers["If-Match"]


def put_right(body):
    """What the body and its rows name is there."""
    if not isinstance(body, dict):
        return
    for row in (body, body.get("dossier"), *(body.get("rows") or ())):
        if not isinstance(row, dict):
            continue
        for field, (resource, name) in NAMED.items():
            if isinstance(row.get(field), str) and KNOWN.get(resource):
                row[field] = CHOICE.choice(KNOWN[resource])[name]


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
