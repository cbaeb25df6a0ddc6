from django.core.management import BaseCommand
from django.utils import timezone

from reporting.services.indicators import load_indicators


class Command(BaseCommand):
    """Adds the indicators of the repository that are not there yet."""

    help = "Loads the definitions of indicators; can be run again, changes nothing that people changed."

    def handle(self, **_):
        added = load_indicators(by="load_indicators", now=timezone.now())
        self.stdout.write(f"indicators added: {added}")
