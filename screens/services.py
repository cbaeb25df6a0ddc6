from django.db import transaction

from screens.models import SavedView


@transaction.atomic
def save_view(*, owner, list_name, label, query, is_default, now):
    """Keep a way of looking at a list; at most one view opens a list first."""
    if is_default:
        SavedView.objects.filter(owner=owner, list_name=list_name, is_default=True).update(is_default=False)
    view, _created = SavedView.objects.update_or_create(
        owner=owner,
        list_name=list_name,
        label=label,
        defaults={"query": query, "is_default": is_default},
        create_defaults={"query": query, "is_default": is_default, "created_at": now},
    )
    return view
