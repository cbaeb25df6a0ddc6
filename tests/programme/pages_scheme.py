"""Where the pages of the programme stand in the demonstration."""

from programme.models import Period, PublishedFigure, PublishedResult


def _period():
    return {"public_id": Period.objects.get(code="2021-2025").public_id}


def _target():
    return {"public_id": Period.objects.get(code="2021-2025").targets.first().public_id}


def _result():
    return {"public_id": PublishedResult.objects.first().public_id}


def _figure():
    return {"public_id": PublishedFigure.objects.first().public_id}


ADDRESSES = {
    "programme:period": _period,
    "programme:edit_period": _period,
    "programme:add_target": _period,
    "programme:target": _target,
    "programme:edit_target": _target,
    "programme:withdraw_target": _target,
    "programme:result": _result,
    "programme:edit_result": _result,
    "programme:figure": _figure,
    "programme:edit_figure": _figure,
}
