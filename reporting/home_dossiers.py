"""Dossiers in "My work": drafts to go on with, paper to type in, and what waits to be received."""

from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Post
from accounts.roles import HEADS
from dossiers.models import Dossier, ResultPaper, SupplementRequest
from dossiers.permissions.handling import headed_offices
from dossiers.presenting.handling import lies_since, supplemented_on
from dossiers.states import UNASSIGNED, State
from reporting.waiting import Item, Section, address, first_of, may
from screens import formats


def _items(rows, route, verb, note):
    """(the items of the first rows, how many rows there are)."""
    shown, number = first_of(rows.select_related("procedure_version__procedure", "enterprise"))
    items = [
        Item(
            f"{row.enterprise.called} – {row}",
            address(route, row.public_id),
            verb,
            note(row),
        )
        for row in shown
    ]
    return items, number


def _since(moment):
    return lambda row: lies_since(row.channel, row.arrived_on) or formats.vn_datetime(getattr(row, moment))


def _drafts(user, now):
    if not may(user, "dossiers.prepare"):
        return None
    drafts = Dossier.objects.visible_to(user).drafts()
    own = drafts.of_enterprises_of(user).filter(channel=Dossier.Channel.ONLINE) | drafts.filter(typed_by=user)
    items, number = _items(own.order_by("-saved_at", "-pk"), "dossiers:fill_dossier", _("Go on"), _since("saved_at"))
    return Section(_("Drafts of dossiers"), items, number)


def _to_receive(user, now):
    if not may(user, "dossiers.type_in"):
        return None
    waiting = Dossier.objects.visible_to(user).filter(state=State.LODGED)
    given = {"supplemented_at": SupplementRequest.objects.last_answer()}
    waiting = waiting.annotate(came_on=Coalesce("arrived_on", TruncDate("submitted_at")), **given)
    waiting = waiting.order_by("came_on", "submitted_at", "pk")
    since = _since("submitted_at")
    items, number = _items(
        waiting, "dossiers:dossier", _("Look at the dossier"),
        lambda row: supplemented_on(row.supplemented_at) or since(row),
    )  # fmt: skip
    more = f"{address('dossiers:dossier_list')}?state={State.LODGED.value}"
    return Section(_("Dossiers that wait to be received"), items, number, more)


def _handled(title, verb, wanted, action, *, more=""):
    """A section of dossiers in hand, the first due on top; late ones say so."""

    def section(user, now):
        if not may(user, action):
            return None
        today = timezone.localdate(now)
        rows = wanted(Dossier.objects.visible_to(user), user, today).order_by("due_on", "submitted_at", "pk")
        shown, number = first_of(rows.select_related("procedure_version__procedure", "enterprise"))
        items = [
            Item(
                f"{row.enterprise.called} – {row}",
                address("dossiers:dossier", row.public_id),
                str(verb),
                formats.vn_date(row.due_on) if row.due_on else "",
                late=row.is_running and row.due_on < today,
            )
            for row in shown
        ]
        return Section(str(title), items, number, f"{address('dossiers:dossier_list')}{more}" if more else "")

    return section


def _mine(rows, user, today):
    """To be appraised, or approved with a result that nobody drafts yet."""
    return rows.filter(handler=user, state__in=(State.RECEIVED, State.APPRAISING)) | _to_issue(
        rows.filter(handler=user), user, today
    )


def _to_issue(rows, user, today):
    """Approved, and not made as a paper of the portal: that one comes on its own way."""
    made = ResultPaper.objects.standing().values("dossier_id")
    return rows.filter(state=State.APPROVED).exclude(pk__in=made)


def _to_assign(rows, user, today):
    """In an office that the person heads, and given to nobody yet."""
    posts = Post.objects.in_force(today).filter(user=user, role__in=[role.value for role in HEADS])
    return rows.filter(handler__isnull=True, state__in=UNASSIGNED, office__in=posts.values("office_id"))


def _headless(rows, user, today):
    """Given to nobody, in an office whose heads are gone: they wait with the leaders."""
    return rows.filter(handler__isnull=True, state__in=UNASSIGNED).exclude(office__in=headed_offices(today))


def _to_send(rows, user, today):
    """With a supplement that somebody else of the person's office prepared."""
    posts = Post.objects.in_force(today).filter(user=user, role__in=[role.value for role in HEADS])
    prepared = SupplementRequest.objects.filter(state="prepared").exclude(stage="lodged").exclude(prepared_by=user)
    return rows.filter(pk__in=prepared.values("dossier_id"), office__in=posts.values("office_id"))


def _state(*states):
    return lambda rows, user, today: rows.filter(state__in=states)


def _to_answer(rows, user, today):
    return rows.of_enterprises_of(user).filter(state=State.SUPPLEMENTING, channel=Dossier.Channel.ONLINE)


DOSSIERS = (
    _drafts,
    _handled(gettext_lazy("Dossiers that wait for your supplement"), gettext_lazy("Answer"), _to_answer, "dossiers.answer"),
    _to_receive,
    _handled(
        gettext_lazy("Dossiers you handle"), gettext_lazy("Go on"), _mine, "dossiers.handle", more="?whose=mine"
    ),
    _handled(
        gettext_lazy("Dossiers to assign"), gettext_lazy("Assign"), _to_assign, "dossiers.assign", more="?whose=office"
    ),
    _handled(
        gettext_lazy("Dossiers to assign of offices without a head"), gettext_lazy("Assign"), _headless, "dossiers.decide"
    ),
    _handled(gettext_lazy("Supplements to be sent"), gettext_lazy("Check"), _to_send, "dossiers.assign"),
    _handled(
        gettext_lazy("Dossiers to decide"), gettext_lazy("Decide"), _state(State.SUBMITTED), "dossiers.decide",
        more="?state=submitted",
    ),
    _handled(
        gettext_lazy("Results to issue"), gettext_lazy("Issue"), _to_issue, "dossiers.issue",
        more="?state=approved",
    ),
    _handled(
        gettext_lazy("Results to return"), gettext_lazy("Return"), _state(State.ISSUED), "dossiers.return",
        more="?state=issued",
    ),
)  # fmt: skip
