"""Every operation of the API asked by schemathesis in all its phases, with tokens of three kinds: all rights, one, none."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import urllib.error
from pathlib import Path

RUNS_ON = "both"
EXAMPLES = 100


def figures():
    from exchange.rights import all_scopes
    from tests import services

    environment = dict(os.environ)
    services.manage("load_reference", environment=environment)
    services.manage("load_programme", environment=environment)
    services.manage("load_indicators", environment=environment)
    services.manage("demo", "--enterprises", "300", environment=environment)
    services.manage("collectstatic", "--noinput", environment=environment)
    everything = sorted(all_scopes())
    with tempfile.TemporaryDirectory(prefix="portal-fuzz-") as folder:
        log = Path(folder) / "web"
        with services.web({**environment, "WEB_WORKERS": "2"}, log=log) as site:
            for name, scopes in (("all", everything), ("first", everything[:1]), ("last", everything[-1:])):
                yield from fuzzed(site, name, token_of(site, name, scopes), Path(folder))
        broken = log.read_text(errors="replace").count("Traceback")
        yield f"{os.environ['FIGURES_ENGINE']}-fuzz-tracebacks", broken, "=0", broken == 0


def token_of(site, name, scopes):
    from bench.bench_api import token_for
    from tests.exchange.calling import make_client

    client, secret = make_client(*scopes, name=name, calls_a_minute=100_000)
    return token_for(f"{site}/api/v1/enterprises", client.application.client_id, secret)


def known(site, token):
    """{resource: some of its rows} of what the token may read."""
    from bench.bench_api import read
    from exchange.resources import resources

    found = {}
    for name in resources():
        with contextlib.suppress(urllib.error.HTTPError):
            rows = json.loads(read(f"{site}/api/v1/{name}?limit=100", token)[1])["data"]
            found |= {name: [row for row in rows if "id" in row]}
    return found


def fuzzed(site, name, token, folder):
    answers = folder / f"{name}.jsonl"
    answers.touch()
    there = folder / f"{name}.json"
    there.write_text(json.dumps(known(site, token)))
    here = Path(__file__).parent
    command = [str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(here / "schemathesis.toml")]
    command += ["run", f"{site}/api/v1/openapi.json"]
    command += ["-H", f"Authorization: Bearer {token}", "--max-examples", str(EXAMPLES), "--continue-on-failure"]
    command += ["--request-timeout", "60", "--no-color", "--workers", "2"]
    hooks = {"SCHEMATHESIS_HOOKS": "tests.proofs.fuzz_hooks", "FUZZ_ANSWERS": str(answers)}
    hooks |= {"FUZZ_KNOWN": str(there), "FUZZ_SITE": site, "FUZZ_TOKEN": token}
    done = subprocess.run(command, env={**os.environ, **hooks}, capture_output=True, text=True, cwd=os.getcwd())
    found = [json.loads(line) for line in answers.read_text().splitlines()]
    engine = os.environ["FIGURES_ENGINE"]
    broken = sum(status >= 500 for _operation, status in found)
    yield f"{engine}-fuzz-{name}-broken", broken, "=0", broken == 0
    faults = done.stdout.count("- ST") if done.returncode else 0
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr[-2000:])
    yield f"{engine}-fuzz-{name}-faults-of-{len(found)}-calls", faults, "=0", faults == 0 and done.returncode == 0
    operations = {operation for operation, _status in found}
    answered = {operation for operation, status in found if 200 <= status < 300}
    if name == "all":
        sys.stderr.write(f"# never answered with success: {', '.join(sorted(operations - answered)) or 'none'}\n")
        share = len(answered) * 100 // max(len(operations), 1)
        yield f"{engine}-fuzz-operations-answered", f"{share}%", ">=95%", share >= 95 and bool(operations)
