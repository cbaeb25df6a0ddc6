import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def fresh_counters():
    """Each test begins with no attempts counted."""
    cache.clear()
