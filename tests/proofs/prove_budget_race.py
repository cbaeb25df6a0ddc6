"""Fifty approvals at one moment for room for one: one succeeds, and the others read how much is left."""

import os
import sys

RUNS_ON = "both"
ROUNDS, CONTENDERS = 6, 50


def figures():
    from django.utils import timezone

    from programme.services.consistency import find_differences
    from screens import formats
    from tests.proofs import hammer

    engine, now = os.environ["FIGURES_ENGINE"], timezone.now()
    people, year = hammer.people_of_the_budget(), hammer.open_year(10**10, now)
    winners, told, strange = [], 0, []
    left = formats.money(300_000_000)
    for _round in range(ROUNDS):
        approved, sentences, other, line = hammer.race(CONTENDERS, year, people, now)
        line.refresh_from_db()
        winners.append(len(approved))
        told += sum(left in sentence for sentence in sentences)
        strange += other + [sentence for sentence in sentences if left not in sentence]
        strange += [] if line.committed_vnd == 700_000_000 else [f"committed {line.committed_vnd}"]
    for each in strange:
        sys.stdout.write(f"# {each}\n")
    yield f"budget_race_{engine}_winners_a_round", sorted(set(winners)), "= [1]", set(winners) == {1}
    yield (
        f"budget_race_{engine}_told_how_much_is_left",
        told,
        f"= {ROUNDS * (CONTENDERS - 1)}",
        (told == ROUNDS * (CONTENDERS - 1)),
    )
    yield f"budget_race_{engine}_anything_else", len(strange), "= 0", not strange
    found = list(find_differences())
    yield f"budget_race_{engine}_balance_differences", len(found), "= 0", not found
