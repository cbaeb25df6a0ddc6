"""Wordings from the data file of the room. What a person worded is never overwritten."""

from django.db import transaction

from audit.events import EventData, actor_name, record_events
from notices.models import Text
from notices.services.texts import FILE, words_in_file
from reference.loading import Report, keep


@transaction.atomic
def load_notices(*, by, now, path=FILE):
    """Bring the wordings to the data file: a new one where the newest is the loader's own and differs."""
    report, actor = Report(), actor_name(by)
    newest = {text.kind: text for text in Text.objects.newest()}
    for kind, words in words_in_file(path).items():
        standing = newest.get(kind)
        if standing and standing.words == words:
            report.unchanged += 1
        elif standing and standing.written_by != actor:
            report.kept.append(kind)
        else:
            number = standing.number + 1 if standing else 1
            text = Text.objects.create(kind=kind, number=number, written_at=now, written_by=actor, **words)
            before = standing.words if standing else None
            report.events.append(
                EventData("notice text loaded", text._meta.label_lower, text.public_id, before=before, after=words)
            )
            report.updated, report.created = report.updated + bool(standing), report.created + (not standing)
    record_events(report.events, by=by, now=now)
    keep("notices", report, by=by, now=now)
    return report
