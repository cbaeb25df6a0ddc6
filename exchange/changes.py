"""What changed since: first every row as it stands, then whose events were linked after that, in the order of the chain.

The chain's sequence is the only clock. A cursor of the first part remembers where the chain stood before the first row was
read, and the second part begins there: what changed meanwhile comes once more as it is then, and nothing is left out.
Where few events changed many rows (a ward was renamed), these come page by page before the chain goes on.
"""

from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from audit.models import EventLink
from exchange import cursors
from exchange.json_rows import texts_of
from exchange.resources import Resource

LINKS_AT_ONCE = 5000
# Said of a thing beside the event of what it is about: the thing's own row shows nothing of it, and perhaps no right does.
SAID_BESIDE = {
    "enterprise claim confirmed",
    "enterprise declared figures",
    "enterprise got a member",
    "enterprise got a product",
    "enterprise lost a member",
    "product got a title",
}


def _question(resource, caller):
    return cursors.question("changes", resource.name, caller.public_id, caller.wards, caller.groups)


def _head():
    return EventLink.objects.aggregate(last=Max("sequence"))["last"] or 0


def place_of(resource: Resource, caller, cursor: str | None) -> list:
    """Where a cursor goes on; without one, where everything begins."""
    if cursor is None:
        return ["rows", 0, _head()]
    place = cursors.read(cursor, _question(resource, caller))
    if not (isinstance(place, list) and len(place) == 3 and place[0] in ("rows", "links")):
        raise ValidationError({"cursor": _("This is no cursor of ours. Begin again without one.")})
    return place


def changes_of(resource: Resource, caller, *, place: list, limit: int, names: tuple) -> bytes:
    """A page of changes: [{"id", "change", "row"}], the cursor to go on with, and whether more is waiting now.

    `change` is "there" with the row as it stands, or "gone" where the caller sees it no longer. The cursor is never null:
    at the end it is kept and asked again later.
    """
    part, after, head = place
    read = _standing if part == "rows" else _linked
    entries, place, more = read(resource, caller, after, head, limit, names)
    following = cursors.write(_question(resource, caller), place)
    return f'{{"data":[{",".join(entries)}],"next":"{following}","more":{"true" if more else "false"}}}'.encode()


def _there(public_id, text):
    return f'{{"id":"{public_id}","change":"there","row":{text}}}'


def _standing(resource, caller, after, head, limit, names):
    found = resource.rows(caller).filter(pk__gt=after).order_by("pk").values_list("pk", "public_id")[:limit]
    found = list(found)
    texts = texts_of(resource, [key for key, _id in found], names)
    entries = [_there(public_id, texts[key]) for key, public_id in found if key in texts]
    if len(found) < limit:
        return entries, ["links", head, 0], _head() > head
    return entries, ["rows", found[-1][0], head], True


def _linked(resource, caller, after, unfinished, limit, names):
    """`unfinished`: the last link and the last row of a page before that did not hold all rows of its links."""
    links = EventLink.objects.filter(sequence__gt=after)
    if unfinished:
        links = links.filter(sequence__lte=unfinished[0])
    columns = ("sequence", "event__kind", "event__object_kind", "event__object_id")
    links = list(links.order_by("sequence").values_list(*columns)[:LINKS_AT_ONCE])
    changed, reached = _objects(resource, links, len(links) if unfinished else limit)
    ids = _rows_changed(resource, changed)
    if unfinished or len(ids) > limit:
        ids = sorted(public_id for public_id in ids if not unfinished or public_id > UUID(unfinished[1]))
    ids, left = ids[:limit], ids[limit:]
    seen = dict(resource.rows(caller).filter(public_id__in=ids).values_list("public_id", "pk"))
    texts = texts_of(resource, list(seen.values()), names)
    entries = []
    for public_id in ids:
        if seen.get(public_id) in texts:
            entries.append(_there(public_id, texts[seen[public_id]]))
    gone = [public_id for public_id in ids if public_id not in seen]
    if gone and resource.was_seen_by is not None:
        gone = resource.was_seen_by(caller, gone)
    entries += [f'{{"id":"{public_id}","change":"gone","row":null}}' for public_id in gone]
    if left:
        return entries, ["links", after, [reached, str(ids[-1])]], True
    if unfinished:
        return entries, ["links", reached, 0], _head() > reached
    more = bool(links) and (reached < links[-1][0] or len(links) == LINKS_AT_ONCE)
    return entries, ["links", reached or after, 0], more


def _objects(resource, links, limit):
    """({kind: {object: None}} of the links up to a limit of objects, the last sequence that was looked at)."""
    changed, count, reached = {}, 0, 0
    for sequence, said, kind, object_id in links:
        if kind in resource.changes and said not in SAID_BESIDE and object_id not in changed.get(kind, ()):
            if count == limit:
                break
            changed.setdefault(kind, {})[object_id] = None
            count += 1
        reached = sequence
    return changed, reached


def _rows_changed(resource, changed):
    """Public ids of the rows that the objects speak of, each once."""
    ids = {}
    for kind, objects in changed.items():
        ids.update(dict.fromkeys(resource.changes[kind](list(objects))))
    return list(ids)
