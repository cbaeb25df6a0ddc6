import hashlib
import json
import os
import time
from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from accounts.demo import PEOPLE, SAID_BESIDE
from audit.guards import missing_guards

REFERENCE_COMMANDS = (
    "load_duties",
    "load_reference",
    "load_notices",
    "load_programme",
    "load_series",
    "load_procedures",
    "load_indicators",
)
CATALOGUE = settings.BASE_DIR / "locale" / "vi" / "LC_MESSAGES" / "django.mo"
MANIFEST = Path(settings.STATIC_ROOT) / "staticfiles.json"


class Command(BaseCommand):
    """What must stand before the portal starts; each step only when something is missing or has changed."""

    help = "Compiles translations, migrates, loads reference and demo data, collects static files, where needed."

    def add_arguments(self, parser):
        parser.add_argument("--no-demo", action="store_true", help="load no demo data into a new database")

    def handle(self, *, no_demo, **_):
        self.stamp_file = settings.DATA_DIR / "run" / "prepared.json"
        self.stamps = self.read_stamps()
        self.step("translations", self.digest("locale", "*.po"), ("translations", "--compile"), CATALOGUE)
        self.migrate()
        database = self.database_born_at()
        reference = f"{database} {self.digest('*/data', '*')} {self.digest('*/management/commands', 'load_*.py')}"
        for name in REFERENCE_COMMANDS:
            self.step(name, reference, (name,))
        self.step("static files", self.digest("static", "*"), ("collectstatic", "--noinput", "--clear"), MANIFEST)
        if not settings.PRODUCTION:
            if not no_demo:
                self.step("demo data", database, ("demo",))
            self.write_people()

    def migrate(self):
        alias = "owner" if "owner" in settings.DATABASES else "default"
        executor = MigrationExecutor(connections[alias])
        # A new version may bring guards without any migration: they are laid after each migrate.
        if executor.migration_plan(executor.loader.graph.leaf_nodes()) or missing_guards(alias):
            self.run("migrations", "migrate", "--noinput", "--database", alias)

    def database_born_at(self):
        """Tells one database from the next: the moment its first migration was applied."""
        return str(MigrationRecorder(connections["default"]).migration_qs.earliest("id").applied)

    def step(self, name, stamp, command, result=None):
        """Runs the command unless it ran for the same stamp before and its result still stands."""
        if self.stamps.get(name) == stamp and (result is None or result.exists()):
            return
        self.run(name, *command)
        self.stamps[name] = stamp
        self.write_stamps()

    def run(self, name, *command):
        started = time.monotonic()
        call_command(*command, verbosity=0)
        self.stdout.write(f"{name}: {time.monotonic() - started:.1f} s")
        self.stdout.flush()

    def digest(self, folders, pattern):
        found = hashlib.sha256()
        for folder in sorted(settings.BASE_DIR.glob(folders)):
            for path in sorted(folder.rglob(pattern)):
                if path.is_file():
                    found.update(f"{path.relative_to(settings.BASE_DIR)}\0".encode())
                    found.update(path.read_bytes())
        return found.hexdigest()

    def read_stamps(self):
        try:
            found = json.loads(self.stamp_file.read_text())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def write_stamps(self):
        self.stamp_file.parent.mkdir(parents=True, exist_ok=True)
        self.stamp_file.write_text(json.dumps(self.stamps))

    def write_people(self):
        """The demo sign-ins, for whoever starts the portal in a terminal."""
        width = max(len(label) for label, _, _ in PEOPLE)
        address = max(len(email) for _, email, _ in PEOPLE)
        lines = [f"  {label:<{width}}  {email:<{address}}  {password}" for label, email, password in PEOPLE]
        path = Path(settings.DATA_DIR) / "run" / "people.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines.insert(0, "Sign in as (who, address, password):")
        for say in SAID_BESIDE:
            lines += say()
        path.write_text("\n".join(lines) + "\n")
        os.chmod(path, 0o600)
