import re

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse

from tests.factories import make_administrator, make_officer

pytestmark = pytest.mark.django_db


def test_vietnamese_is_shown_whatever_the_browser_prefers(client):
    answer = client.get("/no-such-page/", headers={"accept-language": "en"})
    assert answer.headers["Content-Language"] == "vi"


def test_the_switch_remembers_english_and_goes_back(client):
    answer = client.post(reverse("screens:set_language"), {"language": "en", "next": "/enterprises/?q=a"})
    assert (answer.status_code, answer["Location"]) == (302, "/enterprises/?q=a")
    assert client.get("/no-such-page/").headers["Content-Language"] == "en"


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""])
def test_the_switch_never_leads_elsewhere(client, target):
    answer = client.post(reverse("screens:set_language"), {"language": "en", "next": target})
    assert answer["Location"] == "/"


def test_an_unknown_language_changes_nothing(client):
    answer = client.post(reverse("screens:set_language"), {"language": "xx", "next": "/"})
    assert not answer.cookies


def test_the_switch_cannot_be_called_by_a_link(client):
    assert client.get(reverse("screens:set_language")).status_code in (302, 405)


def test_a_page_that_is_not_there_says_what_to_do(client):
    client.force_login(make_officer())
    answer = client.get("/no-such-page/")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert len(re.findall("<h1", page)) == 1
    assert 'lang="vi"' in page


def test_the_static_error_pages_need_no_context():
    for name in ("500.html", "400.html"):
        page = render_to_string(name)
        assert "<h1>" in page and 'lang="en"' in page


def test_a_refusal_says_its_reason(client):
    page = render_to_string("403.html", {"exception": "Đã khóa số liệu năm 2024."}, request=RequestFactory().get("/"))
    assert "Đã khóa số liệu năm 2024." in page


def test_the_style_guide_shows_every_element(client):
    client.force_login(make_administrator())
    page = client.get(reverse("screens:style_guide"))
    assert page.status_code == 200
    for part in ("band-chart", "error-summary", 'class="data"', "nested-bar", "tag-bad", "history"):
        assert part in page.content.decode()
