"""The papers that move a plan on: kept once, dated forward."""

from django.utils.translation import gettext as _

from audit.refusals import Refused
from programme.models import PlanPaper
from programme.services.moving import require_past
from screens import formats

KIND = PlanPaper.Kind


def keep_paper(plan, kind, number, signed_on, *, about, file, by, now):
    """Keep the paper of a step; papers of a plan run forward, whoever types them and when."""
    require_past(signed_on, now)
    if not number.strip():
        raise Refused(_("Fill in the number of the paper."))
    earlier = plan.papers.exclude(kind=kind).order_by("-signed_on", "-id").first()
    if earlier and earlier.signed_on > signed_on:
        raise Refused(
            _("%(paper)s is dated %(later)s; a paper after it cannot be dated %(day)s. Check both dates.")
            % {
                "paper": f"{earlier.get_kind_display()} {earlier.number}",
                "later": formats.vn_date(earlier.signed_on),
                "day": formats.vn_date(signed_on),
            }
        )
    approved = plan.base and plan.base.papers.filter(kind=KIND.APPROVAL).first()
    if approved and approved.signed_on > signed_on:
        raise Refused(
            _("The version it adjusts was approved on %(day)s; the adjustment's papers are dated later.")
            % {"day": formats.vn_date(approved.signed_on)}
        )
    if kind == KIND.APPROVAL and PlanPaper.objects.filter(kind=kind, number=number, signed_on=signed_on).exists():
        raise Refused(_("This paper already approved another plan. Check the number and the date."))
    return PlanPaper.objects.create(
        plan=plan,
        kind=kind,
        number=number.strip(),
        signed_on=signed_on,
        about=about.strip(),
        file=file,
        entered_by=by.public_id,
        entered_at=now,
    )
