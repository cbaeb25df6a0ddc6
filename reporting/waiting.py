"""What every section of "My work" is made of."""

from dataclasses import dataclass, field

from django.urls import reverse

from accounts.access import actions
from screens import formats
from screens.lists import CountOf, upto

SHOWN = 5
MOST = 1000


@dataclass
class Item:
    text: str
    url: str
    verb: str
    note: str = ""
    late: bool = False


@dataclass
class Section:
    title: str
    items: list = field(default_factory=list)
    count: int = 0
    more_url: str = ""

    @property
    def count_text(self):
        return f"{formats.number(MOST)}+" if self.count > MOST else formats.number(self.count)


def may(user, code):
    return code in actions() and user.may(code)


def address(name, *args):
    return reverse(name, args=args)


def first_of(queryset):
    """(the rows that are shown, how many there are), by one query."""
    rows = list(queryset.annotate(there_are=CountOf(upto(queryset, MOST + 1)))[:SHOWN])
    return rows, rows[0].there_are if rows else 0
