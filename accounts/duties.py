"""Separation of duties: whoever took one step on an object may not take its incompatible step."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import IncompatibleSteps
from audit.refusals import NotAllowed


def check_pair(*, step, by, other_step, other_by, on, also=None, other_also=None):
    """Refuse when the data says that `step` and `other_step` need two people and both are the same.

    `by` is a user; `other_by` a user or a public id; `on` the date whose rules hold. Who acts for a giver counts as
    both: `also` names the giver (a user or a public id) in whose name `by` acts now, `other_also` the one in whose name
    `other_by` acted then.
    """
    if isinstance(by, str):
        return
    now, before = _ids(by, also), _ids(other_by, other_also)
    if not now & before:
        return
    pair = Q(step=step, other_step=other_step) | Q(step=other_step, other_step=step)
    rules = IncompatibleSteps.objects.filter(pair, valid_from__lte=on)
    if not rules.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on)).exists():
        return
    if _ids(by) == _ids(other_by):
        raise NotAllowed(_("Two different people must do this: you took the step before it yourself."))
    raise NotAllowed(
        _(
            "Two different people must do this, and whoever acts by a delegation counts as both: "
            "the step before it was taken by you, by whoever authorised you, or in your name."
        )
    )


def _ids(*people):
    """The public ids of those of `people` (users, public ids, nobody) that there are."""
    return {str(getattr(person, "public_id", person)) for person in people if person}


def steps_apart_from(step, *, on):
    """The steps whose doer may not take `step` on the same object, by the data in force on `on`."""
    rules = IncompatibleSteps.objects.filter(Q(step=step) | Q(other_step=step), valid_from__lte=on)
    pairs = rules.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on)).values_list("step", "other_step")
    return {other for pair in pairs for other in pair if other != step}
