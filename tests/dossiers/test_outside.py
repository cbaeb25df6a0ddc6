"""What was lodged with another system: by whose account, kept apart from what came online and on paper, and named as such."""

import unicodedata
from datetime import date, timedelta
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from audit.refusals import Conflict, NotAllowed, Refused
from documents.models import StoredFile
from dossiers.models import Dossier
from dossiers.permissions.dossiers import may_on, purpose_of_identity
from dossiers.presenting.dossiers import facts_of, way_text
from dossiers.presenting.slips import slip_of
from dossiers.services import dossiers as services
from dossiers.services import handling
from dossiers.services.outside import NotWhole, lodge_from_outside
from dossiers.services.supplements import (
    digest_of_answer,
    prepare_supplement,
    save_answers,
    send_answer,
    send_supplement,
)
from dossiers.states import CLERKS, ENTERPRISE
from notices.models import Telling
from screens.formats import vn_date
from tests.dossiers.matrix_procedures import one_page
from tests.dossiers.test_procedure_models import refused
from tests.factories import make_dossier, make_enterprise, make_enterprise_user, make_procedure, make_user, make_version

pytestmark = pytest.mark.django_db
YESTERDAY = timezone.localdate() - timedelta(days=1)


@pytest.fixture
def version():
    version = make_version(make_procedure())
    version.fields.update(code="noi-dung")
    version.components.update(code="van-ban")
    version.state, version.valid_from = "issued", date(2026, 1, 5)
    version.paper_number, version.paper_on = "1/QĐ", date(2026, 1, 5)
    version.put_in_force_at, version.put_in_force_by = timezone.now(), "system:tests"
    version.save()
    return version


@pytest.fixture
def enterprise():
    return make_enterprise("Công ty Ánh Dương")


@pytest.fixture
def system():
    return make_user(Role.SYSTEM, full_name="Hệ thống một cửa")


@pytest.fixture
def clerk():
    return make_user(Role.INTAKE)


def paper(name="kien-nghi.pdf", content=None):
    return SimpleUploadedFile(name, one_page() if content is None else content)


def lodge(version, enterprise, by, **more):
    given = {
        "procedure": version.procedure, "enterprise": enterprise, "applicant_name": "Trần Thị Ký",
        "arrived_on": YESTERDAY, "outside_code": "MC-000123", "answers": {"noi-dung": "Thiếu mặt bằng"},
        "files": {"van-ban": [paper()]}, "now": timezone.now(),
    }  # fmt: skip
    return lodge_from_outside(**given | more, by=by)


def test_it_is_lodged_at_once_by_whoever_it_names(version, enterprise, system):
    dossier = lodge(version, enterprise, system)
    assert (dossier.state, dossier.channel, dossier.typed_by, dossier.submitted_by) == (
        "lodged", "one_stop", system, system,
    )  # fmt: skip
    assert (dossier.applicant, dossier.applicant_name, dossier.outside_code) == (None, "Trần Thị Ký", "MC-000123")
    assert (dossier.is_online, dossier.is_paper, dossier.turn.value) == (False, False, "department")
    assert {telling.kind for telling in Telling.objects.all()} == {"dossiers.lodged", "dossiers.to_receive"}


def test_what_is_not_whole_names_all_that_it_lacks(version, enterprise, system):
    with pytest.raises(NotWhole) as refusal:
        lodge(version, enterprise, system, answers={"noi-dung": "x" * 301, "khac": "x"})
    assert set(refusal.value.answers) == {"noi-dung", "khac"}
    with pytest.raises(NotWhole) as refusal:
        lodge(version, enterprise, system, answers={}, files={"khac": [paper()]})
    assert (set(refusal.value.answers), set(refusal.value.files)) == ({"noi-dung"}, {"van-ban", "khac"})
    assert not Dossier.objects.exists() and not StoredFile.objects.exists()


def test_a_code_of_theirs_is_lodged_once_and_a_day_to_come_never(version, enterprise, system):
    dossier = lodge(version, enterprise, system)
    with pytest.raises(Conflict, match=dossier.code):
        lodge(version, enterprise, system)
    with pytest.raises(Refused, match="chưa đến"):
        tomorrow = timezone.localdate() + timedelta(days=1)
        lodge(version, enterprise, system, outside_code="MC-2", arrived_on=tomorrow)
    lodge(version, enterprise, make_user(Role.SYSTEM))


def test_codes_of_theirs_that_differ_in_capitals_are_one_in_the_database(version, enterprise, system):
    lodge(version, enterprise, system)
    given = {"channel": "one_stop", "applicant_name": "A", "typed_by": system, "arrived_on": YESTERDAY}
    begin = partial(services.begin_draft, version, enterprise, by=system, now=timezone.now(), **given)
    assert refused(lambda: begin(outside_code="mc-000123"), "dossier_outside_code_once", "UNIQUE")
    begin(outside_code="mc-000124")


def test_codes_of_theirs_with_marks_are_one_in_capitals_or_not(version, enterprise, system):
    dossier = lodge(version, enterprise, system, outside_code="HS-ĐẠT-001")
    assert (dossier.outside_code, dossier.outside_key) == ("HS-ĐẠT-001", "hs-đạt-001")
    for code in ("hs-đạt-001", "Hs-Đạt-001", unicodedata.normalize("NFD", "hs-đạt-001"), "HS–ĐẠT-001", "ＨＳ-ĐẠT-001"):
        with pytest.raises(Conflict, match=dossier.code):
            lodge(version, enterprise, system, outside_code=code)
    lodge(version, enterprise, system, outside_code="hs-dat-001")
    one_stop = {"channel": "one_stop", "by": system, "outside_code": "MC-1"}
    no_key = one_stop | {"outside_key": ""}
    assert refused(lambda: make_dossier(version, enterprise, **no_key), "dossier_outside_code_with_key")
    made = make_dossier(version, enterprise, **one_stop)
    assert refused(lambda: Dossier.objects.filter(pk=made.pk).update(outside_key="mc-3"), "same_", "keep_", "lodged_")


def test_a_system_has_no_quota_of_files(version, enterprise, system, settings):
    settings.QUOTA_FILES = 1
    for number in range(3):
        lodge(version, enterprise, system, outside_code=f"MC-{number}")


def test_clerks_do_here_what_would_be_the_enterprises_part(version, enterprise, system, clerk):
    dossier, own = lodge(version, enterprise, system), make_enterprise_user(enterprise)
    assert dossier in Dossier.objects.visible_to(own)
    item = {"component": None, "wanted": "Bản vẽ", "reason": "Thiếu", "legal_basis": "QĐ 60"}
    now = timezone.now()
    asked = prepare_supplement(dossier=dossier, items=[item], guidance="", answer_by=None, by=clerk, now=now)
    send_supplement(request=asked, by=clerk, now=now)
    dossier.refresh_from_db()
    assert purpose_of_identity(clerk, dossier) == "receiving"
    answers = {str(asked.items.get().public_id): "Đã gửi kèm"}
    for person in (system, own):
        with pytest.raises(NotAllowed):
            save_answers(request=asked, answers=answers, by=person, now=now)
    save_answers(request=asked, answers=answers, by=clerk, now=now)
    send_answer(request=asked, digest=digest_of_answer(asked), by=clerk, now=now)
    dossier.refresh_from_db()
    assert dossier.state == "lodged"
    with pytest.raises(NotAllowed):
        services.withdraw_dossier(dossier=dossier, reason="Nhầm", by=own, now=now)
    services.withdraw_dossier(dossier=dossier, reason="Nhầm", by=clerk, now=now)


def test_the_list_says_since_when_it_lies_and_finds_it_by_their_code(version, enterprise, system, clerk, client):
    dossier = lodge(version, enterprise, system)
    client.force_login(clerk)
    for address, asked in ((reverse("dossiers:dossier_list"), {"q": "mc-000123"}), ("/", {})):
        shown = client.get(address, asked, follow=True).content.decode()
        assert f"nộp trên hệ thống một cửa từ {vn_date(YESTERDAY)}" in shown, address
    listed = client.get(reverse("dossiers:dossier_list"), {"channel": "one_stop"}).content.decode()
    assert dossier.code in listed
    assert "one_stop" not in client.get(reverse("dossiers:type_in_dossier")).content.decode()


def test_only_a_system_lodges_from_outside_and_does_nothing_more(version, enterprise, system, clerk):
    dossier, other = lodge(version, enterprise, system), make_user(Role.SYSTEM)
    for person in (clerk, make_enterprise_user(enterprise)):
        with pytest.raises(NotAllowed):
            lodge(version, enterprise, person)
    with pytest.raises(NotAllowed):
        services.start_dossier(procedure=version.procedure, enterprise=enterprise, by=system, now=timezone.now())
    for act in (
        lambda: handling.receive_dossier(dossier=dossier, by=system, now=timezone.now()),
        lambda: services.withdraw_dossier(dossier=dossier, reason="x", by=system, now=timezone.now()),
    ):
        with pytest.raises(NotAllowed):
            act()
    for state in ("lodged", "draft"):
        dossier.state = state
        assert may_on(system, dossier, services.LODGE.roles) is (state == "draft")
        assert not may_on(other, dossier, services.LODGE.roles)
        assert may_on(clerk, dossier, CLERKS) is (state == "lodged")
        assert not may_on(make_enterprise_user(enterprise), dossier, ENTERPRISE)


def test_the_database_keeps_the_three_ways_apart(version, enterprise, system, clerk):
    one_stop = {"channel": "one_stop", "by": system, "outside_code": "MC-1"}
    made = make_dossier(version, enterprise, state="lodged", **one_stop)
    assert refused(lambda: make_dossier(version, enterprise, **one_stop), "dossier_outside_code_once", "UNIQUE")
    make_dossier(version, enterprise, **one_stop | {"outside_code": ""})
    make_dossier(version, enterprise, **one_stop | {"outside_code": ""})
    assert refused(lambda: make_dossier(version, enterprise, channel="one_stop", by=clerk), "dossier_of_a_system")
    assert refused(lambda: make_dossier(version, enterprise, channel="post", by=system), "dossier_of_a_system")
    post = {"channel": "post", "by": clerk, "outside_code": "MC-2"}
    assert refused(lambda: make_dossier(version, enterprise, **post), "dossier_outside_code_of_a_system")
    for wrong in ({"typed_by": None}, {"arrived_on": None}, {"applicant_name": ""}):
        assert refused(lambda w=wrong: make_dossier(version, enterprise, **one_stop | w), "dossier_paper_typed_in")
    assert refused(
        lambda: Dossier.objects.filter(pk=made.pk).update(outside_code="MC-3"), "keep_", "lodged_", "outside_code"
    )


def test_pages_and_papers_say_where_it_came_from(version, enterprise, system, clerk):
    dossier = lodge(version, enterprise, system)
    facts = {str(label): text for label, text in facts_of(dossier)}
    assert {"MC-000123", vn_date(YESTERDAY), "Hệ thống một cửa", "Trần Thị Ký"} <= set(facts.values())
    assert "Hệ thống một cửa" in way_text(dossier) and vn_date(YESTERDAY) in way_text(dossier)
    handling.receive_dossier(dossier=dossier, by=clerk, now=timezone.now())
    lines = dict(slip_of(dossier.slip.get()).lines)
    assert lines["Ngày nộp trên hệ thống một cửa"] == vn_date(YESTERDAY)
    assert lines["Mã hồ sơ trên hệ thống một cửa"] == "MC-000123"
