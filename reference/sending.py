"""A form that does its work once however often it is sent."""

from audit.events import actor_name
from jobs.operations import once


def sent_once(request, form, verb, *, now, label=""):
    """`once` for a checked form: its hidden key, and all that was typed as the body.

    `label` (the title of the page, say) names the operation to its sender when the key comes with other contents.
    """
    typed = {
        name: values
        for name, values in request.POST.lists()
        if name not in ("csrfmiddlewaretoken", form.add_prefix("operation_key"))
    }
    key = form.cleaned_data.get("operation_key")
    return once(scope=actor_name(request.user), verb=verb, key=str(key or ""), body=typed, now=now, label=label)
