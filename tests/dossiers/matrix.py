"""Objects of this room for the matrix of roles and routes: each noun tells its own."""

from tests.dossiers import matrix_dossiers, matrix_handling, matrix_procedures, matrix_talking

PARTS = [matrix_procedures, matrix_dossiers, matrix_handling, matrix_talking]


def build(world):
    for part in PARTS:
        part.build(world)


OBJECTS = {name: thing for part in PARTS for name, thing in part.OBJECTS.items()}
