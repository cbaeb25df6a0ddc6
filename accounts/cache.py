import fcntl
from contextlib import contextmanager
from pathlib import Path

from django.core.cache.backends.filebased import FileBasedCache


class SharedFileCache(FileBasedCache):
    """The try-out's cache: files that every process sees, with `add` that only one of many at once wins.

    Sign-in limits count behind a lock made of `add`; Django's own file cache looks first and writes then.
    """

    @contextmanager
    def _alone(self):
        Path(self._dir).mkdir(parents=True, exist_ok=True)
        with (Path(self._dir) / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def add(self, *args, **kwargs):
        with self._alone():
            return super().add(*args, **kwargs)
