"""Statements that are written once: what a short one costs is mostly the writing and the planning of it."""

from weakref import WeakKeyDictionary

from django.db import connection
from psycopg2.extensions import AsIs

MOST = 64  # plans that a connection of PostgreSQL keeps
_prepared: WeakKeyDictionary = WeakKeyDictionary()  # {its connection: {(statement, constants): name}}


def execute(cursor, sql, values, constants=()):
    """Run a statement of placeholders: first those of `constants`, which are the same whenever it runs, then those of `values`.

    PostgreSQL plans it once for each connection, its constants written out, so that the plan may rest on them.
    """
    if connection.vendor == "postgresql":
        name, places = _name_of(cursor, sql, tuple(constants), len(values)), ", ".join(["%s"] * len(values))
        cursor.execute(f"EXECUTE {name} ({places})" if values else f"EXECUTE {name}", values)
    else:
        cursor.execute(sql, [*constants, *values])


def _name_of(cursor, sql, constants, count):
    known = _prepared.setdefault(connection.connection, {})
    if name := known.get((sql, constants)):
        return name
    with connection.wrap_database_errors, connection.connection.cursor() as own:
        if len(known) == MOST:
            own.execute("DEALLOCATE ALL")
            known.clear()
        name = f"of_the_api_{len(known) + 1}"
        places = (AsIs(f"${place}") for place in range(1, count + 1))
        own.execute(b"PREPARE %s AS %s" % (name.encode(), own.mogrify(sql, [*constants, *places])))
    known[sql, constants] = name
    return name


class Kept:
    """A query whose SQL is written once for each engine; `values` take the places of those that `make` put in."""

    def __init__(self, make):
        self.make, self.written = make, {}

    def rows(self, *values):
        """Its rows as tuples, as `values_list` gives them."""
        if connection.vendor not in self.written:
            compiler = self.make().query.get_compiler(connection=connection)
            sql, params = compiler.as_sql()
            if len(params) != len(values):
                raise ValueError("Not each of the parameters is given anew.")
            self.written[connection.vendor] = sql, compiler
        sql, compiler = self.written[connection.vendor]
        with connection.cursor() as cursor:
            execute(cursor, sql, values)
            found = cursor.fetchall()
        converters = compiler.get_converters([column for column, *_ in compiler.select])
        return [tuple(row) for row in compiler.apply_converters(found, converters)]
