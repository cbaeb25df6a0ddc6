"""What every section of "My work" is made of."""

from dataclasses import dataclass, field

from django.urls import reverse

from accounts.access import actions
from screens import formats

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


def count(queryset):
    return queryset.order_by()[: MOST + 1].count()
