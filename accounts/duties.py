"""Separation of duties: whoever took one step on an object may not take its incompatible step."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import IncompatibleSteps
from audit.refusals import NotAllowed


def check_pair(*, step, by, other_step, other_by, on):
    """Refuse when the data says that `step` and `other_step` need two people and both are the same.

    `by` is a user; `other_by` a user or a public id; `on` the date whose rules hold.
    """
    other = getattr(other_by, "public_id", other_by)
    if other is None or isinstance(by, str) or by.public_id != other:
        return
    pair = Q(step=step, other_step=other_step) | Q(step=other_step, other_step=step)
    rules = IncompatibleSteps.objects.filter(pair, valid_from__lte=on)
    if rules.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on)).exists():
        raise NotAllowed(_("Two different people must do this: you took the step before it yourself."))


def steps_apart_from(step, *, on):
    """The steps whose doer may not take `step` on the same object, by the data in force on `on`."""
    rules = IncompatibleSteps.objects.filter(Q(step=step) | Q(other_step=step), valid_from__lte=on)
    pairs = rules.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on)).values_list("step", "other_step")
    return {other for pair in pairs for other in pair if other != step}
