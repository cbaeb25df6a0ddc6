"""Who may do what with meetings: those who enter given tasks prepare them; of one meeting its office, chair and secretary.

Whoever is invited answers for themselves: signed in, or by the link of their own invitation.
"""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import ANYONE, SIGNED_IN, action, route
from accounts.roles import LEADERS, READERS
from programme.models.tasks import office_ids
from programme.permissions.plans import GIVE

SEE = action("programme.see_meetings", _("See meetings"), roles=READERS)
KEEP = action("programme.keep_meetings", _("Prepare meetings, invite, keep their papers"), roles=GIVE.roles | LEADERS)


def can_keep_meeting(user, meeting):
    """People of the office that prepares it, its secretary and its chair."""
    own = user.pk in (meeting.secretary_id, meeting.chair_id)
    return user.may(KEEP) and (own or meeting.office_id in office_ids(user, timezone.localdate()))


def can_answer(user, invitee):
    """The person themselves, those who answer for the office, or whoever acts for the enterprise."""
    return invitee.people(timezone.localdate()).filter(pk=user.pk).exists()


route("programme:meeting_list", GET=SEE)
route("programme:meeting", GET=SEE)
route("programme:attendance_list", GET=SEE)
route("programme:meeting_document", GET=SEE)
for name in (
    "add_meeting", "edit_meeting", "cancel_meeting", "hold_meeting", "correct_proceedings", "attach_document",
    "withdraw_document", "add_guests",
    "withdraw_guest", "enter_answer", "send_invitations", "mark_attendance", "draft_meeting_paper", "add_conclusion",
    "edit_conclusion", "drop_conclusion",
):  # fmt: skip
    route(f"programme:{name}", GET=KEEP, POST=KEEP)

# the invitation itself
route("programme:own_invitation", GET=SIGNED_IN, POST=SIGNED_IN)
route("programme:own_invitation_file", GET=SIGNED_IN)
route("programme:invitation_by_link", GET=ANYONE, POST=ANYONE)
route("programme:invitation_file_by_link", GET=ANYONE)
