"""Writing through the API: each write has a key of its own, is done once, and answers a repetition as it answered first.

What the service decided is kept with the key, a refusal too: the same request again reads the same bytes. What could not be
read at all (no JSON, a wrong field) is answered before and keeps no key. A thing that stands is changed only by who says
which state of it they saw (`If-Match`).
"""

import hashlib
import re
from dataclasses import asdict, dataclass, replace

from django.db import connection, transaction
from django.http import Http404, HttpResponse
from django.utils.http import parse_etags, quote_etag
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer

from accounts.models import User
from accounts.services import system_account
from audit.refusals import Refused
from documents.store import digest_of as sha256_of
from exchange.bodies import WithFiles
from exchange.errors import Formatter, as_api_error
from exchange.models import Client
from exchange.pages import one_of
from jobs.models import Operation
from jobs.operations import KeyReused, StillRunning, digest_of, once

MOST_ROWS = 500
KEY_PATTERN = "[!-~]{1,120}"


class NoKey(ValidationError):
    """A write without a key could be done twice."""

    def __init__(self):
        sentence = _("Send a key of your own with every write: Idempotency-Key, 1 to 120 visible ASCII characters.")
        super().__init__({"Idempotency-Key": [sentence]}, "idempotency_key")


class AnyState(ValidationError):
    """`*` is true of every state (RFC 9110), so it keeps nobody's change from being lost."""

    def __init__(self):
        sentence = _("Send the ETag of the state that you saw, not *: it would write over what you have not seen.")
        super().__init__({"If-Match": [sentence]}, "if_match_any")


class NoETag(ValidationError):
    """What a shell that ate the quotes sends; as an ETag that is only another one it would read “changed meanwhile”."""

    def __init__(self):
        sentence = _('Send the ETag as it was given, in its quotes: If-Match: "…".')
        super().__init__({"If-Match": [sentence]}, "if_match_unquoted")


class NoIfMatch(exceptions.APIException):
    status_code = 428
    default_code = "if_match_missing"
    default_detail = gettext_lazy(
        "Send the ETag of the state that you saw as If-Match, so that nobody's change is lost."
    )


class Changed(exceptions.APIException):
    status_code = 412
    default_code = "changed_meanwhile"
    default_detail = gettext_lazy("It was changed meanwhile. Read it again and decide anew.")


class SeenWeakly(Changed):
    default_code = "if_match_weak"
    default_detail = gettext_lazy(
        "Send the ETag as it was given, without W/: one that a proxy made weak says nothing sure of what you saw (RFC 9110)."
    )


class OtherBody(exceptions.APIException):
    status_code = 422
    default_code = "idempotency_key_reused"
    default_detail = gettext_lazy(
        "This Idempotency-Key was sent before with another request. What was sent then stands."
    )


class InFlight(exceptions.APIException):
    status_code = 409
    default_code = "in_flight"
    default_detail = gettext_lazy(
        "The first request with this Idempotency-Key is still being handled. Ask again in a moment."
    )


@dataclass(frozen=True)
class Written:
    """The answer to a write, as it is kept: `body` is JSON text, `place` the address of what was made, `language` that of the body."""

    status: int
    body: str
    place: str = ""
    language: str = ""

    @property
    def response(self):
        answer = HttpResponse(self.body, status=self.status, content_type="application/json")
        if self.status < 300:
            answer.headers["ETag"] = etag_of(self.body.encode())
        if self.place:
            answer.headers["Location"] = self.place
        if self.language:
            answer.headers["Content-Language"] = self.language
        return answer


def etag_of(body: bytes) -> str:
    """The ETag of an answer's bytes."""
    return quote_etag(hashlib.blake2b(body, digest_size=12).hexdigest())


def key_of(request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not re.fullmatch(KEY_PATTERN, key):
        raise NoKey
    return key


def etags_seen(request) -> list[str]:
    """The ETags of the state that the caller saw."""
    wanted = request.headers.get("If-Match", "")
    if not wanted:
        raise NoIfMatch
    etags = parse_etags(wanted)
    if not etags:
        raise NoETag
    if "*" in etags:
        raise AnyState
    return etags


def write_once(request, caller, verb, content, do, *, now) -> Written:
    """Let `do(by)` give the answer once for this caller, verb and key; `content` is what must be the same in a repetition.

    `do` runs in one transaction with its key. What it refuses is undone and kept as the answer. A second request while the
    first runs is told so on PostgreSQL; on SQLite, which has one writer, it waits and reads the first one's answer.
    """
    key = key_of(request)
    scope = caller.actor
    try:
        with transaction.atomic():
            _take_turn(scope, verb, key)
            with once(scope=scope, verb=verb, key=key, body=content, now=now) as operation:
                if not operation.done:
                    by = _account_of(caller, now)
                    written = done_or_refused(lambda: do(by))
                    operation.store(asdict(replace(written, language=get_language())))
                return Written(**operation.operation.answer)
    except KeyReused:
        raise OtherBody from None
    except StillRunning:
        raise InFlight from None


def _take_turn(scope, verb, key):
    """One request with a key does its work at a time; of work that is done any number may read the answer."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"{scope} {verb} {key}"])
        is_free = cursor.fetchone()[0]
    if not is_free and not Operation.objects.filter(scope=scope, verb=verb, key=key).exists():
        raise InFlight


def done_or_refused(do) -> Written:
    """What `do` answers, or its refusal as an answer, with everything that it did undone."""
    try:
        with transaction.atomic():
            return do()
    except (Refused, exceptions.APIException, Http404) as refusal:
        error = as_api_error(refusal)
        return Written(error.status_code, _json(errors_of(error)))


def looked_at(caller, look, *, now):
    """What `look(by)` finds; nothing that it does is kept."""
    with transaction.atomic():
        found = look(_account_of(caller, now))
        transaction.set_rollback(True)
    return found


def _account_of(caller, now):
    """The account under which the caller writes."""
    account = User.objects.filter(public_id=caller.public_id, is_system=True).first()
    if account is None:
        client = Client.objects.select_for_update(of=("self",)).get(pk=caller.pk)
        account = system_account(public_id=client.public_id, name=client.name, by="exchange", now=now)
    return account


def errors_of(error):
    """The one shape of errors of an exception of the API."""
    return Formatter(error, {}, error).run()


def _json(data):
    return JSONRenderer().render(data).decode()


def row_written(resource, caller, obj, *, status, place=""):
    """The answer that shows the row as it stands now."""
    text = one_of(resource, caller, obj.public_id, resource.usual_fields)
    if text is None:
        raise LookupError(f"{resource.name}: what was written is not to be seen by who wrote it.")
    return Written(status, text, place)


def require_as_seen(etags, resource, caller, public_id):
    """The object as it stands now, locked; refused when it is not as the caller saw it."""
    seen = resource.rows(caller).filter(public_id=public_id).values("pk")
    key = seen.first()
    if key is None:
        raise Http404
    obj = resource.model._base_manager.select_for_update(of=("self",)).get(**key)
    text = one_of(resource, caller, public_id, resource.usual_fields)
    standing = None if text is None else etag_of(text.encode())
    if standing not in etags:
        raise SeenWeakly if f"W/{standing}" in etags else Changed
    return obj


def content_of(data, **more):
    """What a repetition must have alike: a digest of the body with its files, and whatever else decides."""
    if isinstance(data, WithFiles):
        sent = sorted([part, file.name, sha256_of(file)] for part, files in data.files.items() for file in files)
        more["files"] = digest_of({"files": sent})
    return {"body": digest_of({"data": data}), **more}
