"""Objects of periods, targets and what was published."""

from programme.loading import load_programme
from programme.models import Period, PublishedFigure, PublishedResult


def build(world):
    load_programme(by="load_programme", now=world.now)
    world.period = Period.objects.get(code="2021-2025")
    world.target = world.period.targets.first()
    world.result, world.figure = PublishedResult.objects.first(), PublishedFigure.objects.first()


def _address(name):
    return lambda world: {"public_id": getattr(world, name).public_id}


OBJECTS = {
    "programme:period": _address("period"),
    "programme:edit_period": _address("period"),
    "programme:add_target": _address("period"),
    "programme:target": _address("target"),
    "programme:edit_target": _address("target"),
    "programme:withdraw_target": _address("target"),
    "programme:result": _address("result"),
    "programme:edit_result": _address("result"),
    "programme:figure": _address("figure"),
    "programme:edit_figure": _address("figure"),
}
