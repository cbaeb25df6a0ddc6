"""Support of which one colleague may remind another."""

from notices.subjects import subject
from support.models import SupportRecord

subject("support:support_detail", SupportRecord, SupportRecord.objects.visible_to)
