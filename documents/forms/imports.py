from django import forms
from django.utils.translation import gettext_lazy as _

from documents.spreadsheets import UNIT_NAMES
from screens.forms import Form, YearField


class StartImportForm(Form):
    """Which file, and for which year."""

    def __init__(self, *args, kind, **kwargs):
        super().__init__(*args, **kwargs)
        if kind.asks_year:
            self.fields["year"] = YearField(
                label=_("Year of the figures"),
                help_text=_("The year the figures are about, not the year of reporting."),
            )
        self.fields["file"] = forms.FileField(
            label=_("File"),
            widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
            help_text=_(
                "Excel workbook (.xlsx) or CSV, at most 30 MB. Nothing is imported before you have looked at it."
            ),
            error_messages={
                "required": _("Choose the file."),
                "empty": _("The file is empty. Choose it again."),
                "missing": _("Choose the file."),
            },
        )


class ReadingForm(Form):
    """How the file was read, for the person to confirm or change."""

    def __init__(self, *args, import_, kind, **kwargs):
        super().__init__(*args, **kwargs)
        self.import_, self.kind = import_, kind
        options, reading = import_.options, import_.reading
        if kind.asks_year:
            self.fields["year"] = YearField(label=_("Year of the figures"), initial=import_.year)
            if "year" in reading["questions"]:
                self.fields["year_confirmed"] = forms.BooleanField(
                    required=False,
                    label=_("The year is right, although the file also names %(years)s")
                    % {"years": ", ".join(map(str, reading["years"]))},
                )
        if len(reading.get("sheets", ())) > 1:
            self.fields["sheet"] = forms.ChoiceField(
                label=_("Sheet to be read"),
                choices=[(name, name) for name, _rows in reading["sheets"]],
                initial=reading["sheet"],
                help_text=_("One sheet is read. Save the others as files of their own and send those too."),
            )
        for column in kind.columns:
            if column.key in options["units"]:
                self.fields[f"unit_{column.key}"] = forms.TypedChoiceField(
                    label=_("Unit of “%(column)s”") % {"column": reading["titles"].get(column.key, column.title)},
                    coerce=int,
                    choices=self.units_of(column),
                    initial=None if self.is_open(column) else options["units"][column.key],
                    required="sheet" not in reading["questions"] or not self.is_open(column),  # another may state it
                    empty_value=None,
                )
        if any(reading["style"].values()):
            self.fields["decimal_style"] = forms.ChoiceField(
                label=_("How numbers are written"),
                choices=[
                    ("vi", _("1.234,56: dots part the thousands")),
                    ("en", _("1,234.56: commas part the thousands")),
                ],
                initial=options["decimal_style"],
            )
        for basis in kind.bases:
            choices = [(code, label) for code, (label, _words) in basis.choices.items()]
            self.fields[f"basis_{basis.key}"] = forms.ChoiceField(
                label=basis.title, choices=choices, initial=options["bases"].get(basis.key)
            )
        if reading.get("doubtful"):
            label = _("I have looked at it: the amounts are those of these columns, of the whole year: %(titles)s")
            if not kind.whole_year:
                label = _("I have looked at it: the amounts are those of these columns: %(titles)s")
            self.fields["looked_at"] = forms.BooleanField(
                required=False,
                label=label % {"titles": "; ".join(f"“{title}”" for title in reading["doubtful"])},
                initial="looked_at" in options["chosen"],
            )
        if import_.counts.get("repairable") or options["repair_tax_codes"]:
            self.fields["repair_tax_codes"] = forms.BooleanField(
                required=False,
                label=_("Put back the lost 0 at the beginning of tax codes"),
                initial=options["repair_tax_codes"],
            )

    def is_open(self, column):
        """Whether nobody has said yet in which unit the column is: nothing is offered before it is chosen."""
        return self.import_.reading["unit_from"][column.key] in ("nowhere", "unclear")

    def units_of(self, column):
        nothing = [("", _("Choose…"))] if self.is_open(column) else []
        return [*nothing, *UNIT_NAMES[column.type].items()]

    def chosen(self):
        """What the person decided: what differs from what the file itself says."""
        data, reading = self.cleaned_data, self.import_.reading
        units = {
            key: data[f"unit_{key}"]
            for key, power in self.import_.options["units"].items()
            if data[f"unit_{key}"] is not None
            and (data[f"unit_{key}"] != power or reading["unit_from"][key] in ("nowhere", "unclear", "chosen"))
        }
        chosen = {"units": units, "bases": {b.key: data[f"basis_{b.key}"] for b in self.kind.bases}}
        if "sheet" in data:
            chosen["sheet"] = data["sheet"]
        if "decimal_style" in data:
            chosen["decimal_style"] = data["decimal_style"]
        if data.get("repair_tax_codes"):
            chosen["repair_tax_codes"] = True
        if data.get("year_confirmed"):
            chosen["year_confirmed"] = True
        if data.get("looked_at"):
            chosen["looked_at"] = reading["doubtful"]
        return chosen


class UndoImportForm(Form):
    reason = forms.CharField(label=_("Reason for undoing"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
