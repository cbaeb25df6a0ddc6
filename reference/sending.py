"""A form that does its work once however often it is sent."""

from django.utils import timezone

from audit.events import actor_name
from audit.refusals import Refused, StaleVersion
from jobs.operations import once


def sent_once(request, form, verb, *, now, label="", by=None):
    """`once` for a checked form: its hidden key, and all that was typed as the body.

    `label` (the title of the page, say) names the operation to its sender when the key comes with other contents;
    `by` is who acts where that is not somebody signed in.
    """
    typed = {
        name: values
        for name, values in request.POST.lists()
        if name not in ("csrfmiddlewaretoken", form.add_prefix("operation_key"))
    }
    key = form.cleaned_data.get("operation_key")
    return once(scope=actor_name(by or request.user), verb=verb, key=str(key or ""), body=typed, now=now, label=label)


def do_once(request, form, verb, act, *, by=None):
    """Do what a checked form asks for, once; the public id of what came of it, or None with the reason on the form.

    `act(given, by=, now=)` returns the row that came of it; a form whose row changed meanwhile shows both.
    """
    if request.method != "POST" or not form.is_valid():
        return None
    now = timezone.now()
    given = {name: value for name, value in form.cleaned_data.items() if name != "operation_key"}
    try:
        with sent_once(request, form, verb, now=now, by=by) as operation:
            if not operation.done:
                row = act(given, by=by or request.user, now=now)
                operation.store({"public_id": str(row.public_id)})
        return operation.operation.answer["public_id"]
    except StaleVersion as conflict:
        form.meet_conflict(conflict.current, conflict)
    except Refused as refusal:
        form.add_error(None, str(refusal))
    return None
