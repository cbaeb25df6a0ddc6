"""Refusals of the portal's own services in the shape that every error of the API has."""

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import exceptions, status
from rest_framework.settings import api_settings

from audit.refusals import Conflict, NotAllowed, Refused

BROKEN = _("Something broke here. It is written down; try again later.")


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


class Formatter(ExceptionFormatter):
    """What is wrong with a body as a whole, or with a row, is of no field of theirs: `attr` is null."""

    def get_errors(self):
        errors = super().get_errors()
        for error in errors:
            error.attr = None if error.attr == api_settings.NON_FIELD_ERRORS_KEY else error.attr
        return errors


class Handler(ExceptionHandler):
    def convert_known_exceptions(self, exc):
        return super().convert_known_exceptions(as_api_error(exc))

    def convert_unhandled_exceptions(self, exc):
        return exc if isinstance(exc, exceptions.APIException) else exceptions.APIException(BROKEN)
