from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = _("Event log")

    def ready(self):
        from audit import guards

        pre_migrate.connect(guards.make_way_for_migrations, sender=self)
        post_migrate.connect(guards.lay_after_migrate, sender=self)
