"""A record of the demo for every page of support that needs one: one with a file of evidence and a history."""

from support.models import SupportRecord


def with_evidence():
    return {"public_id": SupportRecord.objects.standing().filter(evidence_file__isnull=False).earliest("pk").public_id}


ADDRESSES = {
    "support:support_detail": with_evidence,
    "support:correct_support": with_evidence,
    "support:withdraw_support": with_evidence,
    "support:support_evidence": with_evidence,
}
NOT_PAGES = {"support:support_evidence": "a file"}
