"""What each row says: the same bytes from the database as from its documented serializer, for whoever may see it."""

import json
from unittest import mock

import pytest
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer

from exchange.callers import EVERYBODY
from exchange.json_rows import texts_of
from exchange.resources import resources
from tests.exchange import things

pytestmark = pytest.mark.django_db
ALIKE = ("name_en", "legal_basis", "source", "valid_to")  # of reference data: the same everywhere


class Given:
    """A model instance with what its row takes from elsewhere."""

    def __init__(self, instance, values):
        self.__dict__.update(values)
        self._instance = instance

    def __getattr__(self, name):
        return getattr(self._instance, name)


def as_said(row, instance):
    """The instance with what the row's subqueries and expressions say of it, each asked for it alone."""
    own = row.subqueries.__func__.__globals__
    with mock.patch.dict(own, {"OuterRef": lambda name: getattr(instance, name) if isinstance(name, str) else name}):
        subqueries, values = row.subqueries(), {}
        of_it = type(instance)._base_manager.filter(pk=instance.pk)
        for name, expression in row.expressions().items():
            values[name] = of_it.annotate(_said=expression).values_list("_said", flat=True).get()
    for name, queryset in subqueries.items():
        field = row().fields[name]
        if isinstance(field, serializers.ListSerializer):
            values[name] = [as_said(type(field.child), each) for each in queryset]
        else:
            values[name] = as_said(type(field), queryset[0]) if queryset else None
    return Given(instance, values)


def serialized(resource, instance):
    return JSONRenderer().render(resource.row(as_said(resource.row, instance)).data)


def rows_of(resource):
    return list(resource.rows(EVERYBODY).order_by("pk"))


def test_the_database_writes_the_bytes_that_the_serializers_write():
    things.make_everything()
    for resource in resources().values():
        instances = rows_of(resource)
        texts = texts_of(resource, [instance.pk for instance in instances], resource.fields)
        assert instances, resource.name
        for instance in instances:
            assert texts[instance.pk].encode() == serialized(resource, instance), resource.name


def _said(value, path=""):
    """(path of a field, whether it is there) of everything in a row."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _said(each, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for each in value:
            yield from _said(each, path)
        yield path, bool(value)
    else:
        yield path, value not in (None, "")


def test_every_field_was_tried_with_a_value():
    things.make_everything()
    known, filled = set(), set()
    for resource in resources().values():
        keys = list(resource.rows(EVERYBODY).values_list("pk", flat=True))
        for text in texts_of(resource, keys, resource.fields).values():
            for path, is_there in _said(json.loads(text)):
                known.add((resource.row.__name__, path))
                if is_there:
                    filled.add((resource.row.__name__, path))
    whole = {(row, path.rpartition(".")[0]) for row, path in filled}
    never = {(row, path) for row, path in known - filled - whole if path.split(".")[-1] not in ALIKE}
    assert never == set()
