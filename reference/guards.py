from django.apps import apps

from audit.guards import append_only, check_trigger, immutable, no_delete, no_overlap
from reference.models import Load, ReferenceItem


def _guards():
    for model in apps.get_app_config("reference").get_models():
        table = model._meta.db_table
        if model is Load:
            yield append_only(table)
            continue
        yield no_delete(table)
        if issubclass(model, ReferenceItem):
            yield no_overlap(table, model.KEY, "valid_from", "valid_to")
            yield immutable(table, *model.KEY, *model.FIXED)
    yield immutable("reference_exchangerate", "currency", "on", "vnd_per_unit")
    yield immutable("reference_calendarday", "on")
    yield immutable("reference_unitsuccession", "old_id", "new_id")
    for engine, weekday in (
        ("sqlite", "strftime('%w', NEW.\"on\") NOT IN ('0', '6')"),
        ("postgresql", 'EXTRACT(ISODOW FROM NEW."on") < 6'),
    ):
        yield check_trigger(
            f"work_day_at_weekend_{engine}",
            "reference_calendarday",
            ("INSERT", "UPDATE"),
            f"[{engine}]NEW.kind = 'work' AND {weekday}",
        )


GUARDS = list(_guards())
