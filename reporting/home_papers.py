"""Papers in "My work": those that go out and those that came in whose next step is this person's, soonest due first, late ones
marked."""

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.copy_states import NEXT_OF_COPY
from documents.incoming_states import IncomingState
from documents.models import IncomingPaper, OutgoingPaper, PaperCopy
from documents.paper_states import State
from documents.presenting import COPY_WORDS, WORDS
from documents.services.way import next_verb
from reporting.waiting import Item, Section, address, first_of, may
from screens import formats


def _papers(user, now):
    if not may(user, "papers.see"):
        return None
    today = timezone.localdate(now)
    waiting = OutgoingPaper.objects.waiting_for(user, today)
    order = (F("due_on").asc(nulls_last=True), F("waiting_since").asc(nulls_last=True), "pk")
    rows, number = first_of(waiting.order_by(*order))
    items = [_item(row, today) for row in rows]
    return Section(_("Papers whose next step is mine"), items, number, address("documents:paper_list"))


def _item(paper, today):
    verb = _("Change and send again") if paper.state == State.DRAFT else str(WORDS[next_verb(paper)][0])
    note = formats.vn_date(paper.due_on) if paper.due_on else formats.vn_datetime(paper.waiting_since)
    return Item(str(paper), paper.get_absolute_url(), verb, note, late=paper.is_late(today))


def _incoming(user, now):
    if not may(user, "incoming.see"):
        return None
    today = timezone.localdate(now)
    waiting = IncomingPaper.objects.waiting_for(user, today)
    rows, number = first_of(waiting.order_by(F("due_on").asc(nulls_last=True), "arrived_on", "pk"))
    items = [
        Item(
            f"{row.called} – {row.issuer}: {row}",
            row.get_absolute_url(),
            _("Pass on") if row.state == IncomingState.ENTERED else _("Deal with it"),
            formats.vn_date(row.due_on or row.arrived_on),
            late=row.is_late(today),
        )
        for row in rows
    ]
    return Section(_("Papers that came in and wait for me"), items, number, address("documents:incoming_list"))


def _copies(user, now):
    if not may(user, "copies.see"):
        return None
    rows, number = first_of(
        PaperCopy.objects.waiting_for(user).select_related("incoming", "outgoing").order_by("prepared_at", "pk")
    )
    items = [
        Item(f"{row.get_kind_display()}: {row.original}", row.get_absolute_url(), str(COPY_WORDS[NEXT_OF_COPY[row.state]][0]),
             formats.vn_datetime(row.prepared_at))
        for row in rows
    ]  # fmt: skip
    return Section(_("Copies whose next step is mine"), items, number)


PAPERS = (_papers, _incoming, _copies)
