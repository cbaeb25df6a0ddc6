"""Twenty numbers at once, a void between them, and a number whose transaction broke off: no gap, no number twice."""

import threading
import time
from datetime import UTC, datetime

import pytest
from django.db import transaction

from accounts.roles import Role
from audit.refusals import Conflict, Refused, StaleVersion
from documents.models import NumberCounter, PaperNumber
from documents.services import numbers as services
from documents.services import papers, way, work_files
from tests.dossiers.test_procedure_races import at_once
from tests.factories import (
    make_deputy_head,
    make_head,
    make_number,
    make_office,
    make_officer,
    make_paper_at,
    make_series,
    make_user,
    make_work_file,
)

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)


def test_of_twenty_who_take_a_number_at_once_each_gets_one_and_none_is_missing():
    series, office = make_series(), make_office()
    first = make_number(series, office=office)

    def void():
        return services.void_number(number=first, version=1, reason="Ghi trùng", by="system:tests", now=NOW)

    def broken_off():
        make_number(series, office=office, subject="MẬT")

    def one():
        return make_number(series, office=office)

    outcomes = at_once(*[one] * 20, void, broken_off)
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1
    rows = PaperNumber.objects.filter(series=series).order_by("number")
    assert list(rows.values_list("number", flat=True)) == list(range(1, 22))
    assert [row.number for row in rows if row.is_void] == [1]
    assert NumberCounter.objects.get(series=series).last_number == 21


def test_of_two_heads_who_initial_a_paper_at_once_one_does_and_the_other_reads_why():
    office = make_office()
    paper = make_paper_at("initialling", drafter=make_officer(office=office))
    heads = [make_head(office=office), make_deputy_head(office=office)]
    outcomes = at_once(
        *[lambda by=by: way.initial_paper(paper=paper, version=paper.version, by=by, now=NOW) for by in heads]
    )
    assert sorted(isinstance(outcome, Conflict) for outcome in outcomes) == [False, True]
    assert paper.steps.filter(verb="initial").count() == 1


def test_whoever_waits_while_a_paper_or_a_file_is_handed_over_reads_that_it_was():
    office = make_office()
    leaving, staying, chief = make_officer(office=office), make_officer(office=office), make_user(Role.CHIEF_OF_OFFICE)
    head, file = make_head(office=office), make_work_file(keeper=leaving)
    paper = make_paper_at("initialling", drafter=leaving)

    def waits_for(hand_over, act):
        held = threading.Event()

        def first():
            with transaction.atomic():
                hand_over(leaving, staying, by=chief, now=NOW)
                held.set()
                time.sleep(0.5)

        def then():
            assert held.wait(20)
            return act()

        return at_once(first, then)[1]

    for outcome in (
        waits_for(
            work_files.hand_over_files,
            lambda: work_files.close_work_file(work_file=file, version=file.version, by=chief, now=NOW),
        ),
        waits_for(
            papers.hand_over_papers,
            lambda: way.initial_paper(paper=paper, version=paper.version, by=head, now=NOW),
        ),
    ):
        assert isinstance(outcome, StaleVersion)


def test_of_two_who_type_the_same_number_at_once_one_has_it():
    series, office = make_series(numbered_by="system"), make_office()
    outcomes = at_once(*[lambda: make_number(series, office=office, number=7)] * 2)
    assert sorted(isinstance(outcome, Conflict) for outcome in outcomes) == [False, True]
    assert PaperNumber.objects.filter(series=series).count() == 1
