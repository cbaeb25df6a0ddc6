"""All indicators of five years over 100,000 enterprises (43,000 with titles) against one statement written by hand.

KPI_ENTERPRISES=10000 makes it quicker for a look; the figures count at 100,000.
"""

import os
import statistics
import time

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from bench.baselines import kpi_by_hand

RUNS_ON = "postgres"
ROUNDS = 3
YEARS = range(2021, 2026)


def figures():
    from reporting.engine.base import Base
    from reporting.engine.computing import Value, compute, plain_values, with_denominator
    from reporting.engine.inputs import gather

    for command in ("load_reference", "load_programme", "load_indicators"):
        call_command(command, verbosity=0)
    count = int(os.environ.get("KPI_ENTERPRISES", "100000"))
    call_command("demo", "--enterprises", str(count), verbosity=0)
    cutoff = timezone.now()
    inputs = gather(YEARS, cutoff)

    def by_hand():
        connection.ensure_connection()
        return kpi_by_hand.values(connection.connection, cutoff)

    def ours():
        found = {}
        with Base(inputs) as base:
            sums = plain_values(base)
            for version in inputs.versions:
                for year, numbers in sums[version.pk].items():
                    value = Value(version=version, year=year, unit=version.read.unit, **numbers)
                    value = with_denominator(value, version.read, inputs)
                    found[version.indicator.code, year] = (value.numerator, value.denominator)
        return found

    times = {"hand": [], "values": [], "whole": []}
    for _round in range(ROUNDS):
        hand = timed(times["hand"], by_hand)
        own = timed(times["values"], ours)
        whole = timed(times["whole"], lambda: compute(inputs))
    hand_time, value_time, whole_time = (statistics.median(times[name]) for name in ("hand", "values", "whole"))
    yield "kpi_by_hand_seconds", f"{hand_time:.2f}", "-", True
    yield "kpi_values_ratio", f"{value_time / hand_time:.2f}", "<= 1.5", value_time <= 1.5 * hand_time
    yield "kpi_whole_ratio", f"{whole_time / hand_time:.2f}", "<= 4", whole_time <= 4 * hand_time
    different = [key for key in hand if hand[key] != own.get(key)]
    extra = [key for key, (amount, _below) in own.items() if amount and key not in hand]
    stored = {(v.version.indicator.code, v.year): (v.numerator, v.denominator) for v in whole}
    different += [key for key in hand if hand[key] != stored.get(key)]
    yield "kpi_values_that_differ", str(len(different) + len(extra)), "== 0", not different and not extra
    yield "kpi_values_compared", str(len(hand)), ">= 85", len(hand) >= 85


def timed(times, act):
    begun = time.perf_counter()
    result = act()
    times.append(time.perf_counter() - begun)
    return result
