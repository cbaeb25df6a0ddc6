from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgrammeConfig(AppConfig):
    name = "programme"

    def ready(self):
        from accounts import handover
        from programme.services import given, treasury, years

        handover.register(
            "given_tasks",
            _("Given tasks this person is in charge of"),
            count=given.count_held,
            takers=given.who_may_take_over,
            move=given.hand_over_given,
        )
        years.register_closing_check(treasury.closing_obstacle)
        from programme.citations import superseded_notes
        from programme.citing import register_all
        from screens import notes

        register_all()
        notes.register(superseded_notes)
