"""Where the register and the series stand in the demonstration."""

from documents.models import NumberSeries, PaperNumber


def _number():
    return {"public_id": PaperNumber.objects.standing().order_by("pk").first().public_id}


def _series():
    return {"public_id": NumberSeries.objects.get(code="TB").public_id}


ADDRESSES = {
    **{f"documents:{name}": _number for name in ("number", "correct_number", "void_number")},
    **{
        f"documents:{name}": _series
        for name in ("series", "edit_series", "end_series", "resume_series", "continue_series")
    },
}
