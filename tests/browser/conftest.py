"""The portal with its demo data, as `make run` starts it, and Debian's Chromium in front of it.

Each process of a run has Chromiums of its own; the portals they share (`shared`).
"""

import contextlib
import fcntl
import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests import services
from tests.browser.faults import AXE
from tests.browser.portals import copy_of, environment_of, make

BROWSER_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    # A page is seen once: what makes its scripts quicker at the hundredth time costs more than it saves.
    "--js-flags=--no-maglev,--no-turbofan",
    "--disable-site-isolation-trials",
    "--renderer-process-limit=1",
]
# Spares a fifth, but nothing moves: only for who looks at a page and clicks nothing.
STILL = "--disable-threaded-compositing"


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


@pytest.fixture(scope="session")
def portals(tmp_path_factory):
    """What tests/browser/portals.py made: ahead of this run (PORTALS), or now, by the first process that asks."""

    @contextlib.contextmanager
    def made_now(folder):
        yield make(folder / "portals")

    if "PORTALS" in os.environ:
        yield json.loads((Path(os.environ["PORTALS"]) / "portals.json").read_text())
        return
    with shared(tmp_path_factory, "portals", made_now) as made:
        yield made


@contextlib.contextmanager
def running_site(environment):
    """A portal with demo data, as `make run` runs it: web, worker and beat."""
    from accounts.demo import PEOPLE

    folder = Path(environment["DATA_DIR"])
    with (
        services.worker(environment, log=folder / "worker.log"),
        services.beat(environment, log=folder / "beat.log"),
        services.web(environment, log=folder / "web.log") as address,
    ):
        yield Site(address, environment, {label: (email, password) for label, email, password in PEOPLE})


@contextlib.contextmanager
def shared(tmp_path_factory, name, start):
    """What `start(folder)` yields, once for all processes of this run: the first to ask starts it and ends it last.

    It is written down while it stands. Who uses it holds a lock that goes with the process, however that ends.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    written = folder / f"{name}.json"
    with (folder / f"{name}.turn").open("a") as turn, (folder / f"{name}.use").open("a") as use:
        with locked(turn), contextlib.ExitStack() as starting:
            is_ours = not written.exists()
            if is_ours:
                written.write_text(json.dumps(starting.enter_context(start(tmp_path_factory.mktemp(name)))))
            fcntl.flock(use, fcntl.LOCK_SH)
            started = starting.pop_all()
        with started:
            yield json.loads(written.read_text())
            while is_ours and not nobody_uses(turn, use, written):
                time.sleep(0.1)


@contextlib.contextmanager
def locked(file):
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def nobody_uses(turn, use, written):
    """True when it was in use by us only; from then on nobody can begin to use it."""
    with locked(turn):
        try:
            fcntl.flock(use, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        written.unlink()
        return True


@pytest.fixture(scope="session")
def demo_site(portals, tmp_path_factory):
    """The portal that everybody looks at and nobody changes."""

    @contextlib.contextmanager
    def start(_folder):
        with running_site(environment_of("demo", portals["folders"]["demo"])) as site:
            yield asdict(site)

    with shared(tmp_path_factory, "demo", start) as site:
        yield Site(**site)


@pytest.fixture(scope="session")
def fresh_site(portals, tmp_path_factory):
    """A portal for the tests that change data; they run in the same process (tests/sharing_out.py)."""
    environment = copy_of(portals["folders"]["loaded"], "fresh", tmp_path_factory.mktemp("fresh"))
    with running_site(environment | {"EVENTS_ALSO_TO": "127.0.0.1"}) as site:
        yield site


@pytest.fixture(scope="session")
def matrix_site(portals, tmp_path_factory):
    """The portal with the things of the permission matrix, web only."""

    @contextlib.contextmanager
    def start(folder):
        environment = environment_of("matrix", portals["folders"]["matrix"])
        with services.web(environment, log=folder / "web.log") as address:
            yield asdict(Site(address, environment, {}))

    with shared(tmp_path_factory, "matrix", start) as site:
        yield Site(**site)


@dataclass(frozen=True)
class Pages:
    """route -> (site, address, email, session), and why there is no address of the rest."""

    known: dict
    unreachable: dict


@pytest.fixture(scope="session")
def pages(portals, demo_site, matrix_site):
    sites = {"demo": demo_site, "matrix": matrix_site}
    known = {name: (sites[site], *where) for name, (site, *where) in portals["pages"].items()}
    return Pages(known, portals["unreachable"])


@pytest.fixture(scope="session")
def chromium():
    """chromium(*options): a context that is a running Chromium."""
    with sync_playwright() as playwright:
        path = services.program("chromium")

        def launch(*options):
            launched = playwright.chromium.launch(executable_path=path, args=[*BROWSER_OPTIONS, *options])
            return contextlib.closing(launched)

        yield launch


@pytest.fixture(scope="session")
def browser(chromium):
    with chromium() as launched:
        yield launched


class Visitors:
    """One browser context per person and site, signed in once through the sign-in page, with one page that is kept.

    Each page of its own would be a process of its own, that reads all scripts anew.
    """

    def __init__(self, browser, language):
        self.browser, self.language = browser, language
        self.contexts, self.pages = {}, {}

    def context(self, site, email, session=None):
        if (site.address, email) not in self.contexts:
            context = self.browser.new_context(
                base_url=site.address, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", viewport=DESKTOP
            )
            context.set_default_timeout(15_000)
            context.add_init_script(AXE)  # told the browser once, not for each page
            context.add_cookies([{"name": "django_language", "value": self.language, "url": site.address}])
            if session:
                context.add_cookies([{"name": "sessionid", "value": session, "url": site.address}])
            elif email:
                sign_in(context, email, dict(site.people.values())[email])
            self.contexts[site.address, email] = context
        return self.contexts[site.address, email]

    def page(self, site, email, session=None):
        if (site.address, email) not in self.pages:
            self.pages[site.address, email] = self.context(site, email, session).new_page()
        return self.pages[site.address, email]


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
def visitors(chromium, language):
    with chromium(STILL) as launched:
        yield Visitors(launched, language)
