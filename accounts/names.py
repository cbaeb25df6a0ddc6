"""People as histories and papers name them: the name with the post."""

import uuid

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Post, User
from screens.text import matching

SYSTEMS = {"system:visitor": gettext_lazy("somebody who was not signed in")}


def names_of(public_ids, *, on=None):
    """{public id: "Nguyễn Văn A (Officer, Industry office)"} for those that are people; one query for all."""
    ids = [value for value in {_uuid(item) for item in public_ids} if value]
    if not ids:
        return {}
    people = {user.pk: user for user in User.objects.filter(public_id__in=ids).only("public_id", "full_name", "email")}
    posts = {}
    for post in Post.objects.in_force(on or timezone.localdate()).filter(user__in=people).select_related("office"):
        posts.setdefault(post.user_id, []).append(
            f"{post.get_role_display()}, {post.office.symbol or post.office.name}"
        )
    return {user.public_id: _named(user, posts.get(pk, [])) for pk, user in people.items()}


def _named(user, posts):
    if not user.full_name:
        return _("a person whose data were erased")
    return f"{user.full_name} ({'; '.join(posts)})" if posts else user.full_name


def _uuid(value):
    try:
        return value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))
    except ValueError:
        return None


def actors(names):
    """For histories: {"user:<public id>": name}."""
    ids = {name.removeprefix("user:") for name in names if name.startswith("user:")}
    found = {f"user:{public_id}": name for public_id, name in names_of(ids).items()}
    return found | {name: str(said) for name, said in SYSTEMS.items() if name in names}


def find_actors(text):
    """For searching the log: actors whose name or address the text may mean."""
    found = User.objects.filter(matching(text, "folded")).values_list("public_id", flat=True)[:200]
    return {f"user:{public_id}" for public_id in found}
