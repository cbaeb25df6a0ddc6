"""The same data gives the same digests on every database: the expected digests are written down here."""

import uuid
from datetime import UTC, datetime

import pytest

from tests.factories import make_enterprise, make_figures, make_product, make_title
from tests.reporting.making import OUTPUT_SHARE, make_indicator, make_statistic, values

pytestmark = pytest.mark.django_db
CUTOFF = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
EXPECTED = {
    "enterprises": "c17140a5516b19622687c322d668cc2804c4bc1f8e48c75dc5818228e432515a",
    "output_growth": "b4c346259639568e4608f0243b6c0ea509100b9588fc83814834641c2ad8003a",
    "output_share.a": "389eb9e1cefdb354409e2cb3e95643aeabd3b1bb4033b972914a14909f3f6976",
}


def fixed(number):
    """Identifiers whose bytes sort otherwise than their numbers."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"row {number}")


def test_digests_are_the_same_on_every_database():
    make_indicator(OUTPUT_SHARE | {"upper": {"method": "declared"}})
    make_indicator({"counts": "enterprises", "unit": "enterprise"}, "enterprises")
    make_indicator({"counts": "growth", "numerator": "output_vnd", "unit": "percent"}, "output_growth")
    make_statistic(1_000)
    for number in range(6):
        enterprise = make_enterprise(public_id=fixed(number))
        make_title(make_product(enterprise), round_year=2023)
        for year in (2023, 2024):
            state = "waiting" if number == 5 else "confirmed"
            make_figures(
                enterprise,
                year,
                state=state,
                output_vnd=10 * number + year % 10,
                public_id=fixed(number * 10_000 + year),
            )
    assert {code: found.digest for (code, _year), found in values(2024, cutoff=CUTOFF).items()} == EXPECTED
