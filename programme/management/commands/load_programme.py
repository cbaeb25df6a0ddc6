from django.core.management.base import BaseCommand
from django.utils import timezone

from programme.loading import load_illustration, load_programme


class Command(BaseCommand):
    help = "Load the programme's periods, targets, published figures and policies; may be run again, keeps what people edited."

    def add_arguments(self, parser):
        parser.add_argument("--illustration", action="store_true", help="also the period 2026-2030 marked minh họa")

    def handle(self, *args, **options):
        now = timezone.now()
        reports = [load_programme(by="load_programme", now=now)]
        if options["illustration"]:
            reports.append(load_illustration(by="load_programme", now=now))
        for report in reports:
            self.stdout.write(f"Programme: {report}.")
            for row in report.kept:
                self.stdout.write(f"  kept as edited: {row}")
