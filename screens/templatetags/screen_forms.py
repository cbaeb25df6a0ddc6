from django import forms, template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def error_links(form):
    """[{href, message}] for the summary on top: first what concerns the whole form, then the fields in their order.

    Of fields that a form has several times each is named with the `part` of the form to which it belongs.
    """
    if not form.is_bound:
        return []
    links = [{"href": "", "message": message} for message in form.non_field_errors()]
    for field in form:
        for message in field.errors:
            target = field.id_for_label or f"{field.auto_id}_0"
            if field.is_hidden:
                links.append({"href": "", "message": message})
            else:
                part = f"{field.field.part} – " if hasattr(field.field, "part") else ""
                named = message if f"“{field.label}”" in message else f"{field.label}: {message}"
                links.append({"href": f"#{target}", "message": f"{part}{named}"})
    return links


@register.filter
def conflicts(form):
    return getattr(form, "conflicts", [])


@register.filter
def field_kind(field):
    return "check" if isinstance(field.field.widget, forms.CheckboxInput) else "field"


@register.filter
def kept_files(field):
    """Names of the files of this field that were kept when a session ended: the browser itself shows none."""
    files = field.form.files
    return [file.name for file in files.getlist(field.html_name)] if getattr(files, "kept", False) else []


@register.filter
def field_unit(field):
    return getattr(field.field, "unit", "")


@register.filter
def may_stay_empty(field):
    """What stands beside a label: that the field is optional, or when it is needed after all, which its form asks for
    (`needed` of the field; empty where the form always asks); "" of what is required."""
    return "" if field.field.required else getattr(field.field, "needed", _("optional"))


@register.filter
def why_nothing(field):
    """Why there is nothing to choose in this field (`nothing` of the field), or ""."""
    return getattr(field.field, "nothing", "")
