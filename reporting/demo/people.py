"""The people of the demo: one a role, in offices with dated posts; two who act for an enterprise."""

from datetime import date

from django.contrib.auth.hashers import make_password

from accounts.demo import OFFICES, PASSWORD, ROSTER, address_of
from accounts.models import Office, User
from accounts.roles import ENTERPRISE_ROLES
from accounts.services import add_office, give_post, new_person
from reporting.demo.copying import ACTOR, at

SINCE = date(2021, 1, 4)


def make_people():
    """{role: User}; whoever is there already stays as they are."""
    offices = {}
    for code, name, kind in OFFICES:
        offices[code] = Office.objects.filter(code=code).first() or add_office(
            code=code, name=name, kind=kind, symbol="", ended_on=None, by=ACTOR, now=at(SINCE)
        )
    people, hashed = {}, make_password(PASSWORD)  # hashed once: it is slow on purpose
    for role, office, _label, name, local in ROSTER:
        email = address_of(local)
        person = User.objects.filter(email=email).first()
        if person is None:
            person = new_person(email=email, full_name=name, synthetic=True, by=ACTOR, now=at(SINCE))
            User.objects.filter(pk=person.pk).update(password=hashed)
            if role not in ENTERPRISE_ROLES:
                give_post(
                    user=person,
                    office=offices[office],
                    role=role,
                    starts_on=SINCE,
                    paper="MH-01/QĐ-MINHHOA",
                    by=ACTOR,
                    now=at(SINCE),
                )
        people[role] = person
    return people
