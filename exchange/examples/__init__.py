"""Examples in the description: of every operation a request with its answer, of every error one in each language.

They are answers of the portal itself: tests/exchange/test_examples.py asks for them, writes the files beside this one and
fails where they differ from what is answered.
"""

import json
import shlex
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

FOLDER = Path(__file__).parent
ERRORS = FOLDER / "errors.json"


@cache
def examples():
    """{operation: {"request": {"method", "path", "query", "headers", "body"}, "status", "answer"}}"""
    found = {}
    for path in FOLDER.glob("*.json"):
        found |= json.loads(path.read_text()) if path != ERRORS else {}
    return found


@cache
def errors():
    """{status: {language: answer}}"""
    return json.loads(ERRORS.read_text())


def curl(request, *, is_open):
    """The request as a command; PORTAL and TOKEN are those of the guide."""
    address = f"$PORTAL{request['path']}"
    if request["query"]:
        address += f"?{urlencode(request['query'], safe=',')}"
    headers = {} if is_open else {"Authorization": "Bearer $TOKEN"}
    headers |= request["headers"] | ({"Content-Type": "application/json"} if request["body"] is not None else {})
    parts = [f'curl -sS "{address}"' if request["method"] == "GET" else f'curl -sS -X {request["method"]} "{address}"']
    for name, value in headers.items():
        # Only what names a variable of the shell stands in double quotes.
        parts.append(f'-H "{name}: {value}"' if "$" in value else f"-H {shlex.quote(f'{name}: {value}')}")
    if request["body"] is not None:
        parts.append(f"-d {shlex.quote(json.dumps(request['body'], ensure_ascii=False))}")
    return " \\\n  ".join(parts)


def _show(operation, path, example):
    request = example["request"]
    is_open = not operation.get("security")
    operation["x-codeSamples"] = [{"lang": "Shell", "source": curl(request, is_open=is_open)}]
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        body = request["body"]
        # A form has it as its one part that is no file.
        content["example"] = body if kind == "application/json" else {content["schema"]["required"][0]: body}
    named = dict(zip(path.split("/"), request["path"].split("/"), strict=True))
    given = {"query": request["query"], "header": request["headers"]}
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            parameter["example"] = named[f"{{{parameter['name']}}}"]
        elif parameter["name"] in given[parameter["in"]]:
            parameter["example"] = given[parameter["in"]][parameter["name"]]
    for content in operation["responses"][str(example["status"])].get("content", {}).values():
        content["example"] = example["answer"]


def add_examples(result, generator, request, public):
    """For the generator of the description, last of its hooks."""
    shown = {}
    for path, operations in result["paths"].items():
        for operation in operations.values():
            if operation["operationId"] in examples():
                _show(operation, path, examples()[operation["operationId"]])
            for status, answer in operation["responses"].items():
                for content in answer.get("content", {}).values() if status in errors() else ():
                    for language, body in errors()[status].items():
                        name = f"error_{status}_{language}"
                        shown[name] = {"value": body}
                        content.setdefault("examples", {})[language] = {"$ref": f"#/components/examples/{name}"}
    result["components"]["examples"] = dict(sorted(shown.items()))
    return result
