"""What the proofs' web server answers: one address approves a prepared commitment as a form does, once for a key.

tests/proofs/hammer.py serves it with gunicorn and sends the requests.
"""

from django.http import HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone

from accounts.models import User
from audit.context import source
from audit.events import actor_name
from audit.refusals import Conflict, Refused
from jobs.operations import StillRunning, once
from programme.models import Commitment
from programme.services.commitments import approve_commitment


def approve(request, commitment):
    by, now = User.objects.get(public_id=request.POST["by"]), timezone.now()
    scope, body = actor_name(by), {"commitment": str(commitment)}
    try:
        with (
            source("web"),
            once(scope=scope, verb="approve commitment", key=request.POST["key"], body=body, now=now) as operation,
        ):
            answer = operation.answer
            if not operation.done:
                entry = approve_commitment(Commitment.objects.get(public_id=commitment), by=by, now=now)
                answer = {"outcome": "approved", "entry": str(entry.public_id), "number": entry.number}
                operation.store(answer)
    except StillRunning:
        return JsonResponse({"outcome": "running"}, status=409)
    except Conflict as refusal:
        return JsonResponse({"outcome": "conflict", "sentence": str(refusal)}, status=409)
    except Refused as refusal:
        return JsonResponse({"outcome": "refused", "sentence": str(refusal)}, status=422)
    return JsonResponse(answer)


urlpatterns = [
    path("healthz", lambda request: HttpResponse("ok")),
    path("approve/<uuid:commitment>", approve),
]
