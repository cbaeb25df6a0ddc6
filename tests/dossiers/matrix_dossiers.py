"""Dossiers for the matrix: drafts of the enterprise for its people, paper being typed in for clerks, a lodged one for all.

Whoever is not of the enterprise and does not type in paper sees no draft: asked for one, they are told of the lodged one.
"""

from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.roles import ENTERPRISE_ROLES, Role
from documents.store import save_upload
from dossiers.states import CLERKS
from tests.dossiers.matrix_procedures import one_page
from tests.factories import (
    make_application,
    make_component,
    make_dossier,
    make_dossier_file,
    make_enterprise,
    make_membership,
    make_procedure,
    make_version,
)

MEMBERS = frozenset(role.value for role in ENTERPRISE_ROLES)
TYPISTS = frozenset(role.value for role in CLERKS)


def build(world):
    world.enterprise = getattr(world, "enterprise", None) or make_enterprise()
    for role in (Role.SIGNATORY, Role.PREPARER):
        person = world.people[role.value]
        if not person.memberships.filter(enterprise=world.enterprise).exists():
            make_membership(person, world.enterprise, role)
    signatory, clerk = world.people[Role.SIGNATORY.value], world.people[Role.INTAKE.value]
    stored = save_upload(SimpleUploadedFile("van-ban.pdf", one_page()), by=signatory, now=world.now)
    today = world.now.date()
    procedure = make_procedure()
    first = make_version(procedure)
    make_component(first, template=stored)
    _put_in_force(first, date(2026, 1, 5), until=today - timedelta(days=31))
    second = _put_in_force(make_version(procedure), today - timedelta(days=30))

    world.application_of = {}

    def laid(**fields):
        dossier = make_dossier(first, world.enterprise, **fields)
        world.application_of[dossier.pk] = make_application(dossier, stored)
        return dossier, make_dossier_file(dossier, first.components.last(), stored)

    def lodged():
        dossier, file = laid(by=signatory)
        dossier.state, dossier.code, dossier.submitted_at = "lodged", f"MT-{dossier.pk}", world.now
        dossier.submitted_by = dossier.applicant = signatory
        dossier.applicant_name = signatory.full_name
        dossier.save()
        return dossier, file

    world.open_procedure = second.procedure
    world.draft_of = {"online": laid(by=signatory), "paper": laid(by=clerk, channel="post"), "lodged": lodged()}


def _put_in_force(version, valid_from, until=None):
    version.state, version.valid_from, version.valid_to = "issued", valid_from, until
    version.paper_number, version.paper_on = "1/QĐ-SCT", valid_from
    version.put_in_force_at, version.put_in_force_by = version.drafted_at, "system:tests"
    version.save()
    return version


def _prepared(world, who):
    return world.draft_of["online" if who in MEMBERS else "paper" if who in TYPISTS else "lodged"]


def _dossier(world, who):
    return {"public_id": _prepared(world, who)[0].public_id}


def _file(world, who):
    dossier, file = _prepared(world, who)
    return {"public_id": dossier.public_id, "file_id": file.public_id}


def _application(world, who):
    dossier, _file = _prepared(world, who)
    return {"public_id": dossier.public_id, "file_id": world.application_of[dossier.pk].public_id}


def _component(world, who):
    dossier, file = _prepared(world, who)
    return {"public_id": dossier.public_id, "component_id": file.component.public_id}


def _lodged(world, who):
    return {"public_id": world.draft_of["lodged"][0].public_id}


OBJECTS = {
    "dossiers:start_dossier": lambda world: {"public_id": world.open_procedure.public_id},
    "dossiers:look_up_dossier": lambda world: {"token": world.draft_of["lodged"][0].token},
    "dossiers:dossier": _dossier,
    "dossiers:dossier_file": _file,
    "dossiers:dossier_template": _component,
    "dossiers:fill_dossier": _dossier,
    "dossiers:dossier_components": _dossier,
    "dossiers:add_file": _component,
    "dossiers:remove_file": _file,
    "dossiers:attach_application": _dossier,
    "dossiers:remove_application": _application,
    "dossiers:application_signatures": _application,
    "dossiers:move_draft": _dossier,
    "dossiers:check_dossier": _dossier,
    "dossiers:lodge_dossier": _dossier,
    "dossiers:lodged_dossier": _lodged,
    "dossiers:copy_dossier": _dossier,
    "dossiers:withdraw_dossier": _dossier,
}
