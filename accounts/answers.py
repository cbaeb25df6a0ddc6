"""What the views of this room share: a page with one form, and doing a repeated request once."""

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from audit.events import actor_name
from audit.refusals import Refused, StaleVersion
from jobs.operations import once


def form_page(request, form, act, *, title, submit, back, lead="", above=None):
    """Show a form; when it is sent, do `act(cleaned_data)`, which returns the message and where to go, or the
    page that is the answer.

    A refusal stands above the form with all that was typed; a change made meanwhile shows both versions.
    """
    if request.method == "POST" and form.is_valid():
        try:
            answer = act(form.cleaned_data)
        except StaleVersion as stale:
            form.meet_conflict(stale.current, stale)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            if isinstance(answer, HttpResponseBase):
                return answer
            message, target = answer
            messages.success(request, message)
            return redirect(target)
    return render(
        request,
        "accounts/form_page.html",
        {"form": form, "title": title, "submit": submit, "back": back, "lead": lead, "above": above or []},
    )


def do_once(request, verb, cleaned, now, *, label=""):
    """`once` for a checked form; `label` names the operation to its own sender when the key comes with other contents."""
    body = {name: value for name, value in cleaned.items() if name != "operation_key"}
    scope, key = actor_name(request.user), cleaned.get("operation_key")
    return once(scope=scope, verb=verb, key=key, body=body, now=now, label=label)
