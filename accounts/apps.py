from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self):
        from accounts import names, signals  # noqa: F401 - connects the receivers
        from audit.events import register_finder, register_names

        register_names(names.actors)
        register_finder(names.find_actors)
