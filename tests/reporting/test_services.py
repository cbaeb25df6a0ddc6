import uuid
from datetime import date, timedelta
from functools import partial
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from accounts.roles import Role
from audit.events import history_of
from audit.refusals import Conflict, NotAllowed, Refused
from documents.imports import kinds, require_nothing_rests_on
from enterprises.models import EnterpriseGroup, FigureRevision, FigureYearClosing
from enterprises.services.revisions import note_enterprise
from jobs import services as jobs
from jobs.models import Job
from programme.models import Period
from reporting.engine.computing import compute
from reporting.forms import StatisticForm
from reporting.models import (
    CityStatistic,
    Indicator,
    IndicatorVersion,
    KpiChoice,
    KpiPart,
    KpiPublication,
    KpiRow,
    KpiRun,
    KpiValue,
    PublishedRow,
    PublishedValue,
)
from reporting.services import computing, since
from reporting.services.computing import ask_for_values, clear_attempts
from reporting.services.indicators import add_variant, choose_variant, define_indicator, load_indicators
from reporting.services.publishing import (
    LookOnceMore,
    digest_of_seen,
    publish_year,
    require_not_published,
    values_to_publish,
)
from reporting.services.statistics import record_statistic, revise_statistic, withdraw_statistic
from screens.formats import vn_date
from support.services import correct_support
from tests.factories import (
    make_auditor,
    make_director,
    make_enterprise,
    make_figures,
    make_head,
    make_money_source,
    make_officer,
    make_period,
    make_product,
    make_product_group,
    make_rule,
    make_support,
    make_target,
    make_title,
    make_unit,
    make_user,
)
from tests.reporting.making import NOW, OUTPUT_SHARE, make_indicator, make_run, make_statistic
from tests.reporting.test_shares import make_titled, merge

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=30)


def record(by, **changes):
    values = {
        "measure": "output",
        "year": 2024,
        "amount": 1_000,
        "state": "estimate",
        "source": "Niên giám",
        "published_on": date(2025, 1, 5),
    }
    return record_statistic(by=by, now=NOW, **values | changes)


# --- statistics -------------------------------------------------------------------------------


def test_officer_records_a_figure_of_the_city_and_its_unit_follows_the_measure():
    assert record(make_officer()).unit == "vnd"
    assert record(make_officer(), measure="exports").unit == "usd_cents"
    assert record(make_officer(), measure="iip", amount=10_570).unit == "index_x100"


def test_others_may_not_record_figures_of_the_city():
    for person in (make_auditor(), make_director(), make_user(Role.INSPECTOR)):
        with pytest.raises(NotAllowed):
            record(person)


def test_same_figure_is_not_recorded_twice():
    record(make_officer())
    with pytest.raises(Conflict):
        record(make_officer(), amount=2_000)
    record(make_officer(), state="preliminary")


def test_revision_supersedes_and_keeps_what_was_known():
    officer = make_officer()
    old = record(officer)
    new = revise_statistic(
        statistic=old,
        amount=1_100,
        source="Cục Thống kê",
        published_on=date(2025, 6, 1),
        reason="Số mới",
        by=officer,
        now=LATER,
    )
    old.refresh_from_db()
    assert (old.superseded_at, new.revision, new.supersedes) == (LATER, 2, old)
    assert CityStatistic.objects.as_of(NOW).get() == old
    assert CityStatistic.objects.as_of(LATER).get() == new
    assert str(history_of(new)[0].sentence)


def test_revision_without_reason_or_change_or_of_an_old_one_is_refused():
    officer = make_officer()
    old = record(officer)
    same = {"source": old.source, "published_on": old.published_on, "by": officer, "now": LATER}
    with pytest.raises(Refused):
        revise_statistic(statistic=old, amount=2, reason=" ", **same)
    with pytest.raises(Refused):
        revise_statistic(statistic=old, amount=old.amount, reason="x", **same)
    revise_statistic(statistic=old, amount=2, reason="x", **same)
    with pytest.raises(Conflict):
        revise_statistic(statistic=old, amount=3, reason="x", **same)


def test_a_revision_is_not_published_before_what_it_revises():
    officer = make_officer()
    old = record(officer)
    new = {"statistic": old, "amount": 2, "source": "Niên giám", "reason": "x", "by": officer, "now": LATER}
    with pytest.raises(Refused, match=vn_date(old.published_on)):
        revise_statistic(**new, published_on=old.published_on - timedelta(days=1))
    assert revise_statistic(**new, published_on=old.published_on).revision == 2


def test_withdrawn_figure_is_gone_from_now_on_and_may_be_recorded_again():
    officer = make_officer()
    old = record(officer)
    withdraw_statistic(statistic=old, reason="Nhầm năm", by=officer, now=LATER)
    assert not CityStatistic.objects.current().exists()
    assert CityStatistic.objects.as_of(NOW).get() == old
    assert record(officer).revision == 2


# --- definitions and choices ------------------------------------------------------------------


def test_indicators_of_the_repository_are_loaded_once_and_cover_the_programme():
    added = load_indicators(by="tests", now=NOW)
    assert added == Indicator.objects.count() >= 19
    call_command("load_indicators")
    assert Indicator.objects.count() == added
    assert Indicator.objects.filter(family="output_share").count() >= 3
    assert Indicator.objects.filter(family="export_share").count() >= 3
    assert not any(version.confirmed for i in Indicator.objects.all() for version in i.versions.all())


def define(version, by, **changes):
    values = {
        "definition": OUTPUT_SHARE | {"place": "whole"},
        "name_vi": "Mới",
        "name_en": "New",
        "legal_basis": "QĐ 1",
        "reason": "Theo công văn",
        "version": version.revision,
    }
    return define_indicator(indicator=version.indicator, by=by, now=NOW, **values | changes)


def test_head_gives_an_indicator_a_new_version_and_the_old_one_stays():
    old, head = make_indicator(OUTPUT_SHARE), make_head()
    new = define(old, head)
    old.refresh_from_db()
    assert (new.revision, old.superseded_at, old.definition) == (2, NOW, OUTPUT_SHARE)
    with pytest.raises(Conflict):
        define(old, head, name_vi="Khác")
    with pytest.raises(Refused):
        define(new, head)
    with pytest.raises(Refused):
        define(new, head, definition={"counts": "turns", "unit": "turn"})
    with pytest.raises(Refused):
        define(new, head, definition={"counts": "nonsense"})
    with pytest.raises(NotAllowed):
        define(new, make_officer(), name_vi="Khác")


def test_new_variant_stands_beside_the_others():
    make_indicator(OUTPUT_SHARE)
    words = {"name_vi": "x", "name_en": "x", "legal_basis": "", "by": make_head(), "now": NOW}
    add_variant(family="output_share", code="output_share.z", definition=OUTPUT_SHARE, **words)
    with pytest.raises(Conflict):
        add_variant(family="output_share", code="output_share.z", definition=OUTPUT_SHARE, **words)
    with pytest.raises(Refused):
        add_variant(family="output_share", code="q", definition={"counts": "turns", "unit": "turn"}, **words)
    with pytest.raises(Refused):
        add_variant(family="happiness", code="h", definition=OUTPUT_SHARE, **words)


def choose(indicator, by, paper="12/TB-SCT", **fields):
    return choose_variant(indicator=indicator, paper_number=paper, paper_on=date(2026, 5, 4), by=by, now=NOW, **fields)


def test_director_chooses_a_variant_by_a_numbered_paper():
    first = make_indicator(OUTPUT_SHARE).indicator
    second = make_indicator(OUTPUT_SHARE, "output_share.b").indicator
    director = make_director()
    with pytest.raises(NotAllowed):
        choose(first, make_head())
    with pytest.raises(Refused):
        choose(first, director, paper=" ")
    choose(first, director)
    with pytest.raises(Refused):
        choose(second, director, paper="13/TB-SCT")
    choose(second, director, paper="13/TB-SCT", reason="Theo kết luận")
    assert [c.indicator for c in KpiChoice.objects.current()] == [second]
    assert KpiChoice.objects.count() == 2
    assert history_of(second)[0].reason == "Theo kết luận"


# --- computing --------------------------------------------------------------------------------


@pytest.fixture
def world():
    make_period(2021, 2025)
    make_indicator(OUTPUT_SHARE | {"upper": {"method": "declared"}})
    make_indicator({"counts": "turns", "unit": "turn"}, "turns")
    make_indicator({"counts": "money", "unit": "vnd"}, "support_money")
    enterprises = [make_titled() for _ in range(3)]
    make_figures(enterprises[0], 2024, output_vnd=100)
    make_figures(enterprises[1], 2024, output_vnd=20)
    make_support(enterprises[0])
    make_statistic(1_000)
    return enterprises


def test_computation_ends_with_values_rows_parts_and_a_digest(world):
    run = make_run(year_from=2024, year_to=2024)
    assert (run.state, run.job.state, run.attempt) == ("done", "done", 1)
    values = {v.version.indicator.code: v for v in KpiValue.objects.readable().filter(run=run)}
    assert set(values) == {"output_share.a", "turns", "support_money"}
    share = values["output_share.a"]
    assert (share.numerator, share.denominator, share.rows, share.digest) == (120, 1_000, 2, share.digest)
    assert sum(row.contribution for row in share.source_rows.all()) == share.numerator
    assert {row.unit_id for row in share.source_rows.all()} == {e.pk for e in world[:2]}
    assert share.parts.filter(dimension="ward").get().amount == 120


def test_values_stored_are_those_computed(world):
    from reporting.engine.inputs import gather

    run = make_run(year_from=2023, year_to=2024)
    stored = {(v.version_id, v.year): v.digest for v in KpiValue.objects.readable().filter(run=run)}
    assert stored == {(v.version.pk, v.year): v.digest for v in compute(gather((2023, 2024), NOW))}


def test_the_connection_loops_over_rows_again_after_a_computation_that_joined_by_hash(world):
    with CaptureQueriesContext(connection) as queries:
        make_run(year_from=2024, year_to=2024)
    told = [query["sql"] for query in queries if query["sql"].startswith("SET ")]
    before_and_after = [f"SET {name} = {value}" for value in ("off", "on") for name in ("enable_nestloop", "jit")]
    of_this_engine = before_and_after if connection.vendor == "postgresql" else []
    assert told == of_this_engine
    last_of_titles = [query["sql"] for query in queries if "kpi_title" in query["sql"]][-1]
    assert "DROP TABLE" in last_of_titles, "what it laid is gone"


def test_all_years_are_computed_when_none_is_named(world):
    run = make_run()
    assert (run.year_from, run.year_to) == (2024, 2026)


def test_nonsense_years_and_cutoffs_are_refused():
    officer = make_officer()
    for years in ((2024, 2023), (1990, 1991), (2026, 2030), (2000, 2025)):
        with pytest.raises(Refused):
            ask_for_values(by=officer, now=NOW, year_from=years[0], year_to=years[1])
    with pytest.raises(Refused):
        ask_for_values(by=officer, now=NOW, cutoff=LATER)


def test_others_may_not_have_the_indicators_computed():
    for person in (make_auditor(), make_director()):
        with pytest.raises(NotAllowed):
            ask_for_values(by=person, now=NOW)


def test_run_that_is_not_done_is_never_read(world):
    run = ask_for_values(by="system:tests", now=NOW, year_from=2024, year_to=2024)
    broken = KpiValue.objects.bulk_create(
        [
            KpiValue(run=run, attempt=1, version=Indicator.objects.first().versions.get(), year=2024, unit="percent",
                     verdict="within", digest="x")
        ]
    )  # fmt: skip
    KpiPart.objects.create(value=broken[0], dimension="ward", code="", amount=1, enterprises=1)
    assert not KpiValue.objects.readable().exists()
    assert KpiRun.objects.newest_of(2024) is None
    jobs.run(run.job_id, now=NOW)
    assert not KpiValue.objects.filter(digest="x").exists()
    assert KpiValue.objects.readable().count() == 3


def test_attempt_that_dies_leaves_nothing_and_the_next_gives_the_same_digest(world, monkeypatch):
    whole = make_run(year_from=2024, year_to=2024)
    run = ask_for_values(by="system:tests", now=NOW, year_from=2024, year_to=2024)
    true_write, calls = computing._write, []

    def dying_write(*args):
        if len(calls) == 2:
            raise SystemExit
        calls.append(true_write(*args))

    monkeypatch.setattr(computing, "_write", dying_write)
    with pytest.raises(SystemExit):
        jobs.run(run.job_id, now=NOW)
    monkeypatch.undo()
    assert KpiValue.objects.filter(run=run).count() == 2
    assert not KpiValue.objects.readable().filter(run=run).exists()
    Job.objects.filter(pk=run.job_id).update(state="queued")
    jobs.run(run.job_id, now=NOW)
    run.refresh_from_db()
    assert (run.state, run.digest, run.attempt) == ("done", whole.digest, 2)
    assert set(KpiValue.objects.filter(run=run).values_list("attempt", flat=True)) == {2}


def test_attempt_that_was_taken_over_does_not_finish(world, monkeypatch):
    run = ask_for_values(by="system:tests", now=NOW, year_from=2024, year_to=2024)
    true_write = computing._write

    def taken_over(*args):
        true_write(*args)
        Job.objects.filter(pk=run.job_id).update(attempt=7)

    monkeypatch.setattr(computing, "_write", taken_over)
    jobs.run(run.job_id, now=NOW)
    run.refresh_from_db()
    assert run.state == "waiting"


def test_delivered_twice_it_is_done_once(world):
    run = make_run(year_from=2024, year_to=2024)
    before = list(KpiValue.objects.values("pk", "digest"))
    assert jobs.run(run.job_id, now=LATER) is None
    Job.objects.filter(pk=run.job_id)
    assert list(KpiValue.objects.values("pk", "digest")) == before


def test_rows_of_older_runs_are_let_go_and_values_stay(world):
    first = make_run(year_from=2024, year_to=2024)
    second = make_run(year_from=2024, year_to=2024, now=LATER)
    assert not KpiRow.objects.filter(value__run=first).exists()
    assert KpiRow.objects.filter(value__run=second).exists()
    assert KpiValue.objects.readable().filter(run=first).count() == 3
    again = make_run(year_from=2024, year_to=2024, now=LATER, cutoff=first.cutoff)
    assert again.digest == first.digest
    assert KpiRun.objects.newest_of(2024) == second
    assert KpiRow.objects.filter(value__run=second).exists()


def test_clearing_never_touches_a_finished_run(world):
    run = make_run(year_from=2024, year_to=2024)
    with pytest.raises(DatabaseError), transaction.atomic():
        clear_attempts(run)
    assert KpiValue.objects.readable().filter(run=run).count() == 3


def test_every_night_the_indicators_are_computed_once(world):
    from jobs.registry import timetable

    entry = next(e for e in timetable() if e.kind == "kpi.nightly")
    job = jobs.enqueue(entry.kind, by="system:timetable", now=NOW, period=entry.period(NOW))
    assert jobs.enqueue(entry.kind, by="system:timetable", now=NOW, period=entry.period(NOW)) == job
    jobs.run(job.pk, now=NOW)
    run = KpiRun.objects.get(job=job)
    assert (run.state, run.occasion, run.cutoff) == ("done", "nightly", NOW)


# --- publishing -------------------------------------------------------------------------------


def publish(run, by, paper="45/TB-SCT", year=2024, now=NOW, **fields):
    return publish_year(year=year, run=run, paper_number=paper, paper_on=date(2026, 5, 30), by=by, now=now, **fields)


def contents():
    """Every published row of the database, as raw values."""
    found = []
    for table in ("reporting_kpipublication", "reporting_publishedvalue", "reporting_publishedrow"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table} ORDER BY id")
            found.append(cursor.fetchall())
    return found


def test_director_publishes_a_year_and_every_row_is_copied(world):
    run, director = make_run(), make_director()
    publication = publish(run, director)
    share = publication.values.get(family="output_share")
    value = KpiValue.objects.readable().get(run=run, year=2024, version=share.version)
    assert (share.numerator, share.digest, share.statistics) == (120, value.digest, value.statistics)
    rows = list(share.source_rows.order_by("position"))
    assert sum(row.contribution for row in rows) == share.numerator
    assert {row.tax_code for row in rows} == {e.tax_code for e in world[:2]}
    assert [row.position for row in rows] == [1, 2]
    assert publication.values.get(family="turns").source_rows.get().detail == "Hội chợ thử nghiệm"
    assert history_of(publication)[0].sentence


def test_what_changed_since_a_computation_is_said_before_it_is_published(world):
    run = make_run()
    chosen, _open = values_to_publish(run, 2024)
    assert since.changed_since(run, 2024, chosen, NOW) == since.sentences(run, chosen, []) == []
    statistic = CityStatistic.objects.current().get(measure="output", year=2024)
    withdraw_statistic(statistic=statistic, reason="Nhập nhầm tệp", by=make_officer(), now=LATER)
    make_figures(make_enterprise(), 2024, output_vnd=5, at=LATER)
    make_support(make_enterprise(), "HC-9", now=LATER)
    replaced, changed = since.sentences(run, chosen, since.changed_since(run, 2024, chosen, LATER))
    assert "1.000 đồng" in replaced and "Hãy tính lại" in replaced
    for said in ("số liệu của doanh nghiệp (1)", "số liệu của thành phố (1)", "bản ghi hỗ trợ (1)"):
        assert said in changed
    assert "danh hiệu" not in changed and "hợp nhất" not in changed


def changed_after(run, year=2024, now=LATER):
    changed = since.changed_since(run, year, values_to_publish(run, year)[0], now)
    return {what: len(found) for what, found in changed}


def test_a_record_of_another_year_that_moves_a_turn_of_the_year_is_said(world):
    make_support(world[0], "HC-2024-01")
    run = make_run()
    make_support(world[0], "HC-2024-01", delivered_on=date(2025, 1, 5), now=LATER)
    make_support(world[0], "HC-2025-09", delivered_on=date(2025, 3, 5), now=LATER)
    assert changed_after(run) == {"bản ghi hỗ trợ của năm khác cùng mã hoạt động": 1}
    again = make_run(now=LATER)
    turns = [value_of(each, "turns").numerator for each in (run, again)]
    assert turns == [2, 1] and changed_after(again) == {}


def value_of(run, code, year=2024):
    return KpiValue.objects.readable().get(run=run, year=year, version__indicator__code=code)


def note(enterprise, **facts):
    for name, fact in facts.items():
        setattr(enterprise, name, fact)
    enterprise.save()
    note_enterprise(enterprise, by="system:tests", now=LATER)


def test_another_group_or_ward_of_an_enterprise_that_counts_is_said(world):
    bystander, run = make_enterprise(), make_run()
    EnterpriseGroup.objects.create(enterprise=world[0], group=make_product_group("cntt"), starts_on=date(2021, 1, 1))
    note(world[0])
    note(world[1], ward=make_unit())
    note(world[2], status="suspended", status_from=date(2026, 6, 1))
    note(bystander, ward=make_unit())
    make_titled(2025, now=LATER)
    assert changed_after(run) == {"thông tin doanh nghiệp": 2}
    note(world[1], ward=None)
    assert changed_after(run) == {"thông tin doanh nghiệp": 1}


def test_the_head_of_a_branch_that_counts_is_said(world):
    head = make_enterprise()
    make_titled(tax_code=f"{head.tax_code}-001")
    run = make_run()
    note(head, ward=make_unit())
    assert changed_after(run) == {"thông tin doanh nghiệp": 1}


def test_titles_of_a_later_round_touch_no_earlier_year(world):
    run = make_run()
    make_title(make_product(world[0]), round_year=2025, now=LATER)
    assert changed_after(run) == {}
    make_title(make_product(world[0]), round_year=2024, now=LATER)
    assert changed_after(run) == {"danh hiệu": 1}


def test_figures_that_wait_are_said_where_a_bound_reads_them(world):
    run = make_run()
    make_figures(world[2], 2024, output_vnd=5, at=LATER, state="waiting")
    make_figures(world[2], 2022, output_vnd=5, at=LATER)
    assert changed_after(run) == {"số liệu của doanh nghiệp": 1}


def test_targets_rules_closings_and_definitions_that_changed_are_said(world):
    run = make_run()
    make_target(Period.objects.get(), lower=10, applies="each_year")
    make_rule("turns", {"year_of": "start"})
    FigureYearClosing.objects.create(
        year=2024, decision_number="1/QĐ", decided_on=date(2026, 6, 2), closed_by=uuid.uuid4(), closed_at=LATER
    )
    version = value_of(run, "support_money").version
    IndicatorVersion.objects.filter(pk=version.pk).update(superseded_at=LATER)
    IndicatorVersion.objects.create(
        indicator=version.indicator,
        revision=2,
        name_vi="Tiền",
        name_en="Money",
        definition=version.definition | {"band": "money"},
        recorded_at=LATER,
    )
    make_statistic(900, year=2023, recorded_at=LATER)
    assert changed_after(run) == {
        "chốt số liệu năm": 1,
        "định nghĩa chỉ tiêu": 1,
        "mục tiêu được giao": 1,
        "quy tắc tính": 1,
    }


def correct_amount(record, amount, now=LATER, **content):
    record.refresh_from_db()
    correct_support(
        record=record, version=record.version, by=make_head(), now=now, reason="Sai", amount_vnd=amount, **content
    )


def restate(enterprise, output_vnd, at):
    FigureRevision.objects.filter(enterprise=enterprise, year=2024, superseded_at=None).update(superseded_at=at)
    make_figures(enterprise, 2024, output_vnd=output_vnd, at=at)


def change_again(what, world):
    """Three changes of one thing: the last takes the second back."""
    later, officer = [LATER + timedelta(days=day) for day in (1, 2, 3)], make_officer()
    if what == "thông tin doanh nghiệp":
        first, second = make_unit(), make_unit()
        return [partial(note, world[0], ward=ward) for ward in (first, second, first)]
    if what == "bản ghi hỗ trợ":
        record = world[0].support_records.get()
        source = make_money_source()
        return [
            partial(correct_amount, record, amount, at, money_source=source)
            for amount, at in zip((7, 999, 7), later, strict=True)
        ]
    if what == "số liệu của doanh nghiệp":
        return [partial(restate, world[0], output, at) for output, at in zip((5, 6, 7), later, strict=True)]

    def revise(amount, at):
        statistic = CityStatistic.objects.current().get(measure="output", year=2024)
        revise_statistic(
            statistic=statistic,
            amount=amount,
            source="Niên giám",
            published_on=date(2025, 6, 1),
            reason="Sai",
            by=officer,
            now=at,
        )

    return [partial(revise, amount, at) for amount, at in zip((900, 800, 700), later, strict=True)]


@pytest.mark.parametrize(
    "what", ["thông tin doanh nghiệp", "bản ghi hỗ trợ", "số liệu của doanh nghiệp", "số liệu của thành phố"]
)
def test_a_second_change_of_the_same_thing_is_not_published_unseen(world, what):
    run, director, now = make_run(), make_director(), LATER + timedelta(days=9)
    chosen, _open = values_to_publish(run, 2024)
    seen = []
    for change in change_again(what, world):
        change()
        assert changed_after(run, now=now) == {what: 1}
        seen.append(digest_of_seen(chosen, since.changed_since(run, 2024, chosen, now)))
        assert seen[-1] == digest_of_seen(chosen, since.changed_since(run, 2024, chosen, now))
    assert seen[0] != seen[1] != seen[2]
    with pytest.raises(LookOnceMore):
        publish(run, director, now=now, seen=seen[1])
    assert publish(run, director, now=now, seen=seen[2]).pk


def test_a_change_taken_back_and_another_made_is_not_published_unseen(world):
    run, (first, second) = make_run(), [make_unit(), make_unit()]
    chosen, _open = values_to_publish(run, 2024)
    note(world[0], ward=first)
    seen = digest_of_seen(chosen, since.changed_since(run, 2024, chosen, LATER))
    note(world[0], ward=None)
    note(world[1], ward=second)
    assert changed_after(run) == {"thông tin doanh nghiệp": 1}
    with pytest.raises(LookOnceMore):
        publish(run, make_director(), now=LATER, seen=seen)


def test_what_no_value_reads_asks_for_no_further_look(world):
    run, record = make_run(), world[0].support_records.get()
    chosen, _open = values_to_publish(run, 2024)
    correct_amount(record, 7, money_source=make_money_source())
    seen = digest_of_seen(chosen, since.changed_since(run, 2024, chosen, LATER))
    correct_amount(record, 7, evidence="Biên bản số 13")
    note(world[0], status="suspended", status_from=date(2026, 6, 1))
    assert publish(run, make_director(), now=LATER, seen=seen).pk


def test_an_import_that_published_values_rest_on_is_not_taken_back(world):
    of_published, of_nothing = uuid.uuid4(), uuid.uuid4()
    make_support(world[1], import_batch=of_published)
    make_support(world[1], delivered_on=date(2023, 5, 1), import_batch=of_nothing)
    kind = kinds()["support"]
    require_nothing_rests_on(SimpleNamespace(kind="support", public_id=of_published), kind)
    publish(make_run(), make_director(), paper="202/TB-SCT")
    with override("en"), pytest.raises(Refused, match="2024 published by 202/TB-SCT"):
        require_nothing_rests_on(SimpleNamespace(kind="support", public_id=of_published), kind)
    require_nothing_rests_on(SimpleNamespace(kind="support", public_id=of_nothing), kind)


def test_a_registry_import_with_a_published_title_is_not_taken_back(world):
    batch = uuid.uuid4()
    make_indicator({"counts": "products", "unit": "product"}, "products")
    make_title(round_year=2024, now=NOW, import_batch=batch)
    publish(make_run(), make_director())
    with pytest.raises(Refused):
        require_not_published(SimpleNamespace(kind="enterprises", public_id=batch))


def test_only_leaders_publish_and_only_finished_runs_with_a_paper(world):
    run, director = make_run(), make_director()
    for person in (make_head(), make_officer(), make_auditor()):
        with pytest.raises(NotAllowed):
            publish(run, person)
    with pytest.raises(Refused):
        publish(run, director, paper=" ")
    with pytest.raises(Refused):
        publish(run, director, year=2020)
    with pytest.raises(Refused):
        publish_year(year=2024, run=run, paper_number="1", paper_on=date(2030, 1, 1), by=director, now=NOW)
    waiting = ask_for_values(by="system:tests", now=NOW)
    with pytest.raises(Refused):
        publish(waiting, director)
    assert not KpiPublication.objects.exists()


def test_variant_is_chosen_before_publishing(world):
    second = make_indicator(OUTPUT_SHARE, "output_share.b").indicator
    run, director = make_run(), make_director()
    with pytest.raises(Refused) as refusal:
        publish(run, director)
    assert "%" not in str(refusal.value)
    choose(second, director)
    publication = publish(run, director)
    share = publication.values.get(family="output_share")
    assert (share.indicator_code, share.choice.paper_number) == ("output_share.b", "12/TB-SCT")


def test_later_publication_supersedes_with_a_reason(world):
    director = make_director()
    first = publish(make_run(), director)
    make_figures(world[2], 2024, output_vnd=3)
    run = make_run(now=LATER)
    with pytest.raises(Refused):
        publish(run, director, paper="46/TB-SCT", now=LATER)
    with pytest.raises(Conflict):
        publish(run, director, reason="Số mới", now=LATER)
    second = publish(run, director, paper="46/TB-SCT", reason="Số mới", now=LATER)
    assert (second.revision, second.supersedes) == (2, first)
    assert list(KpiPublication.objects.in_force()) == [second]
    assert PublishedValue.objects.get(publication=first, family="output_share").numerator == 120
    assert PublishedValue.objects.get(publication=second, family="output_share").numerator == 123


def test_rows_that_were_tampered_with_are_not_published(world):
    run, director = make_run(), make_director()
    KpiRow.objects.filter(value__version__indicator__code="output_share.a").update(contribution=60)
    with pytest.raises(Refused):
        publish(run, director)
    assert not PublishedRow.objects.exists()


def test_rows_that_were_let_go_are_not_published(world):
    old, director = make_run(), make_director()
    make_run(now=LATER)
    with pytest.raises(Refused):
        publish(old, director)
    again = make_run(now=LATER, cutoff=old.cutoff)
    assert publish(again, director).values.count() == 3


def test_published_figures_stay_whatever_is_learnt_and_an_old_cutoff_gives_the_same_digest(world):
    run, director = make_run(), make_director()
    publish(run, director)
    before = contents()
    merge(world[1], world[0], LATER)
    make_title(make_product(world[2]), round_year=2024, now=LATER)
    old = world[0].figures.get(year=2024)
    type(old).objects.filter(pk=old.pk).update(superseded_at=LATER)
    make_figures(world[0], 2024, output_vnd=1, at=LATER, revision=2)
    revise_statistic(
        statistic=CityStatistic.objects.current().get(), amount=2_000, source="x", published_on=date(2026, 1, 1),
        reason="x", by=make_officer(), now=LATER,
    )  # fmt: skip
    new = make_run(now=LATER)
    again = make_run(now=LATER, cutoff=run.cutoff)
    assert contents() == before
    assert again.digest == run.digest != new.digest


def test_published_figures_are_refused_to_raw_sql(world):
    publish(make_run(), make_director())
    for statement in (
        "UPDATE reporting_publishedvalue SET numerator = 1",
        "UPDATE reporting_publishedrow SET contribution = 1",
        "UPDATE reporting_kpipublication SET digest = 'x'",
        "DELETE FROM reporting_publishedrow",
        "DELETE FROM reporting_publishedvalue",
        "DELETE FROM reporting_kpipublication",
        "UPDATE reporting_kpivalue SET numerator = 1",
        "UPDATE reporting_kpirun SET digest = 'x'",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_figure_of_the_city_is_none_of_a_year_or_paper_to_come(world):
    kept = {"measure": "iip", "amount": 10_570, "state": "estimate", "source": "Niên giám", "by": make_officer()}
    today = timezone.localdate(NOW)
    with pytest.raises(Refused, match="chưa đến"):
        record_statistic(year=today.year + 1, published_on=today, now=NOW, **kept)
    with pytest.raises(Refused, match="tương lai"):
        record_statistic(year=today.year, published_on=today + timedelta(days=1), now=NOW, **kept)
    statistic = record_statistic(year=today.year, published_on=today, now=NOW, **kept)
    with pytest.raises(Refused, match="tương lai"):
        revise_statistic(
            statistic=statistic, amount=1, source="x", published_on=today + timedelta(days=1), reason="Mới",
            by=kept["by"], now=NOW,
        )  # fmt: skip


UNTIMELY = (
    ({"state": "estimate", "year": 2025, "published_on": date(2024, 12, 31)}, "trước khi năm đó bắt đầu"),
    ({"state": "official", "year": 2024, "published_on": date(2024, 12, 31)}, "sau khi hết năm"),
    ({"prices": "constant", "base_year": 2026, "year": 2024, "published_on": date(2025, 1, 2)}, "sau ngày công bố"),
)


@pytest.mark.parametrize(("wrong", "why"), UNTIMELY)
def test_the_day_of_publication_goes_with_what_was_published(world, wrong, why):
    kept = {"measure": "output", "amount": 10_570, "state": "official", "source": "Niên giám", "by": make_officer()}
    with pytest.raises(Refused, match=why):
        record_statistic(now=NOW, **kept | wrong)
    with pytest.raises(DatabaseError, match="timely_statistic"), transaction.atomic():
        make_statistic(**{"amount": 10_570, "state": "official"} | wrong)
    form = StatisticForm(
        {
            "measure": "output",
            "amount_vnd": "5",
            "unit_vnd": "vnd",
            "prices": "current",
            "state": "official",
            "source": "x",
        }
        | wrong
        | {"published_on": f"{wrong['published_on']:%d/%m/%Y}"}
    )
    assert any(why in sentence for sentences in form.errors.values() for sentence in sentences)


def test_an_official_figure_is_not_revised_by_a_paper_of_its_own_year(world):
    standing = CityStatistic.objects.current().get(measure="output", year=2024)
    with pytest.raises(Refused, match="sau khi hết năm"):
        revise_statistic(
            statistic=standing, amount=2_000, source="x", published_on=date(2024, 12, 31), reason="Mới", by=make_officer(),
            now=NOW,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("years", "why"),
    [((1999, 2020), "2000"), ((2025, 2024), "trước"), ((2000, 2025), "26 năm"), ((2020, 2099), "2000")],
)
def test_why_years_are_not_computed_is_said(world, years, why):
    with pytest.raises(Refused, match=why):
        ask_for_values(by=make_officer(), now=NOW, year_from=years[0], year_to=years[1])
