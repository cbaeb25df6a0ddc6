"""Which function does which kind of job, and the timetable of jobs that nobody asks for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules, module_has_submodule

from jobs.models import Job


@dataclass(frozen=True)
class Kind:
    code: str
    title: str
    run: object


_kinds: dict[str, Kind] = {}


def job(code, title):
    """Register `def run(running, *, now)` as the work of jobs of kind `code`; `title` is shown to people."""

    def register(function):
        _kinds[code] = Kind(code, title, function)
        return function

    return register


def kinds():
    autodiscover_modules("work")
    return _kinds


@dataclass(frozen=True)
class Daily:
    """Once a day after `hour`:`minute` (Hà Nội time); the day is the period."""

    kind: str
    hour: int
    minute: int = 0

    def period(self, now):
        local = timezone.localtime(now)
        due = local.replace(hour=self.hour, minute=self.minute, second=0, microsecond=0)
        return (local if local >= due else local - timedelta(days=1)).date().isoformat()


@dataclass(frozen=True)
class Every:
    """Once in every `seconds`."""

    kind: str
    seconds: int

    def period(self, now):
        return f"{int(now.timestamp()) // self.seconds * self.seconds}"


@dataclass(frozen=True)
class WhileDue(Every):
    """Once in every `seconds`, and only while `is_due(now)` and no job is at it: else the one period in which nothing was."""

    is_due: Callable

    def period(self, now):
        is_at_it = Job.objects.open().filter(kind=self.kind).exists()
        return super().period(now) if not is_at_it and self.is_due(now) else "nothing due"


def timetable():
    """All rooms' TIMETABLE entries."""
    from django.apps import apps

    entries = []
    for room in settings.ROOMS:
        if module_has_submodule(apps.get_app_config(room).module, "work"):
            entries += getattr(import_module(f"{room}.work"), "TIMETABLE", [])
    return entries
