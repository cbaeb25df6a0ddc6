"""Is the portal well? What a load balancer and a watchman ask."""

import contextlib
import secrets
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache

from django.conf import settings
from django.core.cache import cache as shared_cache
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from config.celery import app as celery_app
from jobs.services import worker_alive

PATIENCE = 1.0  # seconds in which every part must answer


def database(now):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def migrations(now):
    return _known_migrations() <= set(MigrationRecorder(connection).applied_migrations())


@cache
def _known_migrations():
    return set(MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes())


def cache_shared(now):
    token = secrets.token_hex(8)
    shared_cache.set("health", token, 30)
    return shared_cache.get("health") is not None


def storage(now):
    settings.FILE_STORE.mkdir(parents=True, exist_ok=True)
    probe = settings.FILE_STORE / f".health-{secrets.token_hex(8)}"
    probe.touch()
    probe.unlink()
    return True


def broker(now):
    with celery_app.connection_for_write(connect_timeout=PATIENCE) as wire:
        wire.ensure_connection(max_retries=1, timeout=PATIENCE)
        return True


def worker(now):
    return worker_alive(now)


NEEDED = {"database": database, "migrations": migrations, "cache": cache_shared, "storage": storage}
DELAYED = {"broker": broker, "worker": worker}  # without these, work waits and nothing is refused


def state_of_parts(*, now):
    """{part: True when it answered well within a second}."""
    parts = {**NEEDED, **DELAYED}
    pool = ThreadPoolExecutor(len(parts))
    asked = {name: pool.submit(_ask, part, now) for name, part in parts.items()}
    done, _late = wait(asked.values(), timeout=PATIENCE)
    pool.shutdown(wait=False, cancel_futures=True)
    return {name: future in done and future.result() for name, future in asked.items()}


def _ask(part, now):
    try:
        return bool(part(now))
    except Exception:  # whatever it is, the part is not well
        return False
    finally:
        with contextlib.suppress(Exception):
            connection.close()
