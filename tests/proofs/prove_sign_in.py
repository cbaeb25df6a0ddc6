"""Signing in with a known and with an unknown address takes the same time, with the real password hasher."""

import time
from statistics import median

RUNS_ON = "both"
TRIES = 21


def figures():
    from django.contrib.auth.hashers import make_password
    from django.core.cache import cache
    from django.core.management import call_command
    from django.test import Client
    from django.utils import timezone

    from accounts.models import User

    call_command("collectstatic", interactive=False, verbosity=0)
    User.objects.create(
        email="co.that@so.example",
        full_name="Người Có Thật",
        password=make_password("một câu dài hơn mười bốn"),
        created_at=timezone.now(),
    )
    for name, address, field in (
        ("sign_in_same_time", "/accounts/login/", "login"),
        ("reset_same_time", "/accounts/password/reset/", "email"),
    ):
        taken = {"co.that@so.example": [], "khong.co@so.example": []}
        for _try in range(TRIES):
            for email, times in taken.items():
                cache.clear()
                client = Client(SERVER_NAME="127.0.0.1")
                started = time.perf_counter()
                client.post(address, {field: email, "password": "sai mật khẩu rồi nhé"})
                times.append(time.perf_counter() - started)
        known, unknown = (median(times) for times in taken.values())
        ratio = known / unknown
        yield name, f"{ratio:.2f}", "0.80 to 1.20", 0.8 <= ratio <= 1.2
