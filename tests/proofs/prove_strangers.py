"""Another enterprise, nobody, and every role of the staff without the right try every address of every dossier, supplement,
file, paper and notice: what is not theirs is not there, and no answer names whose it is.

The addresses come from the URL configuration, the things from the matrix of permissions (tests/strangers.py).
"""

import logging
import sys
from collections import Counter

ROOMS = ("dossiers", "documents", "notices")


def figures():
    from django.conf import settings
    from django.db import transaction
    from django.test.utils import setup_test_environment
    from django.utils import timezone

    from tests import strangers
    from tests.world import ANONYMOUS, DISABLED, PEOPLE, World

    setup_test_environment(debug=False)
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    logging.getLogger("django.request").setLevel(logging.CRITICAL)  # refusals are what is wanted here
    world = World(now=timezone.now())
    with transaction.atomic():
        world.enterprise = strangers.enterprise_a()
        world.build()
        world.sign_everybody_in()
        strangers.let_in(world)
    asked, wrong, addresses = Counter(), [], 0
    for target in strangers.targets(world, ROOMS, everything=True):
        addresses += 1
        for who in (*strangers.STRANGERS, *PEOPLE):
            for method in ("GET", "POST"):
                asked["outside" if who in strangers.STRANGERS or who in (ANONYMOUS, DISABLED) else "staff"] += 1
                found = strangers.wrong_answers(world, who, method, target)
                if found:
                    wrong.append(f"{method} {target.address} ({target.route.name}) as {who}: {found}")
    for who in strangers.STRANGERS:
        wrong += strangers.pages_that_name(world, who, ROOMS)
    for line in wrong[:50]:
        sys.stdout.write(f"# {line}\n")
    yield "strangers_addresses", addresses, ">= 500", addresses >= 500
    yield "strangers_asked_from_outside", asked["outside"], ">= 2000", asked["outside"] >= 2000
    yield "strangers_asked_by_staff", asked["staff"], ">= 10000", asked["staff"] >= 10000
    yield "strangers_leaks", len(wrong), "== 0", not wrong
