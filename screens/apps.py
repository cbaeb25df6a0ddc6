from django.apps import AppConfig


class ScreensConfig(AppConfig):
    name = "screens"

    def ready(self):
        from screens.translations import compile_if_stale

        compile_if_stale()
