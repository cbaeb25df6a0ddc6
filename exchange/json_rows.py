"""Rows as JSON text made by the database: what a documented row says, without a model or a serializer in between.

A row is documented by a serializer (`exchange.rows.Row`); here each of its fields becomes an SQL expression that gives the
field's JSON text, the same on both engines. The statement of a row is written once and kept; asking for rows is then one
query by their keys, whoever asks: a list, a single object, a stream, a page of changes.
"""

from functools import lru_cache

from django.db import connection
from django.db.models import F, Func, JSONField, Subquery, TextField
from rest_framework import serializers

from exchange.prepared import execute

QUOTED = "'\"' || {} || '\"'"


class JsonText(Func):
    """The JSON text of one value; `null` where there is none. `how` says how a value of its kind is written.

    A decimal is written with all its `places`.
    """

    output_field = TextField()

    def __init__(self, value, how, places=None, **extra):
        self.how, self.places = how, places
        super().__init__(value, **extra)

    def _sql(self, compiler, connection, written):
        inner, params = compiler.compile(self.source_expressions[0])
        more = (self.places,) if self.how == "decimal" else ()
        count = written("\x00", *more).count("\x00")
        return f"COALESCE({written(inner, *more)}, 'null')", tuple(params) * count

    def as_postgresql(self, compiler, connection, **context):
        return self._sql(compiler, connection, POSTGRES[self.how])

    def as_sqlite(self, compiler, connection, **context):
        return self._sql(compiler, connection, SQLITE[self.how])


def _time_of_sqlite(value):
    # Kept as "2026-11-29 05:12:19.5" in UTC, with up to six digits or none.
    padded = f"replace({value}, ' ', 'T') || CASE WHEN instr({value}, '.') = 0 THEN '.' ELSE '' END || '000000'"
    return QUOTED.format(f"substr({padded}, 1, 26) || 'Z'")


def _uuid_of_sqlite(value):
    parts = [(1, 8), (9, 4), (13, 4), (17, 4), (21, 12)]
    return QUOTED.format(" || '-' || ".join(f"substr({value}, {start}, {count})" for start, count in parts))


# How a value of each kind is written by each engine; {} is the column.
POSTGRES = {
    "text": "to_json({0}::text)::text".format,
    "number": "({0})::text".format,
    "truth": "({0})::text".format,
    "day": QUOTED.format("to_char({0}, 'YYYY-MM-DD')").format,
    "time": QUOTED.format("to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')").format,
    "uuid": QUOTED.format("({0})::text").format,
    "decimal": QUOTED.format("round({0}, {1})::text").format,
    "json": "({0})".format,
}
SQLITE = {
    "text": lambda value: f"CASE WHEN {value} IS NOT NULL THEN json_quote({value}) END",
    "number": "CAST({0} AS TEXT)".format,
    "truth": "CASE {0} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END".format,
    "day": QUOTED.format("{0}").format,
    "time": _time_of_sqlite,
    "uuid": _uuid_of_sqlite,
    "decimal": "CASE WHEN {0} IS NOT NULL THEN '\"' || printf('%%.{1}f', {0}) || '\"' END".format,
    "json": "({0})".format,
}

KINDS = (
    (serializers.UUIDField, "uuid"),
    (serializers.DecimalField, "decimal"),
    (serializers.BooleanField, "truth"),
    (serializers.IntegerField, "number"),
    (serializers.DateTimeField, "time"),
    (serializers.DateField, "day"),
    (serializers.CharField, "text"),
    (serializers.ChoiceField, "text"),
)


class JsonObject(Func):
    """The JSON text of an object whose parts are already JSON text; `null` where the object of `present` is not there."""

    output_field = TextField()

    def __init__(self, parts, present=None, **extra):
        self.names = list(parts)
        self.has_present = present is not None
        super().__init__(*parts.values(), *([present] if self.has_present else []), **extra)

    def as_sql(self, compiler, connection, **context):
        written, params = [], []
        for place, (name, part) in enumerate(zip(self.names, self.source_expressions, strict=False)):
            sql, given = compiler.compile(part)
            written.append(f"'{'{' if place == 0 else ','}\"{name}\":' || {sql}")
            params += given
        whole = " || ".join(written) + " || '}'"
        if self.has_present:
            sql, given = compiler.compile(self.source_expressions[-1])
            return f"CASE WHEN {sql} IS NULL THEN 'null' ELSE {whole} END", (*given, *params)
        return f"({whole})", tuple(params)


class JsonList(Subquery):
    """The JSON text of a list: a subquery of one column of JSON text, in its own order."""

    output_field = TextField()

    def as_sql(self, compiler, connection, template=None, **context):
        joined = "string_agg(_each.text, ',')" if connection.vendor == "postgresql" else "group_concat(_each.text, ',')"
        template = f"(SELECT '[' || COALESCE({joined}, '') || ']' FROM (%(subquery)s) _each)"  # noqa: S608
        return super().as_sql(compiler, connection, template, **context)


class KeptList(Func):
    """The JSON text of a list that a column keeps as JSON: of texts, or of objects, of these their texts called `names`."""

    output_field = JSONField()
    ON_POSTGRES = (
        "(SELECT '[' || COALESCE(string_agg({each}, ',' ORDER BY _e.place), '') || ']' "
        "FROM jsonb_array_elements{kind}({column}) WITH ORDINALITY AS _e(value, place))"
    )
    ON_SQLITE = (
        "(SELECT '[' || COALESCE(group_concat({each}, ','), '') || ']' "
        "FROM (SELECT value FROM json_each({column}) ORDER BY key) _e)"
    )

    def __init__(self, column, names=(), **extra):
        self.names = tuple(names)
        super().__init__(column, **extra)

    def _each(self, text, member):
        """The JSON text of one of the list: `text` writes a value, `member` names one of an object."""
        if not self.names:
            return text.format("_e.value")
        parts = (f"'\"{name}\":' || {text.format(member.format(name))}" for name in self.names)
        return " || ',' || ".join(parts).join(("'{' || ", " || '}'"))

    def as_postgresql(self, compiler, connection, **context):
        column, params = compiler.compile(self.source_expressions[0])
        each = self._each("COALESCE(to_json({0})::text, 'null')", "(_e.value ->> '{0}')")
        kind = "" if self.names else "_text"
        return self.ON_POSTGRES.format(each=each, column=column, kind=kind), tuple(params)

    def as_sqlite(self, compiler, connection, **context):
        column, params = compiler.compile(self.source_expressions[0])
        each = self._each("json_quote({0})", "json_extract(_e.value, '$.{0}')")
        return self.ON_SQLITE.format(each=each, column=column), tuple(params)


def _kind(field):
    return next(kind for cls, kind in KINDS if isinstance(field, cls))


def object_of(row, *, names=None, prefix="", present=None):
    """The JSON expression of a documented row: of all its fields, or of those in `names`."""
    parts = {}
    for name, field in row().fields.items():
        if names is not None and name not in names:
            continue
        path = prefix + (field.source or name).replace(".", "__")
        parts[name] = _part(row, name, field, path)
    return JsonObject(parts, present)


def _part(row, name, field, path):
    subquery, expression = row.subqueries().get(name), row.expressions().get(name, F(path))
    if isinstance(expression, KeptList):
        return JsonText(expression, "json")
    if isinstance(field, serializers.ListSerializer):
        each = object_of(type(field.child))
        return JsonList(subquery.annotate(text=each).values("text"))
    if isinstance(field, serializers.ListField):
        return JsonList(subquery.annotate(text=JsonText(F(field.child.source), _kind(field.child))).values("text"))
    if isinstance(field, serializers.BaseSerializer):
        if subquery is None:
            return object_of(type(field), prefix=f"{path}__", present=F(f"{path}__pk"))
        one = Subquery(subquery.annotate(text=object_of(type(field))).values("text")[:1], output_field=TextField())
        return JsonText(one, "json")
    return JsonText(expression, _kind(field), getattr(field, "decimal_places", None))


@lru_cache(maxsize=512)
def statement(resource, names, vendor):
    """SQL that gives (key, JSON text) of the rows whose keys are its one parameter, written once per set of fields."""
    text = object_of(resource.row, names=frozenset(names))
    query = resource.model._base_manager.annotate(_text=text).values_list("pk", "_text").order_by().query
    sql, params = query.sql_with_params()
    chosen = "= ANY(%s)" if vendor == "postgresql" else "IN (SELECT value FROM json_each(%s))"
    table = connection.ops.quote_name(resource.model._meta.db_table)
    key = connection.ops.quote_name(resource.model._meta.pk.column)
    return f"{sql} WHERE {table}.{key} {chosen}", params


def _on_one_line(text):
    """As the renderer writes them: these two would end a line for many a reader."""
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def texts_of(resource, keys, names):
    """{key: JSON text} of the rows with these keys."""
    if not keys:
        return {}
    sql, params = statement(resource, tuple(names), connection.vendor)
    given = list(keys) if connection.vendor == "postgresql" else "[" + ",".join(map(str, keys)) + "]"
    with connection.cursor() as cursor:
        execute(cursor, sql, [given], constants=params)
        return {key: _on_one_line(text) for key, text in cursor.fetchall()}
