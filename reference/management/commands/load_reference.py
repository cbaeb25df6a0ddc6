from django.core.management.base import BaseCommand
from django.utils import timezone

from reference.loading import load_reference


class Command(BaseCommand):
    help = "Load the reference data of the repository; may be run again, keeps what people edited."

    def handle(self, *args, **options):
        report = load_reference(by="load_reference", now=timezone.now())
        self.stdout.write(f"Reference data: {report}.")
        for row in report.kept:
            self.stdout.write(f"  kept as edited: {row}")
