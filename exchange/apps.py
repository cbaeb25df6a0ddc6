from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    name = "exchange"
    verbose_name = _("Exchange with other systems")

    def ready(self):
        from accounts.demo import SAID_BESIDE
        from accounts.panels import register_place
        from audit.events import register_finder, register_names
        from exchange import checks, names, practice  # noqa: F401 - the checks register themselves

        register_names(names.names_of_clients)
        register_finder(names.clients_called)
        SAID_BESIDE.append(practice.how_to_call)
        register_place(
            "systems:client_list",
            _("Connected systems"),
            _("Which systems of other agencies read and write here, with which rights, until when"),
        )
        register_place(
            "systems:sending_list",
            _("Events sent to systems"),
            _("Which events went to which system, what was not taken, what was set aside"),
        )
