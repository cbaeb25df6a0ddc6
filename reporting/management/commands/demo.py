import time

from django.core.management import BaseCommand, CommandError

from accounts.demo import PEOPLE
from audit.refusals import Refused
from reporting.demo.loading import is_complete, load
from reporting.demo.world import BASE


class Command(BaseCommand):
    help = "Loads invented enterprises, figures, support and people for trying the portal out and for measuring it."

    def add_arguments(self, parser):
        parser.add_argument("--enterprises", type=int, default=BASE, help=f"how many enterprises ({BASE} unless told)")
        parser.add_argument("--list-people", action="store_true", help="print one sign-in per role and load nothing")

    def handle(self, *, enterprises, list_people, **_):
        if list_people:
            for label, email, password in PEOPLE:
                self.stdout.write(f"{label}\t{email}\t{password}")
            return
        if is_complete():
            self.stdout.write("The demonstration data is already loaded.")
            return
        begun = time.monotonic()
        try:
            written = load(enterprises, say=self.stdout.write)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        for name, count in written.items():
            self.stdout.write(f"{count:,} {name}")
        self.stdout.write(f"Loaded in {time.monotonic() - begun:.0f} s.")
