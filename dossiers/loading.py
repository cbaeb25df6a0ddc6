"""Procedures from the data file of the room. A version that people worked on, or put in force, is never overwritten."""

import json
from datetime import time
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from accounts.models import Office
from audit.events import actor_name, record_event
from documents.models import NumberSeries
from dossiers.models import PARTS, Component, FormField, Procedure, ProcedureStep, ProcedureVersion
from dossiers.services.procedures import CONTENT, filled
from reference.loading import Report, keep
from reference.models import Agency

DATA = Path(__file__).parent / "data" / "procedures.json"
FOREIGN = ("office", "result_series")  # named by their codes
NAMED = ("kind", "name_vi", "name_en", "note", "confidence", "source")
LISTS = {"steps": ProcedureStep, "components": Component, "fields": FormField}
NOT_IN_FILE = {"id", "public_id", "version", "procedure_version", "position", "template", "office"}


@transaction.atomic
def load_procedures(*, by, now, path=DATA):
    """Bring procedures that nobody touched to the file, and add those that are missing; returns a Report."""
    report = Report()
    for row in json.loads(path.read_text(encoding="utf-8")):
        procedure = Procedure.objects.filter(code=row["code"]).first()
        if procedure is None:
            _add(row, by, now)
            report.created += 1
        elif as_data(procedure) == _wanted(row):
            report.unchanged += 1
        elif _is_untouched(procedure, by):
            _rewrite(procedure, row, by, now)
            report.updated += 1
        else:
            report.kept.append(f"procedure {procedure.code}")
    keep("dossiers", report, by=by, now=now)
    return report


def as_data(procedure):
    """A procedure with its first version in the shape of the file, in full."""
    version = procedure.versions.filter(number=1).first()
    own = {name: getattr(procedure, name) for name in ("code", *NAMED)} | {"agency": procedure.agency.code}
    return own | {"version": version and _version_as_data(version)}


def _version_as_data(version):
    found = {name: getattr(version, name) for name in CONTENT if name not in FOREIGN}
    found |= {name: (row := getattr(version, name)) and row.code for name in FOREIGN}
    for name, model in LISTS.items():
        columns = [field.name for field in model._meta.concrete_fields if field.name not in NOT_IN_FILE]
        rows = model.objects.filter(procedure_version=version)
        found[name] = [{column: getattr(row, column) for column in columns} for row in rows]
    return found


def _wanted(row):
    """What the file says, in full: what it leaves out is what the columns start with."""
    said = row["version"]
    version = _version_values(said) | {name: row and row.code for name, row in _foreign(said).items()}
    for name, model in LISTS.items():
        version[name] = [_full(model, part) for part in said[name]]
    return {
        "code": row["code"],
        "name_en": "",
        "note": "",
        **_procedure_values(row),
        "agency": row["agency"],
        "version": version,
    }


def _procedure_values(row):
    return {name: row[name] for name in NAMED if name in row}


def _version_values(said):
    usual = {"result_subject": "", "result_text": ""}
    values = usual | {name: said[name] for name in CONTENT if name in said and name not in FOREIGN}
    hour = values.get("receipt_until")
    return values | {"receipt_until": time.fromisoformat(hour) if hour else None}


def _full(model, part):
    row = model(**part)
    return {
        field.name: getattr(row, field.name) for field in model._meta.concrete_fields if field.name not in NOT_IN_FILE
    }


def _foreign(said):
    """{name: the row that the file names by its code, or None}"""
    series = NumberSeries.objects.laid_out().filter(code=said.get("result_series") or "", ended_on__isnull=True)
    return {"office": _office(said), "result_series": series.first()}


def _office(said):
    return Office.objects.filter(code=said.get("office") or "", ended_on__isnull=True).first()


def _agency(row, now):
    return Agency.objects.in_force(timezone.localdate(now)).get(code=row["agency"])


def _is_untouched(procedure, by):
    versions = list(procedure.versions.all())
    return (
        procedure.version == 1 and len(versions) == 1 and versions[0].is_draft and versions[0].hands == [actor_name(by)]
    )


def _add(row, by, now):
    procedure = Procedure(code=row["code"], agency=_agency(row, now), **_procedure_values(row))
    procedure.derive()
    procedure.save()
    version = ProcedureVersion.objects.create(
        procedure=procedure,
        number=1,
        drafted_at=now,
        hands=[actor_name(by)],
        **_foreign(row["version"]),
        **_version_values(row["version"]),
    )
    _write_parts(version, row["version"])
    record_event("procedure loaded", procedure, by=by, now=now, after=filled(procedure))
    record_event("procedure version loaded", version, by=by, now=now, after=filled(version))


def _rewrite(procedure, row, by, now):
    version = procedure.versions.get()
    for model in PARTS.values():
        model.objects.filter(procedure_version=version).delete()
    for name, value in _procedure_values(row).items():
        setattr(procedure, name, value)
    procedure.agency = _agency(row, now)
    procedure.derive()
    procedure.save()
    before = filled(version)
    for name, value in (_version_values(row["version"]) | _foreign(row["version"])).items():
        setattr(version, name, value)
    version.save()
    _write_parts(version, row["version"])
    record_event("procedure version loaded", version, by=by, now=now, before=before, after=filled(version))


def _write_parts(version, said):
    for name, model in LISTS.items():
        for position, part in enumerate(said[name], start=1):
            model.objects.create(procedure_version=version, position=position, **part)
