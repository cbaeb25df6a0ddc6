"""Which run and which process takes which tests: each is taken singly, but some only together, one after another.

xdist's own groups (`--dist loadgroup` with marks) do not reach its scheduler under the pytest that we use.
"""

import re

from xdist.scheduler import LoadScopeScheduling

TOGETHER = {
    "tests/test_permission_matrix.py": "matrix",  # they share a world that takes seconds to make
    "tests/test_supervisor.py": "supervisor",
    "tests/browser/test_lists.py": "lists",  # they keep views of one person on one list of the shared portal
    "tests/browser/test_claims.py": "fresh_site",
    "tests/browser/test_guide.py": "fresh_site",
    "tests/browser/test_handling.py": "fresh_site",
    "tests/browser/test_lodging.py": "fresh_site",
    "tests/browser/test_notices.py": "fresh_site",
    "tests/browser/test_papers.py": "fresh_site",
    "tests/browser/test_sign_in.py": "fresh_site",
    "tests/browser/test_walk.py": "fresh_site",
}

# What these ask is the same on every engine: the code itself, drawings and words, or a portal with an engine of its own.
# The run on SQLite takes them; of the other run they are left out, but for those that ask the database.
ONCE = {
    "tests/accounts/test_validators.py",
    "tests/documents/test_cells.py",
    "tests/documents/test_headings.py",
    "tests/documents/test_layout.py",
    "tests/documents/test_word_tables.py",
    "tests/exchange/test_api_changes.py",
    "tests/exchange/test_examples.py",
    "tests/programme/test_budget_roles.py",
    "tests/programme/test_no_floats.py",
    "tests/programme/test_treasury_comparing.py",
    "tests/reporting/test_definitions.py",
    "tests/reporting/test_judging.py",
    "tests/screens/test_charts.py",
    "tests/screens/test_formats.py",
    "tests/screens/test_forms.py",
    "tests/screens/test_sheets.py",
    "tests/screens/test_spelling.py",
    "tests/screens/test_text.py",
    "tests/screens/test_translations.py",
    "tests/screens/test_vendored.py",
    "tests/test_consistency.py",
    "tests/test_house.py",
    "tests/test_suite.py",
    "tests/test_supervisor.py",
}

# What stands in files, read by a process that has no database.
OF_FILES = {
    "tests/documents/test_hostile.py",
    "tests/documents/test_spreadsheets.py",
    "tests/documents/test_viewing.py",
}

# What pages say, offer and refuse is asked on SQLite. On PostgreSQL every route is asked by the permission matrix, every page
# is opened by the browser, and the services that pages call have tests of their own.
OF_PAGES = re.compile(r"tests/\w+/test_(\w+_)?views(_\w+)?\.py")

# On PostgreSQL these are asked of a portal that the browser looks at (tests/browser/test_portals.py).
ASKED_OF_A_PORTAL = {"tests/reporting/test_demo.py::test_demo_loads_what_it_promises"}


def is_asked_once(item):
    if item.nodeid in ASKED_OF_A_PORTAL:
        return True
    path = item.nodeid.partition("::")[0]
    if path in OF_FILES or OF_PAGES.fullmatch(path):
        return True
    return path in ONCE and not (
        item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(item.fixturenames)
    )


def bundle(nodeid):
    return TOGETHER.get(nodeid.partition("::")[0], nodeid)


class InBundles(LoadScopeScheduling):
    """The largest bundle goes first."""

    def _split_scope(self, nodeid):
        return bundle(nodeid)
