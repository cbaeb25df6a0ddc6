import pytest
from django.urls import reverse

from accounts import handover
from accounts.roles import Role
from audit.refusals import Refused
from documents.models import Import, StoredFile
from enterprises.models import FigureRevision
from enterprises.services import figures as services
from reporting.home import work_for
from tests.factories import (
    make_administrator,
    make_enterprise,
    make_enterprise_user,
    make_figures,
    make_officer,
    make_user,
)


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


def taken(what, taker, leaver, now):
    return handover.hand_over(
        person=leaver, to={what: taker}, paper="", reason="Điều động", by=make_administrator(), now=now
    )


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.AUDITOR, Role.COUNCIL_MEMBER, Role.CENTRE_STAFF])
def test_declarations_go_to_nobody_who_may_not_send_them(now, role):
    leaver = make_officer()
    make_figures(make_enterprise(), 2024, state="returned", by=leaver)
    with pytest.raises(Refused):
        taken("figures", make_user(role), leaver, now)
    assert services.count_held(leaver) == 1


@pytest.mark.django_db
def test_a_draft_that_was_taken_over_opens_for_who_took_it(now, client_as):
    leaver, successor, other = make_officer(), make_officer(), make_officer()
    draft = make_figures(make_enterprise(), 2024, state="draft", by=leaver)
    taken("figures", successor, leaver, now)
    address = reverse("enterprises:figures_detail", args=[draft.public_id])
    assert client_as(successor).get(address).status_code == 200
    assert client_as(other).get(address).status_code == 404


@pytest.mark.django_db
def test_what_a_preparer_holds_goes_on_within_the_enterprise(now):
    enterprise = make_enterprise()
    preparer = make_enterprise_user(enterprise, Role.PREPARER)
    signatory, stranger = make_enterprise_user(enterprise), make_enterprise_user(make_enterprise())
    make_figures(enterprise, 2024, state="draft", by=preparer)
    with pytest.raises(Refused):
        taken("figures", stranger, preparer, now)
    taken("figures", signatory, preparer, now)
    assert services.count_held(signatory) == 1


@pytest.mark.django_db
def test_imports_go_only_to_whoever_may_import_that_kind(now):
    leaver, successor = make_officer(), make_officer()
    sent = StoredFile.objects.create(
        sha256="0" * 64, size=1, format="csv", original_name="a.csv", owner=leaver.public_id, stored_at=now
    )
    Import.objects.create(
        kind="figures", year=2024, file=sent, digest="0" * 64, state="previewed", by=leaver.public_id, uploaded_at=now
    )
    for role in (Role.CENTRE_STAFF, Role.AUDITOR):
        with pytest.raises(Refused):
            taken("imports", make_user(role), leaver, now)
    taken("imports", successor, leaver, now)
    assert Import.objects.held_by(successor).count() == 1
