"""Refusals of the portal's own services in the shape that every error of the API has."""

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import exceptions, status

from audit.refusals import Conflict, NotAllowed, Refused


class RefusedByRule(exceptions.APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = _("The request cannot be done.")
    default_code = "refused"


class InConflict(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = _("Somebody else was faster.")
    default_code = "conflict"


def as_api_error(refusal):
    """What the portal's own services refuse, as an exception of the API; any other stays what it is."""
    if isinstance(refusal, NotAllowed):
        return exceptions.PermissionDenied(str(refusal))
    if isinstance(refusal, Conflict):
        return InConflict(str(refusal))
    if isinstance(refusal, Refused):
        return RefusedByRule(str(refusal))
    return exceptions.NotFound() if isinstance(refusal, Http404) else refusal


class Handler(ExceptionHandler):
    def convert_known_exceptions(self, exc):
        return super().convert_known_exceptions(as_api_error(exc))
