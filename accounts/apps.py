from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self):
        from accounts import access, names, signals  # noqa: F401 - connects the receivers
        from audit.access_log import register_places
        from audit.events import register_finder, register_names

        register_places(access.label_of)
        register_names(names.actors)
        register_finder(names.find_actors)
