"""What is prepared anew in place of something that was refused, given back or withdrawn: once, and each names the other."""

from typing import Any

from django.utils.translation import gettext as _

from audit.refusals import Conflict, Refused
from programme.models import BudgetStep, Commitment, Payment

WITHOUT_EFFECT = {
    BudgetStep: (BudgetStep.State.REFUSED, BudgetStep.State.WITHDRAWN),
    Commitment: (Commitment.State.REFUSED, Commitment.State.WITHDRAWN),
    Payment: (Payment.State.RETURNED, Payment.State.REFUSED, Payment.State.WITHDRAWN),
}


def require_redoable(before: Any, **about: Any) -> None:
    """Refuse while what stood before has its effect, or when something stands in its place already; holds its row.

    `about` is what both concern: {column: value}.
    """
    if before is None:
        return
    model = type(before)
    standing = model.objects.select_for_update(of=("self",)).get(pk=before.pk)
    if standing.state not in WITHOUT_EFFECT[model]:
        raise Conflict(
            _("What is to be prepared anew is “%(state)s”. Load the page again.")
            % {"state": standing.get_state_display()}
        )
    if any(getattr(standing, column) != value for column, value in about.items()):
        raise Refused(_("What is to be prepared anew concerns something else. Prepare it anew from its own page."))
    if model.objects.filter(redoes=standing).exists():
        raise Conflict(_("This was prepared anew already. Open what stands in its place on its page."))
