from datetime import timedelta

from django.core.management.base import BaseCommand
from django.utils import timezone

from audit.chain import seal_all, seal_day


class Command(BaseCommand):
    help = "Link every committed event and seal yesterday (beat does both; this is for doing it by hand)."

    def handle(self, *args, **options):
        now = timezone.now()
        self.stdout.write(f"{seal_all(now=now)} events linked.")
        seal = seal_day(timezone.localdate(now) - timedelta(days=1), now=now)
        self.stdout.write(f"Yesterday sealed at {seal.sequence}." if seal else "Nothing to seal for yesterday.")
