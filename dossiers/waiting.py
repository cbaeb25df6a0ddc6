"""What waits for the people of an enterprise about its dossiers: supplements to give, complete drafts to lodge."""

from django.db.models import F, OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dossiers.answers import missing_of
from dossiers.models import Dossier, SupplementRequest
from dossiers.permissions.dossiers import LODGE, PREPARE, may_on
from dossiers.presenting.dossiers import titled
from dossiers.services.dossiers import standing_files
from dossiers.states import SIGNATORY, State
from enterprises.waiting import Waiting
from screens import formats

MOST = 10  # of each, the first due or the oldest


def waiting_about_dossiers(request, enterprise):
    if not request.user.may(PREPARE):
        return []
    own = Dossier.objects.visible_to(request.user).filter(enterprise__in=enterprise.family_ids)
    own = own.select_related("procedure_version__procedure", "enterprise", "saved_by")
    own = own.prefetch_related("procedure_version__fields")
    return [*_supplements(own, request.user), *_drafts(own, request.user)]


def _supplements(own, user):
    """What is to be answered; to whoever may send it also what is answered in full."""
    today = timezone.localdate()
    sent = SupplementRequest.objects.filter(dossier=OuterRef("pk"), state=SupplementRequest.State.SENT)
    rows = own.filter(state=State.SUPPLEMENTING).annotate(until=Subquery(sent.values("answer_by")[:1]))
    rows = rows.order_by(F("until").asc(nulls_last=True), "submitted_at", "pk")[:MOST]
    for dossier in rows.prefetch_related("supplements__items__files"):
        asked = max(
            (each for each in dossier.supplements.all() if each.sent_at), key=lambda each: each.number, default=None
        )
        until = asked.answer_by if asked else None
        named = {"code": dossier.code, "procedure": titled(dossier)}
        second = [_("to be answered by %(day)s") % {"day": formats.vn_date(until)}] if until else []
        text, address = _("Supplement dossier %(code)s: %(procedure)s") % named, dossier.get_absolute_url()
        is_complete = asked and all(item.is_answered for item in asked.items.all())
        if is_complete and may_on(user, dossier, SIGNATORY):
            text = _("Check and send the answer to dossier %(code)s: %(procedure)s") % named
            address = reverse("dossiers:send_answer", args=[dossier.public_id])
            second.insert(0, _("every item is answered"))
        yield Waiting(text, address, ", ".join(second), until=until, late=bool(until and until < today))


def _drafts(own, user):
    """Complete drafts for whoever may lodge them; incomplete ones stand in the list of dossiers."""
    drafts = own.filter(state=State.DRAFT).order_by("pk")[:MOST]
    for dossier in drafts.prefetch_related("procedure_version__components"):
        if not may_on(user, dossier, LODGE.roles):
            continue
        if missing_of(dossier, list(dossier.procedure_version.fields.all()), list(standing_files(dossier))):
            continue
        yield Waiting(
            _("Check and lodge: %(procedure)s") % {"procedure": titled(dossier)},
            reverse("dossiers:check_dossier", args=[dossier.public_id]),
            _("the draft is complete, saved at %(time)s by %(name)s")
            % {"time": formats.vn_datetime(dossier.saved_at), "name": dossier.saved_by.full_name},
        )
