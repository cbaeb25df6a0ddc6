"""People and things for tests: plain functions; only what matters in a test is spelled out."""

import itertools
from datetime import date

from accounts.models import Office, Post, User
from accounts.roles import Role

_numbers = itertools.count(1)


def make_user(*roles, email=None, office=None, **fields):
    """A signed-up person holding `roles` by posts from 2020 on."""
    number = next(_numbers)
    user = User(
        email=email or f"nguoi{number}@so.example",
        full_name=fields.pop("full_name", f"Nguyễn Văn {number}"),
        password="!",  # nobody signs in with it; tests use force_login
        **fields,
    )
    user.save()
    for role in roles:
        Post.objects.create(
            user=user,
            office=office or make_office(),
            role=role,
            starts_on=date(2020, 1, 1),
            paper="01/QĐ-SCT",
        )
    return user


def make_office(code=None, **fields):
    number = next(_numbers)
    fields.setdefault("name", f"Phòng {number}")
    fields.setdefault("kind", Office.Kind.OFFICE)
    return Office.objects.create(code=code or f"P{number}", **fields)


def make_officer(**fields):
    return make_user(Role.OFFICER, **fields)


def make_head(**fields):
    return make_user(Role.HEAD, **fields)


def make_director(**fields):
    return make_user(Role.DIRECTOR, **fields)


def make_administrator(**fields):
    return make_user(Role.ADMINISTRATOR, **fields)


def make_auditor(**fields):
    return make_user(Role.AUDITOR, **fields)
