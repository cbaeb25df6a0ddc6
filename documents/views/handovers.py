from django.shortcuts import get_object_or_404

from accounts.models import Handover
from documents.handover_record import paper_of
from documents.layout.files import file_of_paper


def handover_record(request, public_id, kind):
    """The record of a handover to print or to go on with: from here, because layouts stand above the people."""
    record = get_object_or_404(Handover.objects.visible_to(request.user).select_related("person"), public_id=public_id)
    return file_of_paper(paper_of(record, request.user), kind, f"Biên bản bàn giao {record.person.full_name}")
