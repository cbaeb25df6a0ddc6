from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import override

from programme.services.consistency import check_budget, find_differences


class Command(BaseCommand):
    help = "Rebuild the balances of the money from its entries and name every difference; --keep stores the result."

    def add_arguments(self, parser):
        parser.add_argument("--keep", action="store_true", help="keep the result as the nightly check does")

    def handle(self, *args, keep, **options):
        with override("vi"):
            found = list(find_differences())
        for finding in found:
            self.stdout.write(f"{finding.code}\t{finding.object_id}\t{finding.sentence}")
        if keep:
            check_budget(by="system:check_budget", now=timezone.now())
        if found:
            raise CommandError(f"{len(found)} differences.")
        self.stdout.write("The balances equal their entries; every rule of the ledger holds.")
