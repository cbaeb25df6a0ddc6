from django.core.management.base import BaseCommand
from django.utils import timezone

from notices.loading import load_notices


class Command(BaseCommand):
    help = "Load the wordings of notices of the data file; may be run again, keeps what people worded."

    def handle(self, *args, **options):
        report = load_notices(by="load_notices", now=timezone.now())
        self.stdout.write(f"Wordings of notices: {report}.")
        for row in report.kept:
            self.stdout.write(f"  kept as worded: {row}")
