"""Doing a repeated request once: the operation table shared by forms, commands, imports and the API."""

import hashlib
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.events import canonical
from audit.refusals import Conflict, Refused
from jobs.models import Operation
from screens import formats


class KeyReused(Refused):
    """The same key with another body; the sender is told when the first was sent and for what.

    Keys are kept per scope: an operation that is found is always the asker's own.
    """

    def __init__(self, operation, label=""):
        sent = {"time": formats.vn_time(operation.created_at), "day": formats.vn_date(operation.created_at)}
        if label:
            sentence = _(
                "This form was already sent at %(time)s on %(day)s for “%(what)s”, with other contents. What was sent "
                "then stands. Look at it; to do something else, open the form again and send it once more."
            )
        else:
            sentence = _(
                "This form was already sent at %(time)s on %(day)s with other contents. What was sent then stands. "
                "Look at it; to do something else, open the form again and send it once more."
            )
        super().__init__(sentence % {**sent, "what": label})


class KeyMissing(Refused):
    """A repeated request needs a key."""

    def __init__(self):
        super().__init__(gettext_lazy("The form lacks its operation key. Open it again and send it once more."))


class StillRunning(Conflict):
    """The first request with this key has not answered yet."""

    def __init__(self):
        super().__init__(gettext_lazy("The first request is still being handled. Please wait a moment."))


def digest_of(body):
    """SHA-256 of the canonical form of `body` (a dict of plain values)."""
    return hashlib.sha256(canonical(body).encode()).hexdigest()


class Once:
    """Inside `once`: `answer` is what was stored by an earlier request, or None; `store` keeps this one's."""

    def __init__(self, operation, answer):
        self.operation, self.answer = operation, answer

    @property
    def done(self):
        return self.answer is not None

    def store(self, answer):
        self.operation.answer = answer
        self.operation.save(update_fields=["answer"])


@contextmanager
def once(*, scope, verb, key, body, now, label=""):
    """Do the work inside once for (scope, verb, key), in one transaction with its operation row.

        with once(scope=user_scope, verb="confirm figures", key=key, body=data, now=now) as operation:
            if not operation.done:
                … operation.store({"public_id": …})

    The same key with another body raises KeyReused, which names the operation by its `label`. A second request at the same moment waits for the first.
    """
    if not key:
        raise KeyMissing
    digest = digest_of(body)
    with transaction.atomic():
        try:
            with transaction.atomic():
                operation = Operation.objects.create(
                    scope=scope, verb=verb, key=str(key), digest=digest, created_at=now
                )
        except IntegrityError:
            operation = Operation.objects.get(scope=scope, verb=verb, key=str(key))
            if operation.digest != digest:
                raise KeyReused(operation, label) from None
            if operation.answer is None:
                raise StillRunning from None
            yield Once(operation, operation.answer)
            return
        held = Once(operation, None)
        yield held
        if operation.answer is None:
            held.store({})
