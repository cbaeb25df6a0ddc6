"""The access log: reads that must leave a trace and attempts that were refused."""

from audit.context import current_source
from audit.events import actor_name
from audit.models import AccessEntry


def record_read(by, what, obj=None, *, now, basis=""):
    """Note that `by` (a user or a system name) read `what`; `obj` is the thing read, if one."""
    where = current_source()
    return AccessEntry.objects.create(
        at=now,
        actor=actor_name(by),
        what=what,
        object_kind=obj._meta.label_lower if obj is not None else "",
        object_id=obj.public_id if obj is not None else None,
        basis=basis,
        address=where.address,
        request_id=where.request_id,
    )
