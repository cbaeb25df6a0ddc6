import pytest

from tests.documents.small_import import small_import


@pytest.fixture
def kind():
    with small_import() as made:
        yield made
