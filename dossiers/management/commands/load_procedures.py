from django.core.management.base import BaseCommand
from django.utils import timezone

from dossiers.loading import load_procedures


class Command(BaseCommand):
    help = "Load the procedures of the data file as drafts; may be run again, keeps what people edited."

    def handle(self, *args, **options):
        report = load_procedures(by="load_procedures", now=timezone.now())
        self.stdout.write(f"Procedures: {report}.")
        for row in report.kept:
            self.stdout.write(f"  kept as edited: {row}")
