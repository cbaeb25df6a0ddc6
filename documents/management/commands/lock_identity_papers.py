from django.core.management.base import BaseCommand, CommandError

from documents.store import lock_identity_papers_anew


class Command(BaseCommand):
    help = "Encrypt every identity paper under the first key of IDENTITY_KEY; may be run again."

    def handle(self, *args, **options):
        done, left = lock_identity_papers_anew()
        self.stdout.write(f"Identity papers under the first key: {done}.")
        if left:
            raise CommandError(
                f"No key of IDENTITY_KEY opens {left} identity papers. Keep the older keys after the first."
            )
