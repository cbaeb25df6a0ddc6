import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from audit.chain import verify
from audit.models import EventLink


class Command(BaseCommand):
    help = "Verify the event chain; names the first bad row and ends with status 1 if there is one."

    def add_arguments(self, parser):
        parser.add_argument("--head", type=Path, action="append", default=[], help="a seal file kept outside")

    def handle(self, *args, head, **options):
        kept = [json.loads(path.read_text(encoding="utf-8")) for path in head]
        finding = verify(heads=[(row["sequence"], row["hash"]) for row in kept])
        if finding:
            raise CommandError(f"The chain is broken at {finding}")
        self.stdout.write(f"{EventLink.objects.count()} events verified: the chain is whole.")
