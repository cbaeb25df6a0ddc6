"""Two thousand approvals by four clients on a SQLite file: the same holds, and nobody reads "database is locked"."""

from tests.proofs.prove_budget_hammer import hammered

RUNS_ON = "sqlite"
COUNT, LINES, CLIENTS, KILLS = 2_000, 20, 4, 20


def figures():
    yield from hammered("budget_sqlite", count=COUNT, lines=LINES, clients=CLIENTS, kills=KILLS)
