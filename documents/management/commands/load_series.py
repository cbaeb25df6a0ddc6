from django.core.management.base import BaseCommand
from django.utils import timezone

from documents.loading import load_series


class Command(BaseCommand):
    help = "Load the series of numbers of papers that go out; may be run again, keeps what people edited."

    def handle(self, *args, **options):
        report = load_series(by="load_series", now=timezone.now())
        self.stdout.write(f"Series of numbers: {report}.")
        for row in report.kept:
            self.stdout.write(f"  kept as edited: {row}")
