"""Ten thousand approvals by eight clients on lines whose room runs out, while web workers are killed twenty times."""

import os
import random
import sys
from pathlib import Path

RUNS_ON = "postgres"
COUNT, LINES, CLIENTS, KILLS = 10_000, 40, 8, 20


def figures():
    yield from hammered("budget", count=COUNT, lines=LINES, clients=CLIENTS, kills=KILLS)


def hammered(name, *, count, lines, clients, kills):
    from django.conf import settings
    from django.db import connections

    from tests.proofs import hammer

    ground = hammer.lay_ground(count, lines, random.Random(20261127))
    connections.close_all()
    told, killed, seconds = hammer.hammer(
        ground, dict(os.environ), clients=clients, kills=kills, log=Path(settings.DATA_DIR) / "approving.log"
    )
    outcomes, broken = hammer.outcomes(told), sum(each.unknown for each in told)
    for complaint in hammer.complaints(told):
        sys.stdout.write(f"# {complaint}\n")
    answered = hammer.decided(told)
    yield f"{name}_commitments_decided", answered, f">= {count}", answered >= count
    yield f"{name}_approved", outcomes["approved"], f">= {count // 10}", outcomes["approved"] >= count // 10
    yield f"{name}_refused_for_room", outcomes["refused"], f">= {count // 20}", outcomes["refused"] >= count // 20
    yield f"{name}_kills", len(killed), f"= {kills}", len(killed) == kills
    yield f"{name}_requests_broken_off", broken, f">= {kills // 4}", broken >= kills // 4
    yield (
        f"{name}_replays",
        sum(each.replayed for each in told),
        f">= {count // 20}",
        (sum(each.replayed for each in told) >= count // 20),
    )
    for figure, number in hammer.verdict(ground, told).items():
        yield f"{name}_{figure}", number, "= 0", number == 0
    yield f"{name}_approvals_a_second", f"{len(ground.commitments) / seconds:.0f}", "-", True
