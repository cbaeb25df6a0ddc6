"""Vietnamese for every sentence: what the code and templates say, what `locale/vi/*.po` answer, one compiled catalogue.

Messages are English in the code; the pages are Vietnamese first. Each room keeps `locale/vi/<room>.po`, where it is split
also `<room>_<noun>.po`; `vendor.po` holds what the libraries we show never translated, or translated badly. All of them
are merged into one `django.mo`, without the gettext programs.
"""

import ast
import gettext
import io
import os
import re
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from django.apps import apps
from django.conf import settings
from django.template.base import Lexer, TokenType
from django.utils.text import smart_split, unescape_string_literal
from django.utils.translation import trans_real, trim_whitespace

# Which arguments are (context, message, plural) in each function.
FUNCTIONS = {
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
# Libraries whose sentences reach our pages, and the folders in them that do not.
LIBRARIES = {
    "allauth": ("socialaccount", "usersessions", "headless", "idp", "openid", "tests", "locale", "phone"),
    "django_filters": ("rest_framework", "locale", "conf"),
    "django_tables2": ("locale",),
    "rest_framework": (
        *("locale", "templates", "templatetags", "management", "authtoken", "schemas", "utils"),
        *("authentication.py", "checks.py", "filters.py", "pagination.py", "permissions.py", "relations.py"),
        *("renderers.py", "settings.py", "test.py", "throttling.py", "validators.py", "versioning.py", "views.py"),
    ),
}
VENDOR = "vendor.po"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd%]|\{(\w*)\}")


@dataclass(frozen=True)
class Message:
    """A sentence as the code says it."""

    text: str
    plural: str = ""
    context: str = ""

    @property
    def key(self):
        return (self.context, self.text)


@dataclass
class Found:
    """Messages with the places that say them, and sentences no tool can find."""

    places: dict = field(default_factory=dict)
    plurals: dict = field(default_factory=dict)
    problems: list = field(default_factory=list)

    def add(self, message, place):
        self.places.setdefault(message.key, []).append(place)
        if message.plural:
            self.plurals[message.key] = message.plural


def python_messages(source, place, found):
    """Messages of a Python file: calls of Django's translation functions under whatever name they were imported."""
    tree = ast.parse(source)
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            names.update({alias.asname or alias.name: alias.name for alias in node.names if alias.name in FUNCTIONS})
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name):
            name = names.get(node.func.id)
        elif isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            name = node.func.attr if node.func.value.id in ("translation", "i18n") else None
        else:
            name = None
        if name not in FUNCTIONS:
            continue
        parts = []
        for position in FUNCTIONS[name]:
            argument = node.args[position] if position is not None and position < len(node.args) else None
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                parts.append(argument.value)
            elif isinstance(argument, ast.JoinedStr):
                found.problems.append(f"{place}:{node.lineno}: a sentence with braces filled in cannot be translated")
                parts.append(None)
            else:
                parts.append("")
        context, text, plural = parts
        if text and context is not None:
            found.add(Message(text, plural or "", context or ""), f"{place}:{node.lineno}")


def template_messages(source, place, found):
    """Messages of a template: {% translate %}, {% blocktranslate %} with its plural and context, and _("…")."""
    block = None
    for token in Lexer(source).tokenize():
        where = f"{place}:{token.lineno}"
        words = list(smart_split(token.contents)) if token.token_type == TokenType.BLOCK else []
        if block is not None:
            if token.token_type == TokenType.TEXT:
                block["parts"][-1].append(token.contents.replace("%", "%%"))
            elif token.token_type == TokenType.VAR:
                block["parts"][-1].append(f"%({token.contents.split('|')[0].strip()})s")
            elif words and words[0] == "plural":
                block["parts"].append([])
            elif words and words[0] in ("endblocktranslate", "endblocktrans"):
                texts = ["".join(part) for part in block["parts"]]
                if block["trimmed"]:
                    texts = [trim_whitespace(text) for text in texts]
                found.add(Message(texts[0], texts[1] if len(texts) > 1 else "", block["context"]), block["where"])
                block = None
            continue
        if words and words[0] in ("blocktranslate", "blocktrans"):
            block = {"parts": [[]], "trimmed": "trimmed" in words, "context": _after("context", words), "where": where}
        elif words and words[0] in ("translate", "trans"):
            text = _literal(words[1].split("|")[0])
            if text:
                found.add(Message(text.replace("%", "%%"), "", _after("context", words)), where)
        elif token.token_type in (TokenType.BLOCK, TokenType.VAR):
            for quoted in re.findall(r"""_\(("[^"]*"|'[^']*')\)""", token.contents):
                found.add(Message(_literal(quoted).replace("%", "%%")), where)


def _literal(word):
    return unescape_string_literal(word) if word[:1] in "\"'" and word[-1:] == word[:1] and len(word) > 1 else ""


def _after(name, words):
    return _literal(words[words.index(name) + 1]) if name in words else ""


def messages_of_the_house(rooms=None):
    """What our rooms and templates say."""
    root = Path(settings.BASE_DIR)
    found = Found()
    for room in (*settings.ROOMS, "config"):
        if rooms and room not in rooms:
            continue
        for path in sorted((root / room).rglob("*.py")):
            if "migrations" not in path.parts:
                python_messages(path.read_text(encoding="utf-8"), path.relative_to(root), found)
    for path in sorted((root / "templates").rglob("*.*")):
        parts = path.relative_to(root / "templates").parts
        folder = parts[0] if len(parts) > 1 else "screens"
        if path.suffix in (".html", ".txt") and (not rooms or folder in rooms):
            template_messages(path.read_text(encoding="utf-8"), path.relative_to(root), found)
    return found


def messages_of_libraries(*, also_replaced=False):
    """What the libraries we show say, without what our own templates replace (unless asked for)."""
    ours = Path(settings.BASE_DIR) / "templates"
    found = Found()
    for name, left_out in LIBRARIES.items():
        home = Path(find_spec(name).origin).parent
        for path in sorted(home.rglob("*.*")):
            inside = path.relative_to(home)
            if set(inside.parts) & set(left_out) or path.suffix not in (".py", ".html", ".txt"):
                continue
            if path.suffix == ".py":
                python_messages(path.read_text(encoding="utf-8"), f"{name}/{inside}", found)
            elif inside.parts[0] == "templates" and (
                also_replaced or not (ours / inside.relative_to("templates")).exists()
            ):
                template_messages(path.read_text(encoding="utf-8"), f"{name}/{inside}", found)
    return found


def folder():
    return Path(settings.BASE_DIR) / "locale" / "vi"


def catalogues():
    """{file name: catalogue} of every .po file; the libraries' comes last, because the first to translate a message wins."""
    paths = sorted(folder().glob("*.po"), key=lambda path: (path.name == VENDOR, path.name))
    return {path.name: read_po(io.BytesIO(path.read_bytes()), locale="vi") for path in paths}


def entries_of(catalogue):
    """{(context, text): message} of a catalogue without its heading."""
    return {(message.context or "", _first(message.id)): message for message in catalogue if message.id}


def _first(text):
    return text[0] if isinstance(text, (list, tuple)) else text


def django_catalogue():
    """Keys that the Vietnamese of Django and of its applications in use answers."""
    places = [Path(find_spec("django").origin).parent / "conf"]
    places += [Path(app.path) for app in apps.get_app_configs() if app.name.startswith("django.")]
    known = set()
    for place in places:
        path = place / "locale/vi/LC_MESSAGES/django.mo"
        if path.exists():
            with path.open("rb") as file:
                known |= {key for key, message in entries_of(read_mo(file)).items() if message.string}
    return known


def django_sentences():
    """Keys of what Django itself says: `vendor.po` may say it better than Django's own Vietnamese."""
    path = Path(find_spec("django").origin).parent / "conf/locale/en/LC_MESSAGES/django.po"
    return set(entries_of(read_po(io.BytesIO(path.read_bytes()), locale="en")))


def missing(rooms=None):
    """[(context, text), …] → places: what is said and has no Vietnamese."""
    answered = set(django_catalogue())
    for catalogue in catalogues().values():
        answered |= {key for key, message in entries_of(catalogue).items() if _first(message.string)}
    found = messages_of_the_house(rooms)
    if not rooms:
        for key, places in messages_of_libraries().places.items():
            found.places.setdefault(key, []).extend(places)
    return {key: places for key, places in found.places.items() if key not in answered}


def check(rooms=None):
    """Sentences saying what is wrong with the catalogues; nothing when all is well."""
    problems = list(messages_of_the_house(rooms).problems)
    problems += [f"{places[0]}: no Vietnamese for {_shown(key)}" for key, places in sorted(missing(rooms).items())]
    said = set(messages_of_the_house().places) | set(messages_of_libraries(also_replaced=True).places)
    said |= django_sentences()
    texts = {}
    for name, catalogue in catalogues().items():
        mine = not rooms or name.removesuffix(".po").partition("_")[0] in rooms
        for key, message in entries_of(catalogue).items():
            strings = message.string if isinstance(message.string, (list, tuple)) else [message.string]
            if mine:
                problems += _wrong_with(name, key, message, strings)
                if key not in said:
                    problems.append(f"{name}: nobody says {_shown(key)} any more")
            other = texts.setdefault(key, (name, tuple(strings))) if name != VENDOR else ("", tuple(strings))
            if mine and other[1] != tuple(strings):
                problems.append(f"{name}: {_shown(key)} is translated otherwise in {other[0]}")
    return problems


def _wrong_with(name, key, message, strings):
    if message.fuzzy:
        yield f"{name}: {_shown(key)} is marked as uncertain"
    if not all(strings):
        yield f"{name}: {_shown(key)} is empty"
    wanted = _placeholders(message.id[-1] if isinstance(message.id, (list, tuple)) else message.id)
    for string in filter(None, strings):
        if _placeholders(string) != wanted:
            yield f"{name}: {_shown(key)} and its Vietnamese have different placeholders"


def _placeholders(text):
    return Counter(match.group(0) for match in PLACEHOLDER.finditer(text) if match.group(0) != "{}")


def _shown(key):
    context, text = key
    return f"“{text}”" + (f" ({context})" if context else "")


def compiled():
    return folder() / "LC_MESSAGES" / "django.mo"


def is_stale():
    sources = [path.stat().st_mtime_ns for path in (folder(), *folder().glob("*.po")) if path.exists()]
    target = compiled()
    return bool(sources) and (not target.exists() or target.stat().st_mtime_ns < max(sources))


def compile_catalogue():
    """Merge every .po file into the catalogue Django reads; others see the old file or the new one, never half of it."""
    merged = Catalog(locale="vi")
    for catalogue in catalogues().values():
        for message in catalogue:
            if message.id and _first(message.string) and not message.fuzzy:
                merged.add(message.id, message.string, context=message.context)
    target = compiled()
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
    with os.fdopen(handle, "wb") as file:
        write_mo(file, merged)
    Path(name).chmod(0o644)
    Path(name).replace(target)
    return len(merged)


def compile_if_stale():
    """A fresh clone shows Vietnamese at its first start; a tree that may not be written keeps what it was given."""
    if is_stale():
        try:
            compile_catalogue()
        except OSError:
            if not compiled().exists():
                raise
        else:
            _forget_loaded()


def _forget_loaded():
    """What was translated while the portal loaded came from the old catalogue: Django's autoreloader forgets it likewise."""
    gettext._translations = {}
    trans_real._translations = {}
    trans_real._default = None
