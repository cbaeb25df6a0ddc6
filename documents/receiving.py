"""How far a file that is sent is written down while it comes in."""

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler


class NoLongerThanTaken(FileUploadHandler):
    """Lets through as much of a file as the store may take and a piece more, by which it knows that there was more: what
    is far too large fills no disk, and is refused in the same words."""

    def receive_data_chunk(self, raw_data, start):
        return raw_data if start <= settings.UPLOAD_MEGABYTES * 2**20 else None

    def file_complete(self, file_size):
        return None
