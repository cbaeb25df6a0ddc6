"""`make test`: everything that must hold, on both engines, with real services, in a real browser.

python -m tests.suite                      all of it
python -m tests.suite static               linters, types, migrations, translations, the production check
python -m tests.suite sqlite [arguments]   the suite on SQLite; arguments go to pytest
python -m tests.suite postgres [arguments] the suite on PostgreSQL as the application's role, with Redis
python -m tests.suite browser [arguments]  the browser tests on PostgreSQL

In a run of all of it the portals that the browser looks at are made while the suite runs on PostgreSQL.
"""

import contextlib
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests import services

HOUSE = services.HOUSE
CLOSING = re.compile(r"^=*\s*((?:\d+ \w+,? ?)+) in ([\d.]+)s")


class Failed(Exception):
    pass


def say(sentence=""):
    print(sentence, flush=True)


def get_services():
    services.get_packages(services.missing_packages(), "make test")


def production_environment(data):
    """A made-up production set-up, complete, so that its checks can be read."""
    return services.portal_environment(
        ENVIRONMENT="production",
        SECRET_KEY=secrets.token_urlsafe(64),
        SEAL_KEY=secrets.token_urlsafe(64),
        IDENTITY_KEY=secrets.token_urlsafe(64),
        DATABASE_URL="postgresql://portal_app:a@127.0.0.1:1/portal",
        DATABASE_OWNER_URL="postgresql://portal_owner:b@127.0.0.1:1/portal",
        REDIS_URL="redis://127.0.0.1:1/0",
        EMAIL_URL="smtp://127.0.0.1:1",
        ALLOWED_HOSTS="portal.example",
        SITE_URL="https://portal.example",
        DATA_DIR=data,
    )


def static_checks(data):
    """(name, command, environment) of every check that needs no database server."""
    python, plain = [sys.executable, "-m"], services.portal_environment(DATA_DIR=data)
    manage = [sys.executable, "manage.py"]
    typed = sorted(
        str(p.relative_to(HOUSE)) for kind in ("services", "permissions") for p in HOUSE.glob(f"*/{kind}*.py")
    )
    typed += sorted(
        str(p.relative_to(HOUSE)) for kind in ("services", "permissions") for p in HOUSE.glob(f"*/{kind}/*.py")
    )
    return [
        ("lint", [*python, "ruff", "check", "."], plain),
        ("layout of code", [*python, "ruff", "format", "--check", "--quiet", "."], plain),
        ("types", [*python, "mypy", "--no-error-summary", "--cache-dir", f"{data}/mypy", *typed], plain),
        ("templates", [*python, "djlint", "--lint", "--quiet", "templates"], plain),
        ("migrations", [*manage, "makemigrations", "--check", "--dry-run"], plain),
        ("translations", [*manage, "translations", "--check"], plain),
        (
            "production check",
            [*manage, "check", "--deploy", "--fail-level", "WARNING"],
            production_environment(data),
        ),
    ]


@contextlib.contextmanager
def portals(environment):
    """The portals for the browser are being made meanwhile; yields what waits for them and tells their folder."""
    with tempfile.TemporaryDirectory(prefix="portal-browser-", ignore_cleanup_errors=True) as folder:
        log = Path(folder) / "log"
        command = [sys.executable, "-m", "tests.browser.portals", f"{folder}/portals"]
        making = services.start(command, log=log, environment=environment)

        def wait():
            if making.wait():
                say(log.read_text(errors="replace")[-4000:])
                raise Failed
            return f"{folder}/portals"

        try:
            yield wait
        finally:
            services.end(making)


class Suite:
    def __init__(self):
        self.rows = []
        self.counts = {}
        self.started = time.monotonic()

    def record(self, name, ok, seconds, what=""):
        self.rows.append((name, ok, seconds, what))

    def count(self, closing):
        """Adds "12 passed, 1 failed" to the sum."""
        for number, word in re.findall(r"(\d+) (\w+)", closing):
            self.counts[word] = self.counts.get(word, 0) + int(number)

    def static(self):
        say("== checks of the code")
        with tempfile.TemporaryDirectory(prefix="portal-checks-") as data, ThreadPoolExecutor(2) as pool:
            failed = [name for name, ok in pool.map(self.one_check, static_checks(data)) if not ok]
        if failed:
            raise Failed

    def one_check(self, check):
        name, command, environment = check
        started = time.monotonic()
        done = subprocess.run(
            command,
            cwd=HOUSE,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        seconds, ok = time.monotonic() - started, done.returncode == 0
        say(f"{'ok    ' if ok else 'FAILED'} {name} ({seconds:.1f} s)" + ("" if ok else f"\n{done.stdout.rstrip()}"))
        self.record(name, ok, seconds)
        return name, ok

    def pytest(self, name, arguments, environment):
        say(f"== {name}")
        started = time.monotonic()
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", "--", sys.executable, "-m", "pytest", "-q", "--maxfail=20", *arguments],
            cwd=HOUSE,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        last = ""
        try:
            while chunk := os.read(process.stdout.fileno(), 65536):
                sys.stdout.buffer.write(chunk)
                sys.stdout.flush()
                last = (last + chunk.decode(errors="replace"))[-4000:]
            code = process.wait()
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
        found = CLOSING.search(last.rstrip().rpartition("\n")[2])
        what = found.group(1).strip() if found else f"ended with code {code}"
        self.count(what if found else "")
        self.record(name, code == 0, time.monotonic() - started, what)
        if code:
            raise Failed

    def sqlite(self, arguments):
        self.pytest("suite on SQLite", arguments, services.portal_environment())

    @contextlib.contextmanager
    def on_postgres(self):
        with services.postgres() as pg, services.redis() as redis_url:
            yield services.portal_environment(**pg.environment, REDIS_URL=redis_url)

    def summary(self, ok):
        seconds = time.monotonic() - self.started
        say("\n== summary")
        for name, passed, took, what in self.rows:
            say(f"{'ok    ' if passed else 'FAILED'} {name:<22} {took:7.1f} s  {what}".rstrip())
        say(f"{'Everything holds' if ok else 'Something does not hold'} ({seconds / 60:.1f} min).")
        if self.counts:
            said = ", ".join(f"{number} {word}" for word, number in self.counts.items())
            say(f"===== {said} in {seconds:.2f}s =====")


def main():
    what, arguments = (sys.argv[1] if len(sys.argv) > 1 else "all"), sys.argv[2:]
    if what not in ("all", "static", "sqlite", "postgres", "browser"):
        sys.exit(__doc__)
    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, lambda *_: sys.exit(143))
    if what in ("all", "postgres", "browser"):
        get_services()
    suite, ok = Suite(), False
    both = ["-n", "2", "--dist", "loadgroup"]
    try:
        if what in ("all", "static"):
            suite.static()
        if what in ("all", "sqlite"):
            suite.sqlite([*(arguments or both)])
        if what in ("all", "postgres", "browser"):
            with suite.on_postgres() as environment:
                if what == "postgres":
                    suite.pytest("suite on PostgreSQL", arguments or both, environment)
                elif what == "browser":
                    suite.pytest("browser", ["-m", "browser", *(arguments or [*both, "tests/browser"])], environment)
                else:
                    with portals(environment) as wait_for_portals:
                        suite.pytest("suite on PostgreSQL", both, environment)
                        environment["PORTALS"] = wait_for_portals()
                        suite.pytest("browser", ["-m", "browser", *both, "tests/browser"], environment)
        ok = True
    except Failed:
        pass
    except KeyboardInterrupt:
        say("\nInterrupted.")
    finally:
        suite.summary(ok)
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
