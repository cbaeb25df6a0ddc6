from django.apps import AppConfig


class SupportConfig(AppConfig):
    name = "support"

    def ready(self):
        from enterprises import panels
        from support.panels import support_panel

        panels.register(40, support_panel)
