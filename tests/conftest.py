"""How every test runs: on the engine that the environment names, in folders of its own.

`make test` runs the suite twice: on SQLite, and on PostgreSQL as the application's role, where the owner makes the
database (DATABASE_OWNER_URL) and the tests connect as the application (DATABASE_URL).
"""

import gc
import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client, TransactionTestCase
from django.test.utils import teardown_databases
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from config.celery import app as celery_app
from tests import flushing, schema, services, sharing_out
from tests.waiting import until

DATA = Path(tempfile.mkdtemp(prefix="portal-tests-"))

# How long an example takes says how busy the machine is, not whether the rule holds.
hypothesis_settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("suite")


def pytest_collection_modifyitems(config, items):
    if settings.POSTGRES:
        left_out = [item for item in items if sharing_out.is_asked_once(item)]
        items[:] = [item for item in items if not sharing_out.is_asked_once(item)]
        config.hook.pytest_deselected(items=left_out)


def pytest_collection_finish(session):
    """What is loaded by now stays to the end: the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return sharing_out.InBundles(config, log) if config.getvalue("dist") == "loadgroup" else None


def use_own_folders():
    """Files, broker, cache and static files of this test process stand apart from every other."""
    settings.DATA_DIR = DATA
    settings.FILE_STORE = DATA / "files"
    settings.BROKER_DIR = DATA / "broker"
    settings.STATIC_ROOT = DATA / "static"
    settings.STATIC_ROOT.mkdir()
    settings.STORAGES = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(settings.FILE_STORE)},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
    if settings.REDIS_URL:
        number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) + 1
        settings.REDIS_URL = f"{settings.REDIS_URL.rpartition('/')[0]}/{number}"
        settings.CACHES["default"]["LOCATION"] = settings.REDIS_URL
        settings.CELERY_BROKER_URL = celery_app.conf.broker_url = settings.REDIS_URL
        return
    settings.CACHES["default"]["LOCATION"] = str(DATA / "cache")
    folders = {
        "data_folder_in": settings.BROKER_DIR / "queue",
        "data_folder_out": settings.BROKER_DIR / "queue",
        "processed_folder": settings.BROKER_DIR / "done",
        "control_folder": settings.BROKER_DIR / "control",
    }
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    options = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS, **{name: str(path) for name, path in folders.items()}}
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = celery_app.conf.broker_transport_options = options


use_own_folders()
TransactionTestCase._fixture_teardown = lambda self: flushing.empty_database()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    if not settings.POSTGRES:  # a file, so that threads and other processes see the same database
        settings.DATABASES["default"]["TEST"]["NAME"] = str(DATA / "test.sqlite3")
        settings.DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, django_db_modify_db_settings):
    with django_db_blocker.unblock():
        made = schema.make_database()
    yield
    with django_db_blocker.unblock():
        for connection in connections.all():
            connection.close()
        teardown_databases(made, verbosity=0)


def pytest_unconfigure():
    shutil.rmtree(DATA, ignore_errors=True)


@pytest.fixture(autouse=True)
def broker_is_asked(monkeypatch):
    """A broker that was silent in one test is asked again in the next."""
    monkeypatch.setattr("jobs.services._away_until", 0.0)


@pytest.fixture
def now():
    """A Tuesday in July, ten in the morning in Hà Nội."""
    return datetime(2025, 7, 15, 3, 0, tzinfo=UTC)


@pytest.fixture
def client_as():
    """client_as(user): a client signed in as that user."""

    def sign_in(user):
        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return client

    return sign_in


def test_database_environment():
    """The environment in which another process works on this test process's database, files and broker."""
    database = connections["default"].settings_dict
    if not settings.POSTGRES:
        chosen = {"DATABASE_URL": f"sqlite://{database['NAME']}"}
    else:
        chosen = {
            name: f"postgresql://{d['USER']}:{d['PASSWORD']}@{d['HOST']}:{d['PORT']}/{database['NAME']}"
            for name, d in (("DATABASE_URL", database), ("DATABASE_OWNER_URL", connections["owner"].settings_dict))
        }
    if settings.REDIS_URL:
        chosen["REDIS_URL"] = settings.REDIS_URL
    return services.portal_environment(**chosen, DATA_DIR=DATA)


test_database_environment.__test__ = False


class RealWorker:
    """A Celery worker in a process of its own, on the database of this test."""

    def __init__(self, process):
        self.process = process

    def wait_for(self, job, seconds=30):
        """The job once it has come to an end."""
        ended = {job.State.DONE, job.State.FAILED, job.State.CANCELLED}

        def has_ended():
            job.refresh_from_db()
            return job.state in ended

        until(has_ended, seconds)
        return job

    def kill(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def real_worker(transactional_db):
    with services.worker(test_database_environment(), log=DATA / "worker.log") as process:
        yield RealWorker(process)


@pytest.fixture
def live_site(transactional_db):
    """The address of the real web server, on the database of this test."""
    environment = test_database_environment()
    if not (DATA / "static" / "staticfiles.json").exists():
        services.manage("collectstatic", "--noinput", environment=environment)
    with services.web(environment, log=DATA / "web.log") as address:
        yield address
