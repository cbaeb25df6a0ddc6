"""Objects of the programme for the matrix of roles and routes: each noun tells its own."""

from tests.programme import (
    matrix_meetings,
    matrix_money,
    matrix_plans,
    matrix_policies,
    matrix_scheme,
    matrix_steps,
    matrix_treasury,
)

PARTS = [matrix_scheme, matrix_money, matrix_plans, matrix_meetings, matrix_policies, matrix_steps, matrix_treasury]


def build(world):
    for part in PARTS:
        part.build(world)


OBJECTS = {name: thing for part in PARTS for name, thing in part.OBJECTS.items()}
HIDDEN = {name: cells for part in PARTS for name, cells in getattr(part, "HIDDEN", {}).items()}
