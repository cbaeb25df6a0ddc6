import hashlib
import json
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
FOLDERS = (ROOT / "static/vendor", ROOT / "tests/browser/vendor")
PACKAGES = [(place, package) for place in FOLDERS for package in json.loads((place / "manifest.json").read_text())]


@pytest.mark.parametrize(
    ("place", "package"), PACKAGES, ids=lambda value: value.get("name", "") if isinstance(value, dict) else ""
)
def test_vendored_files_are_those_of_the_manifest(place, package):
    folder = place / package["folder"]
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.is_file() and path.name != "manifest.json"
    }
    assert found == package["sha256"]
    assert any(name.startswith("LICENSE") for name in found)
    assert package["licence"] and package["version"]


def test_nothing_is_loaded_from_the_network():
    loaded = re.compile(r"""(?:src=|url\(|@import|<link[^>]*href=)\s*["']?(?:https?:)?//""")
    ours = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("static/css/*.css"), *ROOT.glob("static/js/*.js")]
    assert ours
    assert [path.name for path in ours if loaded.search(path.read_text())] == []


def test_fonts_named_in_the_style_sheet_are_there():
    css = ROOT / "static/css/portal.css"
    named = re.findall(r"url\(([^)]+)\)", css.read_text())
    assert named
    assert [name for name in named if not (css.parent / name).is_file()] == []


INLINE = re.compile(
    r"""\sstyle\s*=|<style\b|\son[a-z]+\s*=\s*["']|javascript:|hx-on|<script(?![^>]*\bsrc=)""", re.IGNORECASE
)


def test_no_template_carries_inline_style_or_script():
    wrong = [
        f"{path.relative_to(ROOT)}: {found.group(0).strip()}"
        for path in [*ROOT.glob("templates/**/*.html"), *ROOT.glob("*/templates/**/*.html")]
        if (found := INLINE.search(path.read_text()))
    ]
    assert wrong == []
