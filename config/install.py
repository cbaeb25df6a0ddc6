"""Makes .venv from the hashed lock and leaves it alone while the lock is the same.

Run by the system's python3, before anything is installed: the standard library only.
"""

import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
VENV = HOUSE / ".venv"
STAMP = VENV / "installed.json"
OLDEST, NEWEST = (3, 11), (3, 13)
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-prove.txt")
NODE_LOCK = "tests/clients/package-lock.json"  # what makes and compiles the TypeScript client, into .venv too


def wanted(lock_names):
    """What would stand in the stamp if these locks were installed by this Python, here."""
    return {
        "python": platform.python_version(),
        "home": str(VENV),
        "locks": {name: hashlib.sha256((HOUSE / name).read_bytes()).hexdigest() for name in lock_names},
    }


def installed():
    try:
        found = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return None
    return found if (VENV / "bin" / "python").exists() and isinstance(found.get("locks"), dict) else None


def is_enough(found, need):
    return (
        found is not None
        and (found["python"], found["home"]) == (need["python"], need["home"])
        and need["locks"].items() <= found["locks"].items()
    )


def may_be_added_to(found, need):
    """True when only further locks are missing, so that what is there may stay."""
    if found is None or (found["python"], found["home"]) != (need["python"], need["home"]):
        return False
    return all(need["locks"].get(name, digest) == digest for name, digest in found["locks"].items())


def fitting_python():
    """The Python that runs this, or another one on the path when this one is too old or too new."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return sys.executable
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        other = shutil.which(f"python3.{minor}")
        if other:
            return other
    sys.exit(f"The portal needs Python 3.11, 3.12 or 3.13; this is {platform.python_version()} and no other was found.")


def run(command, sentence):
    try:
        done = subprocess.run(command, cwd=HOUSE, stdin=subprocess.DEVNULL, check=False)
    except KeyboardInterrupt:
        sys.exit(130)
    if done.returncode:
        sys.exit(sentence)


def install(lock_names):
    if VENV.is_symlink():  # another checkout's environment is not ours to clear
        VENV.unlink()
    need, found = wanted(lock_names), installed()
    if is_enough(found, need):
        return
    started = time.monotonic()
    if may_be_added_to(found, need):
        print("Installing what the tests need into .venv …", flush=True)
    else:
        print("Making .venv and installing the locked packages …", flush=True)
        found = None
        STAMP.unlink(missing_ok=True)
        run(
            [sys.executable, "-m", "venv", "--clear", str(VENV)],
            "Python could not make .venv: on Debian install python3-venv.",
        )
    changed = [name for name in lock_names if not found or found["locks"].get(name) != need["locks"][name]]
    names = [name for name in changed if name != NODE_LOCK]
    python = str(VENV / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-compile"]
    if names:
        run(
            [*pip, "--require-hashes", "--only-binary", ":all:", *(part for name in names for part in ("-r", name))],
            f"The packages of {' and '.join(names)} could not be installed; what pip said stands above.",
        )
    if NODE_LOCK in changed:
        install_node_packages()
    # By all processors at once, as pip does not; a file that cannot be compiled is nobody's to read.
    subprocess.run(
        [python, "-m", "compileall", "-qq", "-j", "0", str(VENV / "lib")], stdin=subprocess.DEVNULL, check=False
    )
    STAMP.write_text(json.dumps(need if found is None else {**need, "locks": {**found["locks"], **need["locks"]}}))
    print(f"Installed in {time.monotonic() - started:.0f} s.", flush=True)


def install_node_packages():
    """Those of the lock beside it, into .venv/node, by the npm that came with the Python packages."""
    folder = VENV / "node"
    folder.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HOUSE / Path(NODE_LOCK).parent / name, folder)
    npm = [str(VENV / "bin" / "npm"), "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
    run(
        [*npm, "--prefix", str(folder), "ci"],
        f"The packages of {NODE_LOCK} could not be installed; what npm said stands above.",
    )


def main():
    python = fitting_python()
    if python != sys.executable and not os.environ.get("PORTAL_PYTHON_CHOSEN"):
        os.environ["PORTAL_PYTHON_CHOSEN"] = "1"
        os.execv(python, [python, *sys.argv])  # noqa: S606 - the same script under a Python that fits
    house = os.open(HOUSE, os.O_RDONLY)
    fcntl.flock(house, fcntl.LOCK_EX)  # two starts at once install once
    if "--prove" in sys.argv:
        install((*LOCKS, NODE_LOCK))
    else:
        install((*LOCKS[:2], NODE_LOCK) if "--dev" in sys.argv else LOCKS[:1])


if __name__ == "__main__":
    main()
