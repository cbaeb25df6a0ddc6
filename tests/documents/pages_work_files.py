"""Where the pages of work files stand in the demonstration."""

from documents.models import IncomingPaper, WorkFile, WorkFileItem


def _open():
    return {"public_id": WorkFile.objects.open().filter(items__isnull=False).order_by("pk").first().public_id}


def _closed():
    return {"public_id": WorkFile.objects.filter(state="closed").order_by("pk").first().public_id}


def _item():
    items = WorkFileItem.objects.standing().filter(work_file__state="open")
    return {"public_id": items.order_by("pk").first().public_id}


def _thing():
    return {"kind": "incoming", "public_id": IncomingPaper.objects.order_by("pk").first().public_id}


ADDRESSES = {
    "documents:work_file": _open,
    "documents:work_file_contents": _closed,
    "documents:edit_work_file": _open,
    "documents:close_work_file": _open,
    "documents:take_out_item": _item,
    "documents:put_into_file": _thing,
}
