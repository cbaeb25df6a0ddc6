"""A run at the same cut-off gives the same digest, whatever was learnt since; other data, another digest."""

from datetime import UTC, date, datetime

import pytest

from tests.factories import make_enterprise, make_figures, make_product, make_support, make_title
from tests.reporting.making import OUTPUT_SHARE, make_indicator, make_statistic, value, values
from tests.reporting.test_shares import make_titled, merge

pytestmark = pytest.mark.django_db
CUTOFF = datetime(2025, 6, 1, tzinfo=UTC)
LATER = datetime(2025, 7, 1, tzinfo=UTC)
UPPER = {"upper": {"method": "declared"}}


@pytest.fixture
def world():
    make_indicator(OUTPUT_SHARE | UPPER)
    make_indicator({"counts": "turns", "unit": "turn"}, "turns")
    make_indicator({"counts": "growth", "numerator": "output_vnd", "unit": "percent"}, "output_growth")
    enterprises = [make_titled() for _ in range(4)]
    figures = [make_figures(e, 2024, output_vnd=100 + n) for n, e in enumerate(enterprises[:3])]
    make_figures(enterprises[0], 2023, output_vnd=90)
    waiting = make_figures(enterprises[3], 2024, state="waiting", output_vnd=50)
    statistic = make_statistic(1_000)
    support = make_support(enterprises[0])
    return {
        "enterprises": enterprises,
        "figures": figures,
        "waiting": waiting,
        "statistic": statistic,
        "support": support,
    }


def digests(cutoff):
    return {key: found.digest for key, found in values(2023, 2024, cutoff=cutoff).items()}


def learn_merge(world):
    merge(world["enterprises"][1], world["enterprises"][0], LATER)


def learn_title(world):
    make_title(make_product(world["enterprises"][2]), round_year=2024, now=LATER)
    stranger = make_enterprise()
    make_title(make_product(stranger), round_year=2023, now=LATER)


def learn_end_of_title(world):
    from enterprises.models import Title
    from enterprises.services.revisions import note_title

    title = Title.objects.first()
    title.ended_on, title.end_reason = date(2024, 1, 1), "Thu hồi"
    title.save()
    note_title(title, by="system:tests", now=LATER)


def learn_correction(world):
    old = world["figures"][0]
    type(old).objects.filter(pk=old.pk).update(superseded_at=LATER)
    make_figures(old.enterprise, 2024, output_vnd=1, at=LATER, revision=2)


def learn_confirmation(world):
    import uuid

    row = world["waiting"]
    type(row).objects.filter(pk=row.pk).update(state="confirmed", confirmed_by=uuid.uuid4(), confirmed_at=LATER)


def learn_statistic(world):
    from reporting.models import CityStatistic

    old = world["statistic"]
    CityStatistic.objects.filter(pk=old.pk).update(superseded_at=LATER)
    make_statistic(1_100, recorded_at=LATER, revision=2, supersedes=old)


def learn_support(world):
    make_support(world["enterprises"][1], now=LATER)
    world["support"].revisions.update(superseded_at=LATER)


def learn_definition(world):
    from reporting.models import IndicatorVersion

    old = IndicatorVersion.objects.get(indicator__code="output_share.a")
    IndicatorVersion.objects.filter(pk=old.pk).update(superseded_at=LATER)
    IndicatorVersion.objects.create(
        indicator=old.indicator, name_vi="x", name_en="x", definition=OUTPUT_SHARE, revision=2, recorded_at=LATER
    )


def learn_group_and_ward(world):
    from enterprises.services.revisions import note_enterprise
    from tests.factories import make_unit

    enterprise = world["enterprises"][0]
    enterprise.ward = make_unit()
    enterprise.save()
    note_enterprise(enterprise, by="system:tests", now=LATER)


LESSONS = [
    learn_merge,
    learn_title,
    learn_end_of_title,
    learn_correction,
    learn_confirmation,
    learn_statistic,
    learn_support,
    learn_definition,
]


@pytest.mark.parametrize("lesson", [*LESSONS, learn_group_and_ward])
def test_what_is_learnt_later_does_not_change_an_old_cutoff(world, lesson):
    before = digests(CUTOFF)
    lesson(world)
    assert digests(CUTOFF) == before


@pytest.mark.parametrize("lesson", LESSONS)
def test_what_is_learnt_changes_the_digest_of_a_later_cutoff(world, lesson):
    before = values(2023, 2024, cutoff=LATER)
    lesson(world)
    after = values(2023, 2024, cutoff=LATER)
    assert any(before[key].digest != after[key].digest for key in before)


def test_parts_follow_what_was_known(world):
    learn_group_and_ward(world)
    assert {p.code for p in value(cutoff=CUTOFF).parts if p.dimension == "ward"} == {""}
    assert len({p.code for p in value(cutoff=LATER).parts if p.dimension == "ward"}) == 2


def test_digest_names_cutoff_year_and_definition(world):
    found = digests(CUTOFF)
    assert len(set(found.values())) == len(found)
    assert set(found.values()).isdisjoint(digests(LATER).values())


def test_digest_is_the_hash_that_anyone_can_work_out_from_the_rows(world):
    import hashlib

    from audit.events import canonical
    from reporting.engine.digests import head_of, line
    from reporting.engine.inputs import gather

    found = value(cutoff=CUTOFF)
    rows = sorted((f for f in world["figures"]), key=lambda f: f.public_id.bytes)
    head = head_of(found.version, 2024, gather([2024], CUTOFF), found.statistics)
    end = {
        "numerator": 303, "denominator": 1_000, "reporting": 3, "counted": 4, "lower": 303, "upper": 353, "open": 0,
    }  # fmt: skip
    text = "\n".join([canonical(head), *(line(f.public_id, f.output_vnd, None) for f in rows), canonical(end)])
    assert found.digest == hashlib.sha256(text.encode()).hexdigest()
