"""Reads the house: which room mentions which, in code, in models and in templates."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

from django.conf import settings

HOUSE = Path(__file__).resolve().parent.parent
ORDER = ["config", *settings.ROOMS]
# wiring looks up from config to the rooms; what else is in config does not
WIRING = {f"config/{name}.py" for name in ("urls", "settings", "wsgi", "celery", "gunicorn")}


@cache
def tracked():
    """Every file that git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [name for name in listed.splitlines() if (HOUSE / name).is_file()]


def code_of_rooms():
    """(path, room, text) of every Python file of the rooms and of config."""
    for name in tracked():
        room = name.partition("/")[0]
        if room in ORDER and name.endswith(".py"):
            yield name, room, (HOUSE / name).read_text()


# Pages of the sign-in library that we write ourselves.
FOLDER_OF = {"account": "accounts", "mfa": "accounts"}


def templates():
    """(path, room or "", text) of every template; the base belongs to screens."""
    for name in tracked():
        if name.startswith("templates/") and name.endswith((".html", ".txt", ".typ")):
            room = FOLDER_OF.get(name.split("/")[1], name.split("/")[1])
            yield name, room if room in ORDER else "screens", (HOUSE / name).read_text()


def rooms_named(tree):
    """(line, room) of everything in the code that names another room: imports, string relations, get_model."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module.partition(".")[0]
        elif isinstance(node, ast.Call):
            yield from _named_by_call(node)


RELATIONS = {"ForeignKey", "OneToOneField", "ManyToManyField", "get_model", "get_app_config", "import_module"}
MODEL = re.compile(r"^([a-z_]+)(\.[A-Za-z_.]+)?$")


def _named_by_call(node):
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called not in RELATIONS:
        return
    given = [*node.args[:2], *(k.value for k in node.keywords if k.arg in ("to", "app_label", "through", "name"))]
    for argument in given:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            found = MODEL.match(argument.value)
            if found:
                yield node.lineno, found.group(1)


def libraries():
    """{template tag library: room that owns it}"""
    return {
        Path(name).stem: name.partition("/")[0]
        for name in tracked()
        if "/templatetags/" in name and name.endswith(".py") and not name.endswith("__init__.py")
    }


LOAD = re.compile(r"{%\s*load\s+([^%]+?)\s*%}")
INCLUDE = re.compile(r"{%\s*(?:include|extends)\s+[\"']([^\"']+)[\"']")
URL = re.compile(r"{%\s*url\s+[\"']([a-z_]+):")


def libraries_loaded(text):
    for found in LOAD.findall(text):
        words = found.split()
        yield from words[words.index("from") + 1 :] if "from" in words else words


def is_above(other, room):
    """True when `room` may not mention `other`."""
    return other in ORDER and ORDER.index(other) > ORDER.index(room)
