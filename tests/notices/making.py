"""What is lodged in tests of telling."""

from tests.factories import LONG_AGO, make_procedure, make_version


def make_open_version():
    """In force, with a text field and nothing that must be attached."""
    version = make_version(make_procedure())
    version.components.update(need="optional")
    version.state, version.valid_from, version.paper_number = "issued", LONG_AGO.date(), "1/QĐ-SCT"
    version.paper_on, version.put_in_force_at, version.put_in_force_by = LONG_AGO.date(), LONG_AGO, "system:tests"
    version.save()
    return version
