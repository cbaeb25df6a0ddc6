"""What may be typed in about plans, their lines, consultations and proposals."""

from datetime import date

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from programme.forms.papers import PaperForm, UploadMixin
from programme.models import Consultation, Indicator, Plan, PlanItem, TaskProposal
from programme.services.items import tasks_that_may_go_on
from reference.models import Agency, ContentArea, MoneySource
from screens import formats
from screens.forms import DateField, Form, ModelForm, MoneyField, NumberField, YearField

MOST_AMOUNT = 10**15


class PlanForm(Form):
    """The year and the title of a new plan."""

    year = YearField(label=_("Year of the plan"), min_value=2021)
    title = forms.CharField(label=_("Name of the plan"), max_length=300)
    note = forms.CharField(label=_("Remark"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class EditPlanForm(ModelForm):
    note = forms.CharField(label=_("Remark"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    class Meta:
        model = Plan
        fields = ["title", "note"]
        labels = {"title": _("Name of the plan")}


class AdjustForm(Form):
    """A new version of the plan in force."""

    title = forms.CharField(label=_("Name of the plan"), max_length=300)
    reason = forms.CharField(
        label=_("Why the plan is adjusted"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


def first_day(year):
    """On which day the lists of a plan are read: the first of its year."""
    return date(year, 1, 1)


class MoneyBySource:
    """A field of đồng for each source of money, and what was typed as {source: đồng}."""

    def add_sources(self, on, known):
        holds = MoneySource.objects.in_force(on) | MoneySource.objects.filter(pk__in=[source.pk for source in known])
        self.sources = list(holds.distinct().order_by("id"))
        for source in self.sources:
            self.fields[f"source_{source.pk}"] = MoneyField(
                label=_("Estimate from: %(source)s") % {"source": source},
                required=False,
                min_value=1,
                max_value=MOST_AMOUNT,
                initial=known.get(source),
            )

    def amounts(self):
        typed = {source: self.cleaned_data.get(f"source_{source.pk}") for source in self.sources}
        return {source: amount for source, amount in typed.items() if amount}


def content_area_field():
    return forms.ModelChoiceField(
        label=_("Content area"),
        queryset=ContentArea.objects.none(),
        error_messages={
            "required": _("An estimate belongs to a content area of the programme. Choose the content area.")
        },
    )


def indicator_field():
    return forms.ChoiceField(
        label=_("Indicator it serves"), required=False, choices=[("", _("None of these")), *Indicator.choices]
    )


def in_force_or(model, on, known):
    return model.objects.filter(Q(pk__in=model.objects.in_force(on).values("pk")) | Q(pk=known))


class ItemForm(MoneyBySource, ModelForm):
    """A line of a plan: exactly one lead, an estimate by source, what it is for."""

    content_area = content_area_field()
    due_on = DateField(label=_("Due on"))
    indicator_code = indicator_field()
    position = NumberField(
        label=_("Place in its content area"),
        required=False,
        min_value=1,
        max_value=999,
        help_text=_("Empty: behind the others."),
    )
    overlaps_seen = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = PlanItem
        fields = [
            "content_area",
            "what",
            "office",
            "agency",
            "partners",
            "deliverable",
            "due_on",
            "indicator_code",
            "effect",
            "note",
            "position",
            "why",
        ]
        labels = {
            "what": _("Task"),
            "office": _("Lead: office of the Department"),
            "agency": _("Lead: another agency"),
            "partners": _("Co-ordinating units"),
            "deliverable": _("Deliverable"),
            "effect": _("Expected effect"),
            "note": _("Remark"),
            "why": _("Why it moved"),
        }
        help_texts = {
            "agency": _("Either an office or an agency leads."),
            "effect": _("How much it adds to the indicator, for example: 20 enterprise-turns."),
            "why": _("Needed in an adjustment for whatever differs from the version before, a new task too."),
        }

    def __init__(self, *args, plan, **kwargs):
        super().__init__(*args, **kwargs)
        self.plan, item = plan, self.instance
        on = first_day(plan.year)
        known = {e.source: e.amount_vnd for e in item.estimates.select_related("source")} if item.pk else {}
        self.fields["content_area"].queryset = in_force_or(ContentArea, on, item.content_area_id).order_by("code")
        self.fields["agency"].queryset = in_force_or(Agency, on, item.agency_id).ordered()
        self.fields["office"].queryset = Office.objects.filter(
            Q(ended_on__isnull=True) | Q(pk=item.office_id)
        ).order_by("code")
        for name in ("office", "agency"):
            self.fields[name].empty_label = _("None of these")
        if not item.pk:
            self.initial.pop("position", None)  # the model's own 1 would put every new task first
            self.fields["task"] = forms.ModelChoiceField(
                label=_("Goes on from an earlier plan"),
                queryset=tasks_that_may_go_on(plan),
                to_field_name="public_id",
                required=False,
                empty_label=_("No, a new task"),
            )
        if plan.base_id is None:
            del self.fields["why"]
        self.add_sources(on, known)
        money = [f"source_{source.pk}" for source in self.sources]
        names = [name for name in self.fields if name not in money and name != "task"]
        place = names.index("due_on") + 1
        self.order_fields(["task", *names[:place], *money, *names[place:]])

    def clean(self):
        cleaned = super().clean()
        if bool(cleaned.get("office")) == bool(cleaned.get("agency")):
            self.add_error("office", _("Choose exactly one lead: an office of the Department or another agency."))
        return cleaned

    def validate_unique(self):
        """The service says in words what the database would refuse."""

    def values(self):
        given = {name: self.cleaned_data[name] for name in self._meta.fields if name in self.fields}
        if not given.get("position"):
            given.pop("position", None)
        return given


class DropForm(Form):
    why = forms.CharField(label=_("Why it is left out"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    version = forms.IntegerField(widget=forms.HiddenInput)


class OverlapForm(Form):
    why = forms.CharField(
        label=_("Why the two tasks do not overlap"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: other beneficiaries, another stage, a task that is repeated each year."),
    )


class EstimateChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj):
        return _now("%(estimate)s: %(whole)s, of which %(left)s is not linked yet") % {
            "estimate": obj,
            "whole": formats.money(obj.amount_vnd),
            "left": formats.money(obj.amount_vnd - obj.linked_vnd),
        }


class FundingLineChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj):
        if not obj.managed:
            return str(obj)
        return _now("%(line)s: %(whole)s assigned, of which %(left)s is not linked yet") % {
            "line": obj,
            "whole": formats.money(obj.assigned_vnd),
            "left": formats.money(max(obj.assigned_vnd - obj.linked_vnd, 0)),
        }


class LinkMoneyForm(Form):
    """Which budget line carries how much of which estimate."""

    estimate = EstimateChoice(label=_("Estimated cost"), queryset=None)
    line = FundingLineChoice(label=_("Budget line"), queryset=None, to_field_name="public_id")
    amount_vnd = MoneyField(label=_("Amount"), min_value=1, max_value=MOST_AMOUNT)

    def __init__(self, *args, estimates, lines, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["estimate"].queryset, self.fields["line"].queryset = estimates, lines


# --- consultations -----------------------------------------------------------------------------


class AskForm(PaperForm):
    """The letter that asks agencies for their opinion."""

    agencies = forms.ModelMultipleChoiceField(
        label=_("Agencies asked"), queryset=Agency.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    deadline = DateField(label=_("To answer by"))

    field_order = ("agencies", "number", "signed_on", "deadline", "about", "upload")

    def __init__(self, *args, on, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agencies"].queryset = Agency.objects.in_force(on).exclude(code="SCT").ordered()

    def values(self):
        data = self.cleaned_data
        return super().values() | {"agencies": list(data["agencies"]), "deadline": data["deadline"]}


class AnswerForm(UploadMixin, Form):
    """What an agency answered."""

    answer_number = forms.CharField(label=_("Number and symbol"), max_length=60)
    answered_on = DateField(label=_("Date of the paper"))
    opinion = forms.ChoiceField(label=_("Opinion"), choices=Consultation.Opinion.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("Content of the opinion"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Needed when the agency has comments."),
    )
    upload = forms.FileField(label=_("Scan"), required=False, help_text=_("PDF, PNG or JPEG."))
    kept_file = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def values(self):
        return {name: self.cleaned_data[name] for name in ("answer_number", "answered_on", "opinion", "words")}


class HandleForm(Form):
    """What became of an agency's comments."""

    taken = forms.ChoiceField(label=_("How it was taken"), choices=Consultation.Taken.choices, widget=forms.RadioSelect)
    taken_words = forms.CharField(
        label=_("What was taken in, what is explained"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


# --- proposals ---------------------------------------------------------------------------------


class ProposalForm(MoneyBySource, ModelForm):
    """A task that an office proposes."""

    year = YearField(label=_("For the plan of"), min_value=2021)
    content_area = content_area_field()
    reason = forms.CharField(label=_("Why it is needed"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    due_on = DateField(label=_("Due on"))
    indicator_code = indicator_field()

    class Meta:
        model = TaskProposal
        fields = [
            "year",
            "office",
            "content_area",
            "what",
            "reason",
            "deliverable",
            "due_on",
            "partners",
            "indicator_code",
            "effect",
        ]
        labels = {
            "office": _("Office that proposes"),
            "what": _("Task"),
            "deliverable": _("Deliverable"),
            "partners": _("Co-ordinating units"),
            "effect": _("Expected effect"),
        }

    def __init__(self, *args, offices, today, **kwargs):
        super().__init__(*args, **kwargs)
        proposal = self.instance
        known = {e.source: e.amount_vnd for e in proposal.estimates.select_related("source")} if proposal.pk else {}
        areas = in_force_or(ContentArea, today, proposal.content_area_id)
        self.fields["content_area"].queryset = areas.order_by("code")
        self.fields["office"].queryset = Office.objects.filter(pk__in=offices).order_by("code")
        if len(offices) == 1:
            self.initial.setdefault("office", next(iter(offices)))
        if proposal.pk:
            del self.fields["office"], self.fields["year"]
        self.add_sources(today, known)
        money = [f"source_{source.pk}" for source in self.sources]
        names = [name for name in self.fields if name not in money]
        place = names.index("due_on") + 1
        self.order_fields([*names[:place], *money, *names[place:]])

    def validate_unique(self):
        """The service says in words what the database would refuse."""

    def values(self):
        return {name: self.cleaned_data[name] for name in self._meta.fields if name in self.fields and name != "office"}
