"""The world's enterprise, with the two people who act for it."""

from accounts.roles import Role
from tests.factories import make_enterprise, make_membership


def build(world):
    world.enterprise = make_enterprise()
    for role in (Role.SIGNATORY, Role.PREPARER):
        make_membership(world.people[role.value], world.enterprise, role)


OBJECTS = {}
