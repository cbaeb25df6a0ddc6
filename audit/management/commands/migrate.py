from django.conf import settings
from django.core.management.commands.migrate import Command as Migrate


class Command(Migrate):
    """Django's migrate, by the role that owns the tables where there is one; it lays the guards afterwards."""

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.set_defaults(database="owner" if "owner" in settings.DATABASES else "default")

    def check(self, *args, **kwargs):
        kwargs["databases"] = None  # the guards are compared after migrating, not before
        return super().check(*args, **kwargs)
