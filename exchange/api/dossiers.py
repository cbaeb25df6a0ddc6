"""Dossiers that a connected system lodged, and where they stand; and what the procedures ask."""

import django_filters
from django.db.models import Case, Func, OuterRef, Subquery, TextField, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from dossiers.lodging import MOST_LONG_TEXT
from dossiers.models import Component, Dossier, FormField, Procedure, ProcedureVersion, SlipLine
from dossiers.presenting.dossiers import TURN_WORDS
from dossiers.services.dossiers import open_procedures
from dossiers.services.outside import NotWhole, lodge_from_outside, look_from_outside
from dossiers.states import TURNS, State, Verb
from exchange.api.enterprises import (
    NamedEnterprise,
    OfEnterprise,
    OwnerRow,
    enterprise_named,
    of_enterprise,
    once_within,
    owner_of,
    within,
)
from exchange.bodies import Body, Choice, Day, Faults, Json, JsonAndFiles, SeenText, Text, Whole, merged
from exchange.errors import RefusedByRule
from exchange.filters import AnyWriting, ApiFilter, Code
from exchange.json_rows import KeptList
from exchange.resources import Resource, Write, register
from exchange.rows import Row, Time, public_id
from reference.models import Rule

RIGHT = ("dossiers", _("Dossiers that this system lodged"))
KIND = FormField.Kind
ENDED = [Verb.REFUSE, Verb.NOT_ELIGIBLE, Verb.STOP, Verb.WITHDRAW]  # told to the enterprise with their reasons
STATES = [(state.value, state.label) for state in State if state != State.DRAFT]
FIELD_KINDS = [choice for choice in KIND.choices if choice[0] != KIND.ENTERPRISE]
WHOSE_TURN = [(turn.value, words) for turn, words in TURN_WORDS.items()]
ONE_STOP_CODES = "dossier_one_stop_codes"


# --- what the procedures ask ----------------------------------------------------------------------


class ComponentRow(Row):
    told = _("A paper of a dossier: its files are parts of the form that are called by its code.")

    code = serializers.CharField()
    name_vi = serializers.CharField()
    name_en = serializers.CharField(allow_blank=True)
    need = serializers.ChoiceField(
        choices=Component.Need.choices,
        help_text=_("Conditional: where `condition_field` is answered `condition_value`."),
    )
    condition_field = serializers.CharField(allow_blank=True)
    condition_value = serializers.CharField(allow_blank=True)
    formats = serializers.ListField(child=serializers.CharField(), help_text=_("Kinds of files."))
    most_megabytes = serializers.IntegerField(help_text=_("At most for one file."))
    most_files = serializers.IntegerField()
    is_identity = serializers.BooleanField(help_text=_("Identity papers, kept encrypted."))

    @classmethod
    def expressions(cls):
        return {"formats": KeptList("formats")}


class AnswerChoiceRow(Row):
    told = _("An answer that can be chosen.")

    code = serializers.CharField()
    label_vi = serializers.CharField()
    label_en = serializers.CharField(allow_blank=True)


class FieldRow(Row):
    told = _(
        "A question of a procedure's form: its answer stands in `answers` under its code.\n\n"
        "A `number` or `money` is a whole number, a `date` a day (`past_date`: today or before), a `choice` the code "
        "of one of `choices`, a `yes_no` is `yes` or `no`; every other answer is text."
    )

    code = serializers.CharField()
    name_vi = serializers.CharField()
    name_en = serializers.CharField(allow_blank=True)
    kind = serializers.ChoiceField(choices=FIELD_KINDS)
    required = serializers.BooleanField()
    choices = AnswerChoiceRow(many=True)
    help_vi = serializers.CharField(allow_blank=True)
    help_en = serializers.CharField(allow_blank=True)

    @classmethod
    def expressions(cls):
        return {"choices": KeptList("choices", AnswerChoiceRow().fields)}


class ProcedureRow(Row):
    told = _(
        "What a procedure asks under the version in force today. What the portal knows of the enterprise is not asked."
    )

    id = public_id()
    code = serializers.CharField(source="procedure.code")
    name_vi = serializers.CharField(source="procedure.name_vi")
    name_en = serializers.CharField(source="procedure.name_en", allow_blank=True)
    version = serializers.IntegerField(source="number")
    valid_from = serializers.DateField()
    legal_basis = serializers.CharField()
    result = serializers.CharField(help_text=_("What comes of it."))
    total_days = serializers.IntegerField(help_text=_("Working days in all."))
    components = ComponentRow(many=True)
    form = FieldRow(many=True)

    @classmethod
    def subqueries(cls):
        return {
            "components": Component.objects.filter(procedure_version=OuterRef("pk")).order_by("position"),
            "form": FormField.objects.filter(procedure_version=OuterRef("pk"))
            .exclude(kind=KIND.ENTERPRISE)
            .order_by("position"),
        }


class ProcedureFilter(ApiFilter):
    code = Code(field_name="procedure__code", label=_("Code of the procedure."))


# It has no feed of changes: a version comes into force when its first day comes, which is no event. The list is short; an
# ETag says whether it is the same as before.
PROCEDURES = register(
    Resource(
        name="procedures",
        label=_("What the procedures ask"),
        right=RIGHT,
        model=ProcedureVersion,
        row=ProcedureRow,
        rows=lambda caller: ProcedureVersion.objects.filter(pk__in=open_procedures(timezone.localdate()).values("pk")),
        filters=ProcedureFilter,
        sorts={"code": ("procedure__code",)},
        sort="code",
    )
)


# --- dossiers -------------------------------------------------------------------------------------


class OneStopCode(Func):
    """What a state is called in the one-stop system, by the rule that is in force today."""

    output_field = TextField()
    ON_POSTGRES = (
        "(SELECT e ->> 'one_stop' FROM reference_rule r, jsonb_array_elements(r.value) e WHERE r.code = '{rule}' "
        "AND (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date BETWEEN r.valid_from AND COALESCE(r.valid_to, 'infinity') "
        "AND e ->> 'code' = {state})"
    )
    ON_SQLITE = (
        "(SELECT json_extract(e.value, '$.one_stop') FROM reference_rule r, json_each(r.value) e WHERE r.code = '{rule}' "
        "AND date('now', '+7 hours') BETWEEN r.valid_from AND COALESCE(r.valid_to, '9999') "
        "AND json_extract(e.value, '$.code') = {state})"
    )

    def _sql(self, compiler, found):
        state, params = compiler.compile(self.source_expressions[0])
        return found.format(rule=ONE_STOP_CODES, state=state), tuple(params)

    def as_postgresql(self, compiler, connection, **context):
        return self._sql(compiler, self.ON_POSTGRES)

    def as_sqlite(self, compiler, connection, **context):
        return self._sql(compiler, self.ON_SQLITE)


class AskedRow(Row):
    told = _("A procedure under one version of it.")

    code = serializers.CharField(source="procedure.code")
    version = serializers.IntegerField(source="number")


class DossierRow(Row):
    told = _("A dossier that this system lodged, and where it stands: no more than the enterprise itself reads of it.")

    id = public_id()
    code = serializers.CharField(help_text=_("The code under which it is lodged here."))
    outside_code = serializers.CharField(help_text=_("The code of the system that lodged it."))
    procedure = AskedRow(source="procedure_version")
    enterprise = OwnerRow()
    applicant_name = serializers.CharField()
    arrived_on = serializers.DateField(help_text=_("Day on which it was lodged with the system."))
    lodged_at = Time(source="submitted_at")
    state = serializers.ChoiceField(choices=STATES)
    one_stop_code = serializers.CharField(allow_null=True, help_text=_("The state as the one-stop system calls it."))
    turn = serializers.ChoiceField(choices=WHOSE_TURN, help_text=_("Whose turn it is."))
    due_on = serializers.DateField(allow_null=True, help_text=_("Promised day; none before it is received."))
    result_number = serializers.CharField(allow_null=True, help_text=_("Number of the paper that was issued."))
    result_on = serializers.DateField(allow_null=True)
    reason = serializers.CharField(
        allow_null=True, help_text=_("Why it was not received, not eligible, stopped or withdrawn.")
    )
    legal_basis = serializers.CharField(allow_null=True)

    @classmethod
    def expressions(cls):
        def of_slip(column, *verbs):
            lines = SlipLine.objects.filter(dossier=OuterRef("pk"), verb__in=verbs).order_by("-number")
            return Subquery(lines.values(column)[:1])

        turns = [When(state=state, then=Value(turn.value)) for state, turn in TURNS.items()]
        return {
            "one_stop_code": OneStopCode("state"),
            "turn": Case(*turns, output_field=TextField()),
            "result_number": of_slip("paper_number", Verb.ISSUE),
            "result_on": of_slip("paper_on", Verb.ISSUE),
            "reason": of_slip("note", *ENDED),
            "legal_basis": of_slip("legal_basis", *ENDED),
        }


class DossierFilter(ApiFilter):
    code = Code(label=_("The code under which it is lodged here."))
    outside_code = AnyWriting(field_name="outside_key", label=_("The code of the system that lodged it."))
    state = django_filters.ChoiceFilter(choices=STATES, label=_("State of the dossier"))
    procedure = Code(field_name="procedure_version__procedure__code", label=_("Code of the procedure."))
    enterprise = OfEnterprise(
        label=_("Identifier of the enterprise, with what was recorded for records merged into it")
    )
    tax_code = Code(field_name="enterprise__tax_code", label=_("Tax code of the enterprise, whole"))


@extend_schema_field({"type": "object", "additionalProperties": {"type": ["string", "integer", "null"]}})
class Answers(serializers.Field):
    """An object whose values are texts, whole numbers or null; what each must be is the procedure's matter."""

    def to_internal_value(self, data):
        """Those that can be read; `unreadable` names the others."""
        if not isinstance(data, dict):
            raise serializers.ValidationError(_now("Write an object: {“code of a field”: answer}."), "not_an_object")
        for code in data:
            Text(max_length=40).run_validation(code)
        wrong = self.unreadable(data)
        return {code: value for code, value in data.items() if code not in wrong}

    def unreadable(self, data):
        """{code: [sentence]} of the values that are no answer of any procedure."""
        faults = Faults()
        for code, value in data.items() if isinstance(data, dict) else ():
            faults.look(lambda code=code, value=value: self._look_at(code, value))
        return faults.named

    def _look_at(self, code, value):
        try:
            if isinstance(value, str):
                Text(long=True, allow_blank=True, max_length=MOST_LONG_TEXT).run_validation(value)
            elif value is not None and (isinstance(value, bool) or not isinstance(value, int)):
                raise serializers.ValidationError(_now("Write a text in quotes or a whole number."))
        except serializers.ValidationError as refusal:
            raise serializers.ValidationError({code: refusal.detail}) from None


class DossierBody(NamedEnterprise):
    told = _(
        "A dossier that was lodged with the calling system: lodged here at once, or refused whole, every reason named.\n\n"
        "Files are sent with it in a form (multipart/form-data): the part `dossier` is this object, every other part "
        "is a file called by the code of its component. The same file twice for one component is kept once. "
        "`procedures` says what each procedure asks."
    )

    procedure = Text(max_length=60, help_text=_("Code of the procedure."))
    applicant_name = Text(max_length=150, help_text=_("Who lodged it there."))
    arrived_on = Day(help_text=_("Day on which it was lodged there."))
    outside_code = SeenText(max_length=60, help_text=_("Its code there; one code, in capitals or not, is lodged once."))
    answers = Answers(default=dict, help_text=_("The answers, each by the code of its field."))

    def disagreeing(self, sent):
        unreadable = self.fields["answers"].unreadable(sent.get("answers"))
        return super().disagreeing(sent) | ({"answers": unreadable} if unreadable else {})


class DossierForm(JsonAndFiles):
    json_part = "dossier"


def _field(field):
    """How the answer to a field is written as JSON."""
    given = {"required": False, "allow_null": True}
    if field.kind in (KIND.NUMBER, KIND.MONEY):
        return Whole(**given)
    if field.kind in (KIND.DATE, KIND.PAST_DATE):
        return Day(**given)
    if field.answers:
        return Choice(choices=list(field.answers), **given)
    return Text(long=field.kind == KIND.LONG_TEXT, allow_blank=True, **given)


def _answers_read(version, answers):
    """({code: answer} as its field reads it, {code: [sentence]} of those that are not what they should be, or not asked)."""
    fields = list(version.fields.exclude(kind=KIND.ENTERPRISE))
    body_class = type("AnswersBody", (Body,), {"get_fields": lambda self: {each.code: _field(each) for each in fields}})
    body = body_class(data=answers)
    wrong = {} if body.is_valid() else body.errors
    if wrong:
        body = body_class(data={code: value for code, value in answers.items() if code not in wrong})
        body.is_valid(raise_exception=True)
    return {code: value for code, value in body.validated_data.items() if value not in (None, "")}, wrong


def _procedure_named(values):
    procedure = Procedure.objects.filter(code=values["procedure"]).first()
    if procedure is None:
        raise serializers.ValidationError({"procedure": [_now("There is no such procedure.")]})
    return procedure


def _read(caller, values, now):
    """(What lodging is given of the values, each None that could not be read; Faults of what is not there or no answer)."""
    faults = Faults()
    given = {name: values.get(name) for name in ("arrived_on", "outside_code")}
    given |= {"answers": values.get("answers", {}), "files": values.get("files", {})}
    given["procedure"] = faults.look(lambda: _procedure_named(values)) if "procedure" in values else None
    is_named = "enterprise" in values or "tax_code" in values
    given["enterprise"] = faults.look(lambda: enterprise_named(caller, values)) if is_named else None
    version = given["procedure"] and given["procedure"].version_on(timezone.localdate(now))
    if version:
        given["answers"], unread = _answers_read(version, given["answers"])
        faults.named |= {"answers": unread} if unread else {}
        known = set(version.components.values_list("code", flat=True))
        sentence = _now("The procedure has no such component.")
        faults.named |= {code: [sentence] for code in given["files"] if code not in known}
    return given, faults


def _refused(refusal, values):
    """What the rules refuse, by the names that were sent."""
    facts = dict(refusal.facts)
    if "enterprise" in facts and "enterprise" not in values:
        facts["tax_code"] = facts.pop("enterprise")
    return RefusedByRule(facts | ({"answers": refusal.answers} if refusal.answers else {}) | refusal.files)


def _look(caller, by, values, now):
    """All that is wrong with what could be read of a dossier."""
    given, faults = _read(caller, values, now)
    return merged(_refused(look_from_outside(**given, by=by, now=now), values).detail, faults.named)


def _lodge(caller, by, values, now):
    given, faults = _read(caller, values, now)
    if faults.named:
        raise serializers.ValidationError(_look(caller, by, values, now))
    try:
        return lodge_from_outside(**given, applicant_name=values["applicant_name"], by=by, now=now)
    except NotWhole as refusal:
        raise _refused(refusal, values) from None


def _own(caller):
    return Dossier.objects.lodged().filter(channel=Dossier.Channel.ONE_STOP, typed_by__public_id=caller.public_id)


def _seen_before(caller, ids):
    """Its own that left what it may see; of what others lodged nothing is said."""
    own = list(_own(caller).filter(public_id__in=ids).values_list("public_id", flat=True))
    return once_within(owner_of(Dossier))(caller, own)


def _called_anew(ids):
    """Where the rule on the names of states changed, every dossier that such a system lodged."""
    if not Rule.objects.filter(public_id__in=ids, code=ONE_STOP_CODES).exists():
        return []
    return Dossier.objects.filter(channel=Dossier.Channel.ONE_STOP).values_list("public_id", flat=True)


DOSSIERS = register(
    Resource(
        name="dossiers",
        label=RIGHT[1],
        model=Dossier,
        row=DossierRow,
        rows=lambda caller: within(caller, _own(caller), to_enterprise="enterprise__"),
        filters=DossierFilter,
        sorts={"lodged_at": ("submitted_at",)},
        sort="lodged_at",
        changes={
            "dossiers.dossier": list,
            "enterprises.enterprise": of_enterprise(Dossier),
            "reference.rule": _called_anew,
        },
        was_seen_by=_seen_before,
        writes=(
            Write(
                name="create",
                label=_("Lodge a dossier"),
                body=DossierBody,
                do=_lodge,
                look=_look,
                parsers=(Json, DossierForm),
            ),
        ),
    )
)
