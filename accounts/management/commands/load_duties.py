import csv
from datetime import date
from pathlib import Path

from django.core.management import BaseCommand

from accounts.models import IncompatibleSteps

SOURCE = Path(__file__).resolve().parents[2] / "data" / "incompatible_steps.csv"


class Command(BaseCommand):
    help = "Loads the pairs of steps that two different people must take; what is there already stays as it is."

    def handle(self, **options):
        added = 0
        with SOURCE.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                _pair, created = IncompatibleSteps.objects.get_or_create(
                    step=row["step"],
                    other_step=row["other_step"],
                    valid_from=date.fromisoformat(row["valid_from"]),
                    defaults={"legal_basis": row["legal_basis"]},
                )
                added += created
        self.stdout.write(f"Steps that need two people: {added} {'pair' if added == 1 else 'pairs'} added.")
