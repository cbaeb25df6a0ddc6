import pytest

from accounts import handover
from enterprises.models import FigureRevision
from enterprises.services import figures as services
from reporting.home import work_for
from tests.factories import make_administrator, make_enterprise, make_figures, make_officer


@pytest.mark.django_db
def test_declarations_go_to_the_successor_and_stand_among_their_work(now):
    leaver, successor, enterprise = make_officer(), make_officer(), make_enterprise()
    figures = make_figures(enterprise, 2024, state="returned", by=leaver)
    assert services.count_held(leaver) == 1
    handover.hand_over(
        person=leaver,
        to={"figures": successor},
        paper="12/BB-SCT",
        reason="Điều động",
        by=make_administrator(),
        now=now,
    )
    assert (services.count_held(leaver), services.count_held(successor)) == (0, 1)
    assert FigureRevision.objects.get(pk=figures.pk).recorded_by == figures.recorded_by

    def waits_for(person):
        return any(enterprise.called in item.text for section in work_for(person, now) for item in section.items)

    assert waits_for(successor)
    assert not waits_for(leaver)


@pytest.mark.django_db
def test_confirmed_figures_are_nobody_s_work(now):
    officer = make_officer()
    make_figures(make_enterprise(), 2024, state="confirmed", by=officer)
    assert services.count_held(officer) == 0
