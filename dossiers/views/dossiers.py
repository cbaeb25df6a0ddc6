"""The list of dossiers, and the page of one: for the Department and for the enterprise whose it is."""

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import READERS
from dossiers.answers import missing_of
from dossiers.models import Dossier
from dossiers.permissions.dossiers import START, TYPE_IN, acts_for
from dossiers.presenting.dossiers import (
    STATE_KINDS,
    TURN_WORDS,
    components_shown,
    facts_of,
    history_lines,
    next_text,
    sections_of,
    until_text,
    what_happened,
)
from dossiers.services import dossiers as services
from dossiers.states import ENTERPRISE, State
from dossiers.tables import dossiers as tables
from dossiers.views.lodging import around_of, visible_dossier
from screens import formats
from screens.lists import Sheet, show_list


def dossier_list(request):
    action = {"url": reverse("dossiers:type_in_dossier"), "label": _("Type in a dossier")}
    return show_list(
        request,
        name="dossiers",
        title=_("Dossiers"),
        lead=_("What enterprises lodged, the latest first."),
        table_class=tables.DossierTable,
        filterset_class=tables.DossierFilter,
        queryset=Dossier.objects.visible_to(request.user),
        ordering=("-submitted_at", "-pk"),
        export_name="ho-so",
        main_action=action if request.user.may(TYPE_IN) else None,
        empty=_("No dossier was lodged yet."),
        sheet=Sheet(
            title=_("List of dossiers"), period=_("On %(day)s") % {"day": formats.vn_date(timezone.localdate())}
        ),
    )


def dossier(request, public_id):
    """What happened, what is next, whose turn it is, until when; the answers, the components, the history."""
    row = visible_dossier(request, public_id)
    fields, files = list(row.procedure_version.fields.all()), list(services.standing_files(row))
    is_staff = bool(request.user.roles & READERS)
    may_prepare = services.may_prepare(request.user, row)
    return render(
        request,
        "dossiers/dossier.html",
        {
            "dossier": row,
            "kind": STATE_KINDS[row.state],
            "turn": TURN_WORDS[row.turn],
            "until": until_text(row),
            "next": next_text(row),
            "happened": what_happened(row),
            "facts": facts_of(row),
            "sections": sections_of(row, fields),
            "components": components_shown(row, fields, files),
            "missing": missing_of(row, fields, files) if may_prepare else [],
            "may_prepare": may_prepare,
            "may_lodge": services.may_move(request.user, row, State.LODGED),
            "may_withdraw": services.may_move(request.user, row, State.WITHDRAWN),
            "may_copy": request.user.may(START) and acts_for(request.user, row.enterprise, ENTERPRISE),
            "is_staff": is_staff,
            "lines": history_lines(row) if is_staff else [],
            **around_of(row),
        },
    )
