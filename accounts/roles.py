"""Roles as the Department and the enterprises have them (practice of 2026; who holds which is dated data)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    INTAKE = "intake", _("Intake officer")
    OFFICER = "officer", _("Officer")
    HEAD = "head", _("Head of office")
    DEPUTY_HEAD = "deputy_head", _("Deputy head of office")
    CHIEF_OF_OFFICE = "chief_of_office", _("Chief of the Department's Office")
    DIRECTOR = "director", _("Director")
    DEPUTY_DIRECTOR = "deputy_director", _("Deputy director")
    ACCOUNTANT = "accountant", _("Accountant")
    CHIEF_ACCOUNTANT = "chief_accountant", _("Chief accountant")
    RECORDS_CLERK = "records_clerk", _("Records clerk")
    CENTRE_STAFF = "centre_staff", _("Centre staff")
    INSPECTOR = "inspector", _("Inspection member")
    COUNCIL_MEMBER = "council_member", _("Council member")
    COUNCIL_SECRETARY = "council_secretary", _("Council secretary")
    AUDITOR = "auditor", _("Auditor (read only)")
    ADMINISTRATOR = "administrator", _("System administrator")
    SIGNATORY = "signatory", _("Legal representative")
    PREPARER = "preparer", _("Dossier preparer")
    SYSTEM = "system", _("Connected system")


ENTERPRISE_ROLES = frozenset({Role.SIGNATORY, Role.PREPARER})
SYSTEMS = frozenset({Role.SYSTEM})  # held by accounts of connected systems alone; they never sign in
PEOPLE_ROLES = frozenset(Role) - SYSTEMS
POST_ROLES = PEOPLE_ROLES - ENTERPRISE_ROLES
COUNCIL = frozenset({Role.COUNCIL_MEMBER, Role.COUNCIL_SECRETARY})
LEADERS = frozenset({Role.DIRECTOR, Role.DEPUTY_DIRECTOR})
HEADS = frozenset({Role.HEAD, Role.DEPUTY_HEAD})
STAFF = POST_ROLES - {Role.COUNCIL_MEMBER, Role.AUDITOR}
READERS = STAFF | {Role.AUDITOR}


def may_act_for_others(roles):
    """Whether somebody who holds `roles` may be authorised to act in another's name.

    It takes a post of the staff: one on the council or of an auditor alone gives none; nobody acts who acts for an
    enterprise.
    """
    return bool(roles & (STAFF - COUNCIL)) and not roles & ENTERPRISE_ROLES


_sources = []


def register_role_source(source):
    """`source(user, on) -> queryset of role values`; rooms that give roles (memberships of enterprises) register one."""
    _sources.append(source)


_endings = []


def register_ending_source(source):
    """`source(user, on) -> [sentences]` on rights that somebody held until a day before; rooms that give such rights register one."""
    _endings.append(source)


def rights_that_ended(user, on):
    return [sentence for source in _endings for sentence in source(user, on)]


def roles_elsewhere(user, on):
    """[queryset of role values], one of each room, so that all are asked for at once."""
    return [source(user, on) for source in _sources]
