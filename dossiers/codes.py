"""Codes of dossiers: made by the pattern that the rule `dossier_code` holds, given once and never again."""

import re

from django.db import IntegrityError, transaction
from django.utils import timezone

from dossiers.models import Dossier, DossierNumber
from reference.services import rule

USUAL = {"pattern": "{yy}{mm}{dd}-{number}", "digits": 4}
PLACES = re.compile(r"\{(yyyy|yy|mm|dd|procedure|number)\}")


def code_for(pattern, *, procedure, on, number):
    """The code with this number: places of the pattern that are no words of ours stay as they are written."""
    words = {
        "yyyy": f"{on:%Y}",
        "yy": f"{on:%y}",
        "mm": f"{on:%m}",
        "dd": f"{on:%d}",
        "procedure": procedure.code,
        "number": number,
    }
    if "{number}" not in pattern:
        pattern += "-{number}"
    return PLACES.sub(lambda found: words[found[1]], pattern)


def next_code(procedure, *, now):
    """A code that no dossier ever had; inside the transaction of its lodging, which others wait for."""
    on = timezone.localdate(now)
    said = USUAL | rule("dossier_code", on, {})
    pattern, digits = said["pattern"], said["digits"]
    prefix = code_for(pattern, procedure=procedure, on=on, number="#")
    series = _held(prefix)
    while True:
        series.last_number += 1
        code = code_for(pattern, procedure=procedure, on=on, number=f"{series.last_number:0{digits}d}")
        if not Dossier.objects.filter(code=code).exists():  # of an earlier pattern
            series.save(update_fields=["last_number"])
            return code


def _held(prefix):
    """The series, locked; the first who needs it lays it."""
    rows = DossierNumber.objects.select_for_update(of=("self",))
    found = rows.filter(prefix=prefix).first()
    if found is None:
        try:
            with transaction.atomic():
                DossierNumber.objects.create(prefix=prefix)
        except IntegrityError:
            pass  # somebody else laid it in this very moment
        found = rows.get(prefix=prefix)
    return found
