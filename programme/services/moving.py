"""What the verbs of plans and tasks share: one door for states, dates of papers, and how changes are told to the history."""

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.refusals import Conflict, Refused
from screens import formats


def locked(row, *related):
    """The row as it stands now, held until the transaction ends."""
    return type(row).objects.select_for_update(of=("self",)).select_related(*related).get(pk=row.pk)


def require_move(row, state):
    """Refuse unless the table of moves lets the row go to `state`."""
    if not row.may_move_to(state):
        raise Conflict(
            _("This is “%(state)s” now; the step can no longer be taken.") % {"state": row.get_state_display()}
        )


def move(row, state):
    """Set the new state when the table of moves allows it; the caller saves."""
    require_move(row, state)
    row.state = state


def require_each(*checks):
    """Refuse with all that is missing at once, in the order of the checks."""
    missing = []
    for check in checks:
        try:
            check()
        except Refused as refused:
            missing.append(str(refused))
    if missing:
        raise Refused(" ".join(missing))


def told(values):
    """Values as a history keeps them: rows by their Vietnamese name, everything else as it is."""
    return {name: _told(value) for name, value in values.items()}


def _told(value):
    if isinstance(value, models.Model):
        return str(getattr(value, "name_vi", None) or value)
    return value


def changed_values(row, values):
    """(before, after) of the values that differ from the row's, after setting them."""
    before, after = {}, {}
    for name, value in values.items():
        if getattr(row, name) != value:
            before[name], after[name] = getattr(row, name), value
            setattr(row, name, value)
    return told(before), told(after)


def save(row, version, fields):
    """Write an edit of a row at the version it was read at."""
    try:
        with transaction.atomic():
            row.save_version(version, update_fields=list(fields))
    except IntegrityError:
        raise Refused(_("This contradicts what is already entered. Check the dates and the amounts.")) from None


def require_past(on, now):
    """What happened, and papers, are entered once they are there: not dated later than today."""
    if on > timezone.localdate(now):
        raise Refused(
            _("The day %(day)s has not come yet. Enter what has happened or is signed.") % {"day": formats.vn_date(on)}
        )
