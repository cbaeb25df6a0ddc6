"""Two people at one thing: what the slower one is told."""

from django.utils.translation import gettext as _

from audit.events import history_of
from audit.refusals import StaleVersion
from screens import formats


def overtaken(row, *, still):
    """Refuses a step of what moved on since somebody looked at it: how it stands now, and who did what to it last. `still` is
    whether they may take the step all the same."""
    state = [f"“{row.get_state_display()}”"] if hasattr(row, "get_state_display") else []
    last = [f"{line.who}, {formats.vn_datetime(line.at)}: {line.sentence}" for line in history_of(row, limit=1)]
    said = {"how": "; ".join([*state, *last])}
    if not still:
        return StaleVersion(row, _("This can no longer be done. It stands so now: %(how)s.") % said)
    return StaleVersion(
        row,
        _(
            "Meanwhile something was done to it: %(how)s. Nothing of yours was done. Look whether it still is what you want, then send "
            "it again."
        )
        % said,
    )
