from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "notices"
    verbose_name = _("Notices")

    def ready(self):
        from accounts import handover
        from accounts.sessions import register_beside
        from notices.bar import unread_beside_the_session
        from notices.services import reminders

        register_beside("unread_notices", unread_beside_the_session)
        handover.register(
            "reminders",
            _("Reminders of colleagues that are open"),
            count=reminders.count_held,
            things=reminders.held_by,
            takers=reminders.who_may_take,
            move=reminders.hand_over_reminders,
        )
