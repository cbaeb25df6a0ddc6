"""Enterprises as guests of a meeting: their room stands above this one and says here who they are

    invited_enterprises.register(named=f(tax codes), gone=f(tax codes), email_of=f(public id), people=f(public id, on), held_by=f(user, on))

so that an enterprise is invited by its opaque id, whoever acts for it on the day is told, and nobody else answers.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Enterprises:
    """`named` gives {tax code: (public id, name)}, `gone` {tax code: why one that is registered is not invited}; `email_of` the address on record; `people` the users who act for one;
    `held_by` the public ids of those that a person acts for, and of those that were merged into them: two queries."""

    named: Callable
    gone: Callable
    email_of: Callable
    people: Callable
    held_by: Callable


_registered: list[Enterprises] = []


def register(*, named, gone, email_of, people, held_by):
    _registered[:] = [Enterprises(named, gone, email_of, people, held_by)]


def enterprises():
    return _registered[0]
