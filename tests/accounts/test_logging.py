import logging

import pytest
from django.urls import reverse

from config.logs import RefusalsInOneLine
from tests.factories import make_auditor


@pytest.mark.django_db
def test_a_refused_request_is_one_line_in_the_log_and_a_failed_one_keeps_its_trace(client_as, caplog):
    with caplog.at_level(logging.WARNING, logger="django.request"):
        assert client_as(make_auditor()).get(reverse("accounts:add_office")).status_code == 403
    refused = next(record for record in caplog.records if getattr(record, "status_code", None) == 403)
    refused.exc_info = refused.exc_info or (ValueError, ValueError("x"), None)
    assert RefusalsInOneLine().filter(refused) and refused.exc_info is None
    failed = logging.makeLogRecord({"status_code": 500, "exc_info": (ValueError, ValueError("x"), None)})
    assert RefusalsInOneLine().filter(failed) and failed.exc_info


def test_the_log_goes_through_it(settings):
    assert settings.LOGGING["handlers"]["console"]["filters"] == ["refusals"]
