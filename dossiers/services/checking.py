"""What keeps a draft from coming into force, in sentences."""

from django.conf import settings
from django.utils.translation import gettext as _

from documents.guard import CONTENT_TYPES
from documents.models import StoredFile
from dossiers.models import Component, FormField, Procedure, ProcedureVersion
from dossiers.presenting.results import unknown_places
from screens import formats

MOST_SHOWN_CHOICES = 200


def problems_of(version, *, on):
    """Sentences, the weightiest first; none when the version may be put in force on the day `on`."""
    steps, components, fields = list(version.steps.all()), list(version.components.all()), list(version.fields.all())
    return [
        *_of_the_whole(version, on),
        *_of_steps(version, steps),
        *_of_questions(fields, components),
        *_of_the_result(version, {field.code for field in fields}, on),
        *_of_components(components, {field.code: field for field in fields}),
    ]


def _of_the_whole(version, on):
    procedure = version.procedure
    if procedure.is_closed(on):
        yield _("The procedure is closed from %(day)s.") % {"day": formats.vn_date(procedure.closed_on)}
    if not procedure.agency.is_in_force(on):
        yield _("%(agency)s no longer exists on that day. Choose the agency that decides now.") % {
            "agency": procedure.agency
        }
    if version.office is None:
        yield _("No office is named that handles it.")
    elif version.office.ended_on and version.office.ended_on < on:
        yield _("%(office)s no longer exists on that day. Choose the office that handles it now.") % {
            "office": version.office
        }
    if not version.legal_basis:
        yield _("The legal basis is empty.")
    if not version.result:
        yield _("The result is empty: say what the enterprise receives in the end.")
    numbered = version.form_set == ProcedureVersion.FormSet.NUMBERED
    if numbered and procedure.kind == Procedure.Kind.PROGRAMME:
        yield _("Forms with numbers are for administrative procedures. Choose the set of forms without numbers.")
    if not numbered and procedure.kind == Procedure.Kind.ADMINISTRATIVE:
        yield _("An administrative procedure uses forms 01–07 with their numbers. Choose that set of forms.")


def _of_steps(version, steps):
    if not steps:
        yield _("There is no step of handling.")
        return
    days = sum(step.working_days for step in steps)
    if days != version.total_days:
        yield _("The steps take %(days)s working days, the whole takes %(total)s. Make them equal.") % {
            "days": days,
            "total": version.total_days,
        }


def _of_the_result(version, codes, on):
    series = version.result_series
    if series and (series.is_ended(on) or not series.layout):
        yield _("Papers of the kind “%(series)s” are not drafted on that day. Choose another kind for the result.") % {
            "series": series
        }
    unknown = unknown_places(f"{version.result_subject} {version.result_text}", codes)
    if unknown:
        yield _("The text of the result names what no dossier has: %(places)s. Correct the places in braces.") % {
            "places": ", ".join(f"{{{place}}}" for place in unknown)
        }


def _of_questions(fields, components):
    if not any(field.kind != FormField.Kind.ENTERPRISE for field in fields) and not components:
        yield _("Nothing is asked of the enterprise: there is neither a field to fill in nor a component.")
    shown: dict[str, FormField] = {}
    for field in fields:
        if field.kind == FormField.Kind.CHOICE and not 2 <= len(field.choices) <= MOST_SHOWN_CHOICES:
            yield _("The field “%(name)s” needs from 2 to %(most)s choices.") % {
                "name": field,
                "most": MOST_SHOWN_CHOICES,
            }
        if field.fact and field.fact in shown:
            yield _("The fields “%(one)s” and “%(other)s” show the same enterprise data.") % {
                "one": shown[field.fact],
                "other": field,
            }
        if field.fact:
            shown[field.fact] = field


def _of_components(components, fields):
    for component in components:
        if component.need == Component.Need.CONDITIONAL:
            yield from _of_condition(component, fields.get(component.condition_field))
        unknown = sorted(set(component.formats) - set(CONTENT_TYPES))
        if unknown or not component.formats:
            yield _("The component “%(name)s” takes no kind of file that the portal takes.") % {"name": component}
        if component.most_megabytes > settings.UPLOAD_MEGABYTES:
            yield _("The component “%(name)s” takes files up to %(size)s MB; the portal takes at most %(most)s MB.") % {
                "name": component,
                "size": component.most_megabytes,
                "most": settings.UPLOAD_MEGABYTES,
            }
        if component.template and component.template.scan == StoredFile.Scan.FOUND:
            yield _("Something harmful was found in the template of “%(name)s”. Attach another.") % {"name": component}


def _of_condition(component, field):
    if field is None:
        yield _("The component “%(name)s” depends on the field “%(code)s”, which is not in this version.") % {
            "name": component,
            "code": component.condition_field,
        }
    elif component.condition_value not in field.answers:
        yield _("The component “%(name)s” depends on an answer (%(value)s) that “%(field)s” does not have.") % {
            "name": component,
            "value": component.condition_value,
            "field": field,
        }
