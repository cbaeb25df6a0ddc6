"""A series of the portal and a number given from it."""

from tests.factories import make_number, make_series


def build(world):
    world.series = make_series()
    world.number = make_number(world.series)


def _number(world):
    return {"public_id": world.number.public_id}


def _series(world):
    return {"public_id": world.series.public_id}


OBJECTS = {
    **{f"documents:{name}": _number for name in ("number", "correct_number", "void_number")},
    **{
        f"documents:{name}": _series
        for name in ("series", "edit_series", "end_series", "resume_series", "continue_series")
    },
}
