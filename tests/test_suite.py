"""The commands that run everything: they stop at once, and say why, where something is missing."""

import pytest

from tests import figures, services, sharing_out, suite


def test_missing_packages_stop_the_tests_at_once_and_are_named(monkeypatch):
    monkeypatch.setattr(services, "program", lambda name: None if name == "chromium" else f"/usr/bin/{name}")
    monkeypatch.setenv("NO_INSTALL", "1")
    with pytest.raises(
        SystemExit, match=r"needs these Debian packages: chromium\. Install them: apt-get install chromium"
    ):
        suite.get_services()


def test_nothing_is_installed_when_everything_is_there(monkeypatch):
    monkeypatch.setattr(services, "program", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(services.subprocess, "run", None)
    suite.get_services()


def test_what_a_figure_needs_besides_is_named_like_what_the_suite_needs(monkeypatch):
    monkeypatch.setattr(services, "program", lambda name: None if name == "wrk" else f"/usr/bin/{name}")
    monkeypatch.setenv("NO_INSTALL", "1")
    with pytest.raises(SystemExit, match=r"make bench needs these Debian packages: wrk\. Install them"):
        figures.run_all("bench", ["api"])


def test_the_closing_line_of_each_run_is_summed_up(capsys):
    whole = suite.Suite()
    for line in ("12 passed in 3.20s", "1 failed, 7 passed in 61.00s (0:01:01)"):
        found = suite.CLOSING.search(line)
        whole.count(found.group(1))
    whole.summary(False)
    assert capsys.readouterr().out.splitlines()[-1].startswith("===== 19 passed, 1 failed in ")


def test_a_figure_of_an_unknown_name_is_refused_with_the_names_there_are():
    with pytest.raises(SystemExit, match=r"No such name: nothing\. There are: .*fresh_run"):
        figures.run_all("prove", ["nothing"])


@pytest.mark.parametrize("kind", sorted(figures.PLACES))
def test_every_proof_and_figure_says_where_it_runs(kind):
    for path in figures.found(kind).values():
        assert set(figures.engines(path)) <= {"sqlite", "postgres", "nothing"}
        assert "def figures(" in path.read_text()


def test_what_asks_no_database_is_asked_once(request):
    assert sharing_out.is_asked_once(request.node)


def test_what_pages_say_is_asked_once_and_services_twice():
    asked = {path: sharing_out.OF_PAGES.fullmatch(f"tests/{path}") is not None for path in (
        "programme/test_money_views.py", "exchange/test_views_clients.py", "accounts/test_views.py",
        "documents/test_viewing.py", "dossiers/test_handling_services.py", "enterprises/test_reviews.py",
        "browser/test_pages.py", "test_permission_matrix.py",
    )}  # fmt: skip
    assert [path for path, once in asked.items() if once] == [
        "programme/test_money_views.py",
        "exchange/test_views_clients.py",
        "accounts/test_views.py",
    ]


@pytest.mark.django_db
def test_what_asks_the_database_is_asked_on_both_engines(request):
    assert not sharing_out.is_asked_once(request.node)


def test_what_stands_in_files_is_asked_once():
    assert {path for path in sharing_out.OF_FILES if (services.HOUSE / path).is_file()} == sharing_out.OF_FILES


def test_what_changes_the_data_of_a_fresh_portal_is_done_by_one_process():
    users = {
        f"tests/browser/{path.name}"
        for path in (services.HOUSE / "tests" / "browser").glob("test_*.py")
        if "fresh_site" in path.read_text()
    }
    assert users
    assert {sharing_out.bundle(f"{path}::test_something[vi]") for path in users} == {"fresh_site"}


def test_files_that_stay_together_are_there_and_all_others_are_shared_out_singly():
    assert all((services.HOUSE / path).is_file() for path in {*sharing_out.TOGETHER, *sharing_out.ONCE})
    alone = "tests/browser/test_pages.py::test_page[a::b]"
    assert sharing_out.bundle(alone) == alone
