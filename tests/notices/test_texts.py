"""Wordings: loaded, worded anew by whoever may, checked place by place, never changed in place."""

import json
from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from accounts.roles import Role
from audit.models import Event
from audit.refusals import NotAllowed, Refused, StaleVersion
from notices import wording
from notices.kinds import kinds
from notices.loading import load_notices
from notices.models import Text
from notices.services import texts as services
from tests.factories import make_administrator, make_head, make_user

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
KIND = "dossiers.lodged"


def words(**changed):
    return services.words_in_file()[KIND] | changed


def edit(by, number=0, **changed):
    return services.edit_text(
        kind=kinds()[KIND], words=words(**changed), reason="Cho rõ", number=number, by=by, now=NOW
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hồ sơ {code} của {enterprise}", ""),
        ("Hồ sơ {kode}", "không có chỗ điền {kode}"),
        ("Hồ sơ {code", "ngoặc nhọn lẻ"),
        ("Hồ sơ code}", "ngoặc nhọn lẻ"),
        ("Hồ sơ {code.__class__}", "không có chỗ điền {code.__class__}"),
        ("{0} {}", "không có chỗ điền {0}"),
        ("{}", "không có chỗ điền {}"),
        ("{ code }", "không có chỗ điền { code }"),
        ("Hồ sơ {{code}}", "một cặp ngoặc nhọn, ví dụ {person}"),
        ("Hồ sơ {code {enterprise}}", "một cặp ngoặc nhọn"),
        ("%(code)s 100 %", ""),
    ],
)
def test_only_places_that_the_kind_offers_are_taken(text, said):
    problem = wording.problem_of(text, kinds()[KIND].sample)
    assert said in problem and bool(said) == bool(problem)
    assert "{name}" not in problem


def test_what_is_filled_in_is_not_read_again():
    assert wording.fill("{a} và {b}", {"a": "{b}", "b": "{a}"}) == "{b} và {a}"
    assert wording.one_line("Dòng một\r\nBcc: x@y.example") == "Dòng một Bcc: x@y.example"


def test_wordings_are_loaded_again_without_overwriting_what_a_person_worded(tmp_path):
    call_command("load_notices", verbosity=0)
    loaded = load_notices(by="load_notices", now=NOW)
    assert (loaded.created, loaded.updated, loaded.kept) == (0, 0, [])
    rows = json.loads(services.FILE.read_text())
    for row in rows:
        row["subject_vi"] += "!"
    path = tmp_path / "texts.json"
    path.write_text(json.dumps(rows))
    edit(make_administrator(), number=1, subject_vi="Xác nhận {code}")
    again = load_notices(by="load_notices", now=NOW, path=path)
    assert (again.updated, again.kept) == (len(rows) - 1, [KIND])
    assert services.text_of(kinds()[KIND]).subject_vi == "Xác nhận {code}"


def test_a_wording_is_kept_beside_the_one_before_it():
    administrator = make_administrator()
    first = edit(administrator, subject_vi="Xác nhận {code}")
    assert (first.number, services.text_of(kinds()[KIND])) == (1, first)
    second = edit(administrator, number=1, subject_vi="Xác nhận nộp {code}")
    assert [text.subject_vi for text in Text.objects.filter(kind=KIND)] == ["Xác nhận nộp {code}", "Xác nhận {code}"]
    event = Event.objects.get(kind="notice text changed", object_id=second.public_id)
    assert "Xác nhận nộp {code}" in event.body
    with pytest.raises(DatabaseError), transaction.atomic():
        Text.objects.update(subject_vi="Khác")


def test_two_who_word_at_once_do_not_overwrite_each_other():
    edit(make_administrator(), subject_vi="Một {code}")
    with pytest.raises(StaleVersion) as conflict:
        edit(make_administrator(), subject_vi="Hai {code}")
    assert conflict.value.current.subject_vi == "Một {code}"


def test_who_may_not_word_and_what_cannot_be_used_is_refused():
    with pytest.raises(NotAllowed):
        edit(make_head(), subject_vi="Xác nhận {code}")
    administrator = make_administrator()
    for wrong in ({"subject_vi": "{nobody}"}, {"subject_vi": " "}, {"body_en": ""}, {}):
        with pytest.raises(Refused):
            edit(administrator, **wrong)


@pytest.mark.parametrize(
    "wrong", [{"subject_vi": ""}, {"body_vi": ""}, {"subject_en": "Only"}, {"kind": KIND, "number": 1}]
)
def test_half_a_wording_or_a_number_twice_is_refused_by_the_database(wrong):
    edit(make_administrator(), subject_vi="Xác nhận {code}")
    facts = {"kind": "x", "number": 1, "subject_vi": "a", "body_vi": "b", "written_at": NOW, "written_by": "system:x"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Text.objects.create(**(facts | wrong))


def test_a_wording_is_shown_with_sample_data_and_kept_only_when_asked(client_as):
    client = client_as(make_administrator())
    page = reverse("notices:edit_text", args=[KIND])
    shown = client.get(page).content.decode()
    assert "{enterprise}" in shown
    sent = words(subject_vi="Báo nộp {code}") | {"reason": "Cho rõ", "version": 0}
    preview = client.post(page, sent | {"preview": "yes"}).content.decode()
    assert "Báo nộp 261120-0001" in preview
    asked_for = client.post(page, sent | {"reason": "", "preview": "yes"}).content.decode()
    label = 'for="id_reason">Lý do hoặc văn bản của lần thay đổi này</label>'
    assert "Báo nộp 261120-0001" in asked_for and label in asked_for
    assert not Text.objects.exists()
    wrong = client.post(page, sent | {"body_vi": "{sai}", "operation_key": "7d1f2f5e-56c4-4f0c-8e2c-6d2c4a7b9d11"})
    assert "không có chỗ điền {sai}" in wrong.content.decode()
    kept = client.post(page, sent | {"operation_key": "7d1f2f5e-56c4-4f0c-8e2c-6d2c4a7b9d12"})
    assert kept["Location"] == reverse("notices:text", args=[KIND])
    assert Text.objects.get().subject_vi == "Báo nộp {code}"
    stale = client.post(
        page, sent | {"subject_vi": "Hai {code}", "operation_key": "7d1f2f5e-56c4-4f0c-8e2c-6d2c4a7b9d13"}
    )
    assert "Báo nộp {code}" in stale.content.decode() and "Hai {code}" in stale.content.decode()
    history = client.get(reverse("notices:text", args=[KIND])).content.decode()
    assert "Báo nộp {code}" in history and "Cho rõ" in history
    assert client.get(reverse("notices:text", args=["no.such"])).status_code == 404


def test_readers_of_wordings_do_not_edit_them(client_as):
    client = client_as(make_user(Role.INTAKE))
    assert client.get(reverse("notices:text_list")).status_code == 200
    assert client.get(reverse("notices:text", args=[KIND])).status_code == 200
    assert client.get(reverse("notices:edit_text", args=[KIND])).status_code == 403
    assert client_as(make_head()).get(reverse("notices:text_list")).status_code == 403
