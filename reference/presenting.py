"""A row of reference data as terms and words, for its page."""

from datetime import date

from django.utils.translation import gettext as _

from reference.models import Agency, ReferenceItem, Rule
from reference.rules import parts_of
from reference.tables import since_text
from screens import formats

LEFT_OUT = {"id", "public_id", "version", "sort_key", "folded", "name_vi", "name_en", "value", "withdrawn_on"}
FIRST = ("code",)
LAST = ("valid_from", "valid_to", "legal_basis", "basis", "note", "confidence", "source")
MONEY = {"revenue_max_vnd", "capital_max_vnd", "vnd_per_unit"}


def facts_of(entry):
    """[(label, text)] in reading order; nothing that only the machine needs."""
    facts = (
        [
            (_("name in Vietnamese"), formats.vietnamese(entry.name_vi)),
            (_("name in English"), formats.english(entry.name_en)),
        ]
        if _has_names(entry)
        else []
    )
    if isinstance(entry, Rule):
        facts += parts_of(entry.code, entry.value)
    for field in sorted(entry._meta.concrete_fields, key=_place):
        if field.name not in LEFT_OUT:
            text = _text(entry, field)
            if field.name == "code":
                text = formats.code(text)
            facts.append((field.verbose_name, text))
    if getattr(entry, "withdrawn_on", None):
        facts.append((_("withdrawn on"), formats.vn_date(entry.withdrawn_on)))
    return [(_capitalised(label), text or formats.NOTHING) for label, text in facts]


def _has_names(entry):
    return isinstance(entry, ReferenceItem) or hasattr(entry, "name_vi")


def _place(field):
    """The code first, then what is the row's own, then days, basis and source."""
    if field.name in FIRST:
        return 0
    return 1 + LAST.index(field.name) if field.name in LAST else 0.5


def _text(entry, field):
    value = getattr(entry, field.name)
    if field.choices:
        return str(entry._get_FIELD_display(field))
    if field.name == "valid_from":
        return since_text(value)
    if isinstance(value, date):
        return formats.vn_date(value)
    if isinstance(value, bool):
        return formats.yes_no(value)
    if field.name in MONEY:
        return formats.money(value)
    if isinstance(value, int):
        return formats.number(value)
    return "" if value is None else str(value)


def _capitalised(label):
    label = str(label)
    return label[:1].upper() + label[1:]


def named_as_of(entry, *, on):
    """What it is called where one is chosen; an entry that ended before the day `on` says so."""
    if entry.valid_to is None or entry.valid_to >= on:
        return str(entry)
    return _("%(entry)s (in force until %(day)s)") % {"entry": entry, "day": formats.vn_date(entry.valid_to)}


def written(heading):
    """The name of a body as it is written in a sentence: the heading of its papers is in capitals, on several lines."""
    called = " ".join(heading.split())
    names = Agency.objects.values_list("name_vi", flat=True)
    return next((name for name in names if name.casefold() == called.casefold()), called)
