"""Limits that many requests at the same instant cannot pass: in one process with threads, and between processes."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connections
from django.test import Client

from accounts.models import LoginRecord
from tests.factories import make_officer


@pytest.mark.django_db(transaction=True)
def test_forty_wrong_passwords_at_once_are_looked_at_five_times():
    user = make_officer()

    def attempt(_number):
        try:
            return Client().post("/accounts/login/", {"login": user.email, "password": "sai mật khẩu"}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(attempt, range(40)))
    assert set(answers) <= {200, 429}  # told that it is wrong, or to wait
    assert LoginRecord.objects.filter(user=user, step="password").count() <= 5


ADD = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django
from django.conf import settings
django.setup()
settings.CACHES["default"]["LOCATION"] = sys.argv[1]
from django.core.cache import cache
print(sum(cache.add(f"key-{number}", "mine", 60) for number in range(200)))
"""


def test_of_processes_that_add_the_same_keys_one_wins_each():
    place = settings.CACHES["default"]["LOCATION"]
    command = [sys.executable, "-c", ADD, place]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _process in range(3)]
    won = [int(process.communicate(timeout=60)[0]) for process in started]
    assert sum(won) == 200
    assert cache.get("key-7") == "mine"
