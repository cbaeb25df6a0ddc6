from django.conf import settings
from django.utils.translation import gettext_lazy as _

from documents.leftovers import remove_leftovers
from documents.services import imports as services
from documents.store import scan_waiting
from jobs.registry import Daily, Every, job

TIMETABLE = [Daily("documents.remove_leftovers", hour=4)]
if settings.CLAMD:
    TIMETABLE.append(Every("documents.scan_waiting", seconds=300))


@job("documents.preview_import", _("Read a spreadsheet"))
def preview_import(running, *, now):
    return services.preview(running, now=now)


@job("documents.apply_import", _("Import the good rows"))
def apply_import(running, *, now):
    return services.apply_rows(running, now=now)


@job("documents.undo_import", _("Undo an import"))
def undo_import(running, *, now):
    return services.undo_rows(running, now=now)


@job("documents.scan_waiting", _("Scan files that came while the scanner was away"))
def scan_waiting_files(running, *, now):
    return {"judged": scan_waiting(now=now)}


@job("documents.remove_leftovers", _("Remove files that belong to nothing"))
def remove_left_over_files(running, *, now):
    return remove_leftovers(now=now)
