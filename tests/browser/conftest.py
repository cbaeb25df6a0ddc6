"""The portal with its demo data, as `make run` starts it, and Debian's Chromium in front of it."""

import contextlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests import services

BROWSER_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(600))


@dataclass(frozen=True)
class Site:
    """A running portal: where it answers, and the environment in which commands work on its data."""

    address: str
    environment: dict
    people: dict  # label -> (email, password)

    def manage(self, *arguments):
        return services.manage(*arguments, environment=self.environment)

    def python(self, code):
        """Runs Python code with Django set up on the site's data; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "-c", f"import django; django.setup()\n{code}"],
            cwd=services.HOUSE,
            env={**self.environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def new_database(name):
    """What a process reads to work on a new, empty database on the engine that this run tests."""
    if "DATABASE_OWNER_URL" not in os.environ:
        return {}
    import psycopg2

    owner = os.environ["DATABASE_OWNER_URL"]
    connection = psycopg2.connect(owner)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name}")
    connection.close()
    chosen = {key: f"{os.environ[key].rpartition('/')[0]}/{name}" for key in ("DATABASE_URL", "DATABASE_OWNER_URL")}
    if os.environ.get("REDIS_URL"):
        chosen["REDIS_URL"] = f"{os.environ['REDIS_URL'].rpartition('/')[0]}/{abs(hash(name)) % 8 + 8}"
    return chosen


@contextlib.contextmanager
def running_site(name, folder):
    """A portal of its own with fresh demo data: web, worker and beat."""
    environment = services.portal_environment(**new_database(name), DATA_DIR=folder)
    services.manage("prepare", environment=environment)
    with (
        services.worker(environment, log=folder / "worker.log"),
        services.beat(environment, log=folder / "beat.log"),
        services.web(environment, log=folder / "web.log") as address,
    ):
        from accounts.demo import PEOPLE

        yield Site(address, environment, {label: (email, password) for label, email, password in PEOPLE})


@pytest.fixture(scope="session")
def demo_site(tmp_path_factory):
    with running_site("portal_demo", tmp_path_factory.mktemp("demo")) as site:
        yield site


@pytest.fixture
def fresh_site(tmp_path):
    """A portal whose data nobody else changes."""
    with running_site("portal_fresh", tmp_path) as site:
        yield site


@contextlib.contextmanager
def empty_site(name, folder):
    """A portal without any data, web only."""
    environment = services.portal_environment(**new_database(name), DATA_DIR=folder)
    services.manage("migrate", "--noinput", environment=environment)
    services.manage("collectstatic", "--noinput", environment=environment)
    with services.web(environment, log=folder / "web.log") as address:
        yield Site(address, environment, {})


def find_pages(site, *names):
    done = subprocess.run(
        [sys.executable, "-m", "tests.browser.addresses", *names],
        cwd=services.HOUSE,
        env=site.environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@dataclass(frozen=True)
class Pages:
    """route -> (site, address, email, session), and why there is no address of the rest."""

    known: dict
    unreachable: dict


@pytest.fixture(scope="session")
def pages(demo_site, tmp_path_factory):
    """Pages of the demo data; of what it has no example, pages of the things of the permission matrix."""
    demo = find_pages(demo_site)
    known = {name: (demo_site, *where) for name, *where in demo["pages"]}
    unreachable = dict(demo["unreachable"])
    if not unreachable:
        yield Pages(known, unreachable)
        return
    with empty_site("portal_matrix", tmp_path_factory.mktemp("matrix")) as site:
        rest = find_pages(site, *unreachable)
        known |= {name: (site, *where) for name, *where in rest["pages"]}
        yield Pages(known, dict(rest["unreachable"]))


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=services.program("chromium"), args=BROWSER_OPTIONS)
        yield chromium
        chromium.close()


class Visitors:
    """One browser context per person and site, signed in once through the sign-in page."""

    def __init__(self, browser, language):
        self.browser, self.language = browser, language
        self.contexts = {}

    def context(self, site, email, session=None):
        if (site.address, email) not in self.contexts:
            context = self.browser.new_context(
                base_url=site.address, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", viewport=DESKTOP
            )
            context.set_default_timeout(15_000)
            context.add_cookies([{"name": "django_language", "value": self.language, "url": site.address}])
            if session:
                context.add_cookies([{"name": "sessionid", "value": session, "url": site.address}])
            elif email:
                sign_in(context, email, dict(site.people.values())[email])
            self.contexts[site.address, email] = context
        return self.contexts[site.address, email]

    def page(self, site, email, session=None):
        return self.context(site, email, session).new_page()


DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 375, "height": 800}


def sign_in(context, email, password):
    page = context.new_page()
    page.goto("/accounts/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/accounts/login" not in url)
    page.close()


@pytest.fixture(scope="session")
def language():
    return os.environ.get("PAGES_LANGUAGE", "vi")


@pytest.fixture(scope="session")
def visitors(browser, language):
    return Visitors(browser, language)


@pytest.fixture
def page_as(visitors, demo_site):
    """page_as(email): a page of that person on the demo site; page_as(None): of nobody."""
    opened = []

    def open_page(email, site=demo_site, session=None):
        opened.append(visitors.page(site, email, session))
        return opened[-1]

    yield open_page
    for page in opened:
        page.close()
