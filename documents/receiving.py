"""How a file that is sent comes in: under which name, and how far it is written down."""

from django.conf import settings
from django.core.files import uploadhandler

from documents.guard import clean_name

# What browsers write instead of the signs that would end the name in the head of its part (HTML, multipart/form-data).
INSTEAD = (("%0A", "\n"), ("%0D", "\r"), ("%22", '"'))


class NoLongerThanTaken(uploadhandler.FileUploadHandler):
    """Lets through as much of a file as the store may take and a piece more, by which it knows that there was more: what
    is far too large fills no disk, and is refused in the same words."""

    def receive_data_chunk(self, raw_data, start):
        return raw_data if start <= settings.UPLOAD_MEGABYTES * 2**20 else None

    def file_complete(self, file_size):
        return None


def name_sent(name):
    """The name of a file as it was before the browser sent it, cleaned as names are where it had such signs."""
    was = name or ""
    for sent, sign in INSTEAD:
        was = was.replace(sent, sign)
    return name if was == (name or "") else clean_name(was)


class InMemory(uploadhandler.MemoryFileUploadHandler):
    def new_file(self, field_name, file_name, *args, **kwargs):
        return super().new_file(field_name, name_sent(file_name), *args, **kwargs)


class OnDisk(uploadhandler.TemporaryFileUploadHandler):
    def new_file(self, field_name, file_name, *args, **kwargs):
        return super().new_file(field_name, name_sent(file_name), *args, **kwargs)
