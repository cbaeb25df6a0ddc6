"""`make prove` and `make bench`: long proofs and figures, each printed as `name figure bound ok|short`.

tests/proofs/prove_<name>.py and bench/bench_<name>.py define `figures()`, which yields (name, figure, bound, ok),
and may say where they run, RUNS_ON = "postgres" (unless told), "sqlite", "both" or "nothing", and which programs of
Debian they need besides, NEEDS = ("wrk",). Each runs in a process of its own on a fresh migrated database, as the
application's role, with a Redis where it is PostgreSQL.
"""

import ast
import contextlib
import importlib
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests import services

HOUSE = services.HOUSE
PLACES = {"prove": (HOUSE / "tests" / "proofs", "prove_"), "bench": (HOUSE / "bench", "bench_")}


def found(kind):
    folder, prefix = PLACES[kind]
    return {path.stem.removeprefix(prefix): path for path in sorted(folder.glob(f"{prefix}*.py"))}


def said(path, name, unless):
    """What the file says of a name, read without running it."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            return ast.literal_eval(node.value)
    return unless


def engines(path):
    where = said(path, "RUNS_ON", "postgres")
    return {"both": ["sqlite", "postgres"]}.get(where, [where])


def programs(path):
    """Those of Debian that it needs, as `services.program` knows them."""
    servers = services.PACKAGES if "postgres" in engines(path) else ()
    return [*servers, *said(path, "NEEDS", ())]


@contextlib.contextmanager
def ground(engine):
    """The environment of one proof: fresh, migrated, and gone afterwards."""
    with contextlib.ExitStack() as stack:
        data = stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-figures-", ignore_cleanup_errors=True))
        chosen = {"DATA_DIR": data, "FIGURES_ENGINE": engine}
        if engine == "postgres":
            pg = stack.enter_context(services.postgres())
            chosen |= pg.environment | {"REDIS_URL": stack.enter_context(services.redis())}
        environment = services.portal_environment(**chosen)
        if engine != "nothing":
            owner = ["--database", "owner"] if engine == "postgres" else []
            services.manage("migrate", "--noinput", *owner, environment=environment)
        yield environment


def run_one(path):
    """In a process of its own: every figure of one file, in the order it yields them."""
    sys.path.insert(0, str(HOUSE))
    if os.environ["FIGURES_ENGINE"] != "nothing":
        import django

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        django.setup()
    module = importlib.import_module(".".join(path.relative_to(HOUSE).with_suffix("").parts))
    held, any_figure = True, False
    try:
        for name, figure, bound, ok in module.figures():
            any_figure, held = True, held and bool(ok)
            print(name, figure, bound, "ok" if ok else "short", flush=True)
    except Exception:
        traceback.print_exc()
        print(path.stem, "failed", "to-run", "short", flush=True)
        held = False
    if not any_figure and held:
        print(path.stem, "nothing", "at-least-one-figure", "short", flush=True)
        held = False
    sys.exit(0 if held else 1)


def run_all(kind, names):
    there = found(kind)
    unknown = [name for name in names if name not in there]
    if unknown or not there:
        sys.exit(f"No such name: {' '.join(unknown)}. There are: {' '.join(there) or 'none yet'}.")
    short, needed = 0, {program: None for name in names or there for program in programs(there[name])}
    services.get_packages(services.missing_packages(needed), f"make {kind}")
    for name in names or there:
        for engine in engines(there[name]):
            started = time.monotonic()
            print(f"# {name} on {engine}" if engine != "nothing" else f"# {name}", flush=True)
            with ground(engine) as environment:
                one = [sys.executable, "-m", "tests.figures", "--one", str(there[name])]
                done = subprocess.run(["setpriv", "--pdeathsig", "TERM", "--", *one], cwd=HOUSE, env=environment)
            short += done.returncode != 0
            print(f"# {name}: {time.monotonic() - started:.0f} s", flush=True)
    sys.exit(1 if short else 0)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if sys.argv[1:2] == ["--one"]:
        run_one(Path(sys.argv[2]))
    elif sys.argv[1:2] and sys.argv[1] in PLACES:
        run_all(sys.argv[1], sys.argv[2:])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
