"""What must be so everywhere, read from the files themselves."""

import ast
import re
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import models
from django.db.backends.postgresql.psycopg_any import is_psycopg3
from django.forms.forms import BaseForm
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils import translation

from screens.forms import DateField
from tests import house

HOUSE = house.HOUSE
THIS = "tests/test_consistency.py"
# each was read by two people: why the text is safe, or why the request needs no token
REVIEWED = {
    "mark_safe": {"screens/charts.py"},  # drawings: numbers we made, every text escaped where it is put in
    "|safe": set(),
    "csrf_exempt": set(),
    "autoescape off": {"templates/accounts/email/base.txt"},  # letters are plain text
}


def own_text():
    """(path, text) of every file we wrote."""
    for name in house.tracked():
        if name.startswith(("static/vendor/", "requirements", "tests/browser/vendor/")) or name == THIS:
            continue
        try:
            yield name, (HOUSE / name).read_text()
        except UnicodeDecodeError:
            continue


def code():
    for name, text in own_text():
        if name.endswith(".py") and not name.startswith(("tests/", "bench/")):
            yield name, text


def lines_with(pattern, files):
    """ "path:line" of each match."""
    return [
        f"{name}:{text.count(chr(10), 0, found.start()) + 1} {found.group(0).strip()}"
        for name, text in files
        for found in re.finditer(pattern, text)
    ]


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_the_postgresql_driver_is_psycopg2():
    assert not is_psycopg3


def test_every_template_that_is_named_exists():
    missing = []
    for path, _room, text in house.templates():
        for named in house.INCLUDE.findall(text):
            try:
                get_template(named)
            except TemplateDoesNotExist:
                missing.append(f"{path} names {named}")
    assert missing == []


def test_every_template_compiles():
    for path, _room, _text in house.templates():
        if path.endswith((".html", ".txt")):
            get_template(path.removeprefix("templates/"))


IMPLICIT = {"400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html"}


def test_every_template_is_used():
    folders = [
        Path(config.path) / "templates" for config in apps.get_app_configs() if config.name not in settings.ROOMS
    ]
    said = "\n".join(text for name, text in own_text() if name.endswith((".py", ".html", ".txt")))
    unused = []
    for path, _room, _text in house.templates():
        name = path.removeprefix("templates/")
        overrides = any((folder / name).exists() for folder in folders)
        if not (overrides or name in IMPLICIT or f'"{name}"' in said or f"'{name}'" in said):
            unused.append(name)
    assert unused == []


INLINE = re.compile(
    r"""\sstyle\s*=|\son[a-z]+\s*=\s*["']|<style\b|javascript:|<script(?![^>]*\bsrc\s*=)(?![^>]*application/json)[^>]*>""",
    re.IGNORECASE,
)


def test_no_page_has_style_or_script_inside():
    files = [(path, text) for path, _room, text in house.templates() if path.endswith(".html")]
    assert lines_with(INLINE, files) == []


def test_no_page_asks_another_server():
    files = [(path, text) for path, _room, text in house.templates() if path.endswith(".html")]
    assert lines_with(r"""(?:src|href|action|srcset)\s*=\s*["'](?:https?:)?//[^"']*""", files) == []


ASKS_FOR_SIZE = (
    r"matchMedia|ResizeObserver|IntersectionObserver|[\"'.]resize\b|srcset|<picture\b|loading\s*=\s*[\"']?lazy"
    r"|hx-trigger\s*=\s*[\"'][^\"']*\b(?:revealed|intersect|resize)"
    r"|\b(?:inner|outer|client|offset|scroll)(?:Width|Height)\b|getBoundingClientRect|\bscreen\.\w*(?:width|height)"
)


def test_only_the_style_sheet_knows_how_wide_the_screen_is():
    """So a page that becomes narrow looks as if it was loaded so; tests/browser/test_pages.py relies on it."""
    files = [(path, text) for path, _room, text in house.templates() if path.endswith(".html")]
    files += [(name, (house.HOUSE / name).read_text()) for name in house.tracked() if name.startswith("static/js/")]
    assert lines_with(ASKS_FOR_SIZE, files) == []


@pytest.mark.parametrize("risky", sorted(REVIEWED))
def test_what_could_let_text_through_unescaped_is_reviewed(risky):
    pattern = re.escape(risky).replace(r"\|", r"\|\s*") + r"\b"
    found = {where.partition(":")[0] for where in lines_with(pattern, own_text()) if not where.startswith("tests/")}
    assert found == REVIEWED[risky]


DAY_WITHOUT_YEAR = {"DefinitionForm.who_on"}  # 31/12 of each year


def test_days_are_asked_with_the_field_for_days():
    import_module(settings.ROOT_URLCONF).urlpatterns  # noqa: B018 - loads every form that a page shows
    wrong, kinds = [], [BaseForm]
    with translation.override("vi"):
        while kinds:
            kind = kinds.pop()
            kinds += kind.__subclasses__()
            for name, field in getattr(kind, "base_fields", {}).items():
                asked = f"{kind.__name__}.{name}"
                ours = kind.__module__.split(".")[0] in settings.ROOMS and asked not in DAY_WITHOUT_YEAR
                if ours and str(field.label or "").startswith("Ngày ") and not isinstance(field, DateField):
                    wrong.append(asked)
    assert wrong == []


def test_row_locks_name_the_rows_they_lock():
    bare = []
    for name, text in code():
        for node in ast.walk(ast.parse(text)):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "attr", "") == "select_for_update"
                and "of" not in {keyword.arg for keyword in node.keywords}
            ):
                bare.append(f"{name}:{node.lineno}")
    assert bare == []


def test_no_column_holds_a_float():
    floats = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, models.FloatField) and model._meta.app_label in settings.ROOMS
    ]
    assert floats == []


def test_money_is_whole_and_64_bits_wide():
    narrow = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.local_fields
        if field.name.endswith(("_vnd", "_usd_cents")) and not isinstance(field, models.BigIntegerField)
    ]
    assert narrow == []


def test_no_test_is_skipped():
    marks = r"pytest\.(?:mark\.)?(?:skip|xfail|importorskip)\w*|unittest\.skip\w*"
    assert lines_with(marks, [(name, text) for name, text in own_text() if name.startswith("tests/")]) == []


def test_nothing_is_left_to_be_done_later():
    assert lines_with(r"\b(?:TODO|FIXME|XXX)\b", code()) == []


def test_no_file_names_where_packages_come_from_or_where_we_work():
    everything = [
        (name, (HOUSE / name).read_bytes().decode(errors="replace")) for name in house.tracked() if name != THIS
    ]
    hosts = r"pypi\.org|pythonhosted|npmjs\.(?:org|com)|deb\.debian\.org|--(?:extra-)?index-url|find-links"
    assert lines_with(hosts, everything) == []
    assert lines_with(r"(?<![\w.])/work/", everything) == []


def test_names_of_tests_are_not_shadowed():
    twice = []
    for name, text in own_text():
        if name.startswith("tests/") and name.endswith(".py"):
            names = Counter(n.name for n in ast.parse(text).body if isinstance(n, ast.FunctionDef))
            twice += [f"{name} {test}" for test, count in names.items() if count > 1]
    assert twice == []


def test_settings_are_read_in_one_place_only():
    readers = {name for name, text in code() if "os.environ" in text}
    assert readers <= {
        "manage.py",
        "config/environment.py",
        "config/celery.py",
        "config/wsgi.py",
        "config/gunicorn.py",
        "config/install.py",
        "config/supervisor.py",
    }


def test_every_setting_that_is_read_from_the_environment_is_told_to_operators():
    read = set()
    for name in ("config/settings.py", "config/gunicorn.py"):
        read |= set(re.findall(r"\b(?:env\.\w+|environ\.get)\(\s*[\"'](\w+)[\"']", (HOUSE / name).read_text()))
    told = set()
    for line in (HOUSE / "docs/operate.md").read_text().splitlines():
        if line.startswith("| `"):
            told |= set(re.findall(r"`(\w+)`", line.split("|")[1]))
    assert {"SECRET_KEY", "DATABASE_URL", "CLAMD", "SERVE_UNSCANNED", "EVENTS_PORTS", "WEB_WORKERS"} <= read
    assert read - told == set()
    assert told - read == set()
