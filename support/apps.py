from django.apps import AppConfig


class SupportConfig(AppConfig):
    name = "support"

    def ready(self):
        from enterprises import panels
        from programme import citations
        from support.models import SupportRecord
        from support.panels import support_panel

        panels.register(40, support_panel)
        citations.register(
            SupportRecord._meta.verbose_name_plural,
            lambda: SupportRecord.objects.standing().select_related("enterprise"),
            ("what", "evidence"),
            route="support:support_detail",
        )
