"""Refusals of the portal's own services in the shape that every error of the API has."""

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


class Handler(ExceptionHandler):
    def convert_known_exceptions(self, exc):
        if isinstance(exc, NotAllowed):
            return exceptions.PermissionDenied(str(exc))
        if isinstance(exc, Conflict):
            return InConflict(str(exc))
        if isinstance(exc, Refused):
            return RefusedByRule(str(exc))
        return super().convert_known_exceptions(exc)
