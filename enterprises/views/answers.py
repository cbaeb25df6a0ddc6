"""What the views of this room share: doing a repeated request once, and finding what the person may see."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from audit.refusals import NotAllowed, Refused, StaleVersion
from jobs.operations import once


def do_once(request, verb, act, *, now):
    """`act()` → plain answer, once for the form's operation key; a form that is sent again gets the same answer."""
    left_out = {"csrfmiddlewaretoken", "operation_key"}
    body = {name: request.POST.getlist(name) for name in request.POST if name not in left_out}
    with once(
        scope=f"user:{request.user.public_id}",
        verb=verb,
        key=request.POST.get("operation_key"),
        body={"path": request.path, **body},
        now=now,
    ) as operation:
        if operation.done:
            return operation.answer
        answer = act()
        operation.store(answer)
        return answer


def tried(form, act):
    """Whether `act()` was done; a refusal is said in the form, with both versions when somebody was faster."""
    try:
        act()
    except StaleVersion as stale:
        if "version" in form.fields:
            form.meet_conflict(stale.current, stale)
        else:
            form.add_error(None, str(stale))
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from None
    except Refused as refusal:
        form.add_error(None, str(refusal))
    else:
        return True
    return False


def found(queryset, public_id):
    return get_object_or_404(queryset, public_id=public_id)


def require_allowed(allowed):
    if not allowed:
        raise PermissionDenied(_("Your role does not allow this."))
