"""The directions of the house: a room knows those below it, never those above."""

import ast

from tests import house


def test_no_room_names_a_room_above_it_in_code():
    wrong = [
        f"{path}:{line} {room} names {other}"
        for path, room, text in house.code_of_rooms()
        if path not in house.WIRING and "/migrations/" not in path
        for line, other in house.rooms_named(ast.parse(text))
        if house.is_above(other, room)
    ]
    assert wrong == []


def test_no_migration_depends_on_a_room_above_its_own():
    wrong = []
    for path, room, text in house.code_of_rooms():
        if "/migrations/" not in path:
            continue
        for node in ast.walk(ast.parse(text)):
            named = node.elts[0] if isinstance(node, ast.Tuple) and len(node.elts) == 2 else None
            if isinstance(named, ast.Constant) and house.is_above(named.value, room):
                wrong.append(f"{path}:{node.lineno} {room} depends on {named.value}")
    assert wrong == []


def test_no_template_uses_tags_or_templates_of_a_room_above_its_own():
    libraries, wrong = house.libraries(), []
    for path, room, text in house.templates():
        for library in house.libraries_loaded(text):
            if house.is_above(libraries.get(library, room), room):
                wrong.append(f"{path} loads {library} of {libraries[library]}")
        for included in house.INCLUDE.findall(text):
            if house.is_above(included.partition("/")[0], room):
                wrong.append(f"{path} includes {included}")
    assert wrong == []


def test_the_reader_of_the_house_sees_every_way_of_naming_a_room():
    text = """
import reporting
from reporting.models import KpiRun
class Thing:
    run = models.ForeignKey("reporting.KpiRun", models.PROTECT)
    runs = models.ManyToManyField(to="reporting.KpiRun", through="support.Link")
apps.get_model("reporting", "KpiRun")
apps.get_model("reporting.KpiRun")
import_module("reporting.services")
"""
    assert [room for _line, room in house.rooms_named(ast.parse(text))].count("reporting") == 7


def test_config_wires_and_rooms_do_not_import_its_addresses():
    wrong = [
        path
        for path, room, text in house.code_of_rooms()
        if room != "config" and ("from config.urls" in text or "import config.urls" in text)
    ]
    assert wrong == []


def test_nothing_is_called_by_a_name_that_says_nothing():
    names = {part.removesuffix(".py") for name in house.tracked() if name.endswith(".py") for part in name.split("/")}
    assert names & {"utils", "helpers", "common", "core", "manager"} == set()
