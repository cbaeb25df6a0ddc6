from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "audit"

    def ready(self):
        from audit import guards

        post_migrate.connect(guards.lay_after_migrate, sender=self)
