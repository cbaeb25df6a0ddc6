"""Objects of this room for the matrix of roles and routes: each noun tells its own."""

from tests.documents import (
    matrix_copies,
    matrix_handovers,
    matrix_imports,
    matrix_incoming,
    matrix_numbers,
    matrix_papers,
    matrix_work_files,
)

PARTS = [
    matrix_imports,
    matrix_numbers,
    matrix_papers,
    matrix_incoming,
    matrix_work_files,
    matrix_copies,
    matrix_handovers,
]


def build(world):
    for part in PARTS:
        part.build(world)


OBJECTS = {name: thing for part in PARTS for name, thing in part.OBJECTS.items()}
