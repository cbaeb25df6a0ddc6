"""The wording of each kind of notice: the newest one holds; where none was loaded, that of the data file."""

import json
from functools import cache
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import actor_name, record_event
from audit.refusals import Refused, StaleVersion
from notices import wording
from notices.models import Text
from notices.permissions import EDIT_TEXTS

FILE = Path(__file__).parent.parent / "data" / "texts.json"


@cache
def words_in_file(path=FILE):
    """{kind: its words} of the data file."""
    rows = json.loads(path.read_text(encoding="utf-8"))
    return {row["kind"]: {name: row[name] for name in row if name != "kind"} for row in rows}


def text_of(kind):
    """The wording that holds; an unsaved one from the data file where nobody has loaded it yet."""
    found = Text.objects.filter(kind=kind.code).order_by("-number").first()
    return found or Text(kind=kind.code, number=0, **words_in_file()[kind.code])


def problems_of(kind, words):
    """{field: sentence} of words that cannot be used for this kind."""
    found = {name: wording.problem_of(text, kind.sample) for name, text in words.items()}
    for language in ("vi", "en"):
        subject, body = words[f"subject_{language}"].strip(), words[f"body_{language}"].strip()
        if language == "vi" or subject or body:
            for name, text in ((f"subject_{language}", subject), (f"body_{language}", body)):
                if not text:
                    found[name] = _("Write both the subject and the text.")
    return {name: sentence for name, sentence in found.items() if sentence}


@transaction.atomic
def edit_text(*, kind, words, reason, number, by, now):
    """Word a kind anew, from the wording `number` on; what was said before stays as it was said."""
    require(by, EDIT_TEXTS)
    for sentence in problems_of(kind, words).values():
        raise Refused(sentence)
    standing = text_of(kind)
    if standing.number != number:
        raise StaleVersion(standing)
    if standing.words == words:
        raise Refused(_("Nothing was changed."))
    try:
        with transaction.atomic():
            text = Text.objects.create(
                kind=kind.code, number=number + 1, written_at=now, written_by=actor_name(by), reason=reason, **words
            )
    except IntegrityError:  # somebody else was faster in the same instant
        raise StaleVersion(text_of(kind)) from None
    changed = [name for name in words if words[name] != standing.words[name]]
    record_event(
        "notice text changed", text, by=by, now=now, reason=reason, before={name: standing.words[name] for name in changed},
        after={name: words[name] for name in changed},
    )  # fmt: skip
    return text
