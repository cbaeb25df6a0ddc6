from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgrammeConfig(AppConfig):
    name = "programme"

    def ready(self):
        from accounts import handover
        from accounts.roles import LEADERS, Role
        from audit.events import register_names
        from documents import purposes
        from documents.paper_states import OFFICE
        from programme.permissions.plans import SEE_PLANS
        from programme.services import answered, given, invitations, meeting_papers, meetings, treasury, years

        register_names(invitations.names_of_guests)
        handover.register(
            "given_tasks",
            _("Given tasks this person is in charge of"),
            count=given.count_held,
            things=given.held_by,
            takers=given.who_may_take_over,
            move=given.hand_over_given,
            readers=SEE_PLANS.roles,
        )
        handover.register(
            "meetings",
            _("Meetings under way of which this person is the secretary"),
            count=meetings.count_held,
            things=meetings.held_by,
            takers=meetings.who_may_take_over,
            move=meetings.hand_over_meetings,
            readers=OFFICE | LEADERS | {Role.AUDITOR},
        )
        handover.register("refused_steps", _("Steps of the budget that wait or were refused"), **answered.STEPS)
        handover.register("refused_commitments", _("Commitments that wait or were refused"), **answered.COMMITMENTS)
        handover.register("payments_back", _("Payments under way, given back or refused"), **answered.PAYMENTS)
        purposes.register(
            "meetings",
            of=meeting_papers.purpose_of,
            require=meeting_papers.require_ready,
            follow=meeting_papers.follow_paper,
            shown=meeting_papers.shown_on_paper,
            caution=meeting_papers.caution_on_paper,
        )
        years.register_closing_check(treasury.closing_obstacle)
        from programme.citations import superseded_notes
        from programme.citing import register_all
        from screens import notes

        register_all()
        notes.register(superseded_notes)
