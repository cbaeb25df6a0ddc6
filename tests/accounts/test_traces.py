import pytest
from django.urls import reverse

from accounts.roles import Role
from audit.access_log import said
from audit.models import AccessEntry
from tests.factories import make_auditor, make_officer, make_user


@pytest.mark.django_db
def test_refused_attempt_leaves_a_trace(client_as):
    council = make_user(Role.COUNCIL_MEMBER)
    response = client_as(council).get(reverse("support:record_support"))
    assert response.status_code == 403
    entry = AccessEntry.objects.get()
    assert (entry.actor, entry.what) == (f"user:{council.public_id}", "refused GET support:record_support")


@pytest.mark.django_db
def test_list_taken_out_as_a_file_leaves_a_trace(client_as):
    officer = make_officer()
    client_as(officer).get(reverse("support:support_list") + "?export=csv")
    entry = AccessEntry.objects.get()
    assert (entry.actor, entry.what, entry.basis) == (
        f"user:{officer.public_id}",
        "exported GET support:support_list",
        "csv",
    )


@pytest.mark.django_db
def test_ordinary_reading_leaves_none(client_as):
    client_as(make_officer()).get(reverse("support:support_list"))
    assert AccessEntry.objects.count() == 0


@pytest.mark.django_db
def test_the_access_log_says_in_words_what_was_refused(client_as):
    assert client_as(make_auditor()).get(reverse("accounts:add_office")).status_code == 403
    assert said(AccessEntry.objects.latest("pk").what).startswith("Bị từ chối: Sửa danh mục")
    assert said("refused GET nowhere:at_all") == "Bị từ chối: GET nowhere:at_all"
