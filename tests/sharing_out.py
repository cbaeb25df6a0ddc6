"""Which process of a run takes which tests: each is taken singly, but some only together, one after another.

xdist's own groups (`--dist loadgroup` with marks) do not reach its scheduler under the pytest that we use.
"""

from xdist.scheduler import LoadScopeScheduling

TOGETHER = {
    "tests/reporting/test_demo.py": "demo",
    "tests/test_supervisor.py": "supervisor",
    "tests/browser/test_lists.py": "lists",  # they keep views of one person on one list of the shared portal
    "tests/browser/test_handling.py": "fresh_site",
    "tests/browser/test_lodging.py": "fresh_site",
    "tests/browser/test_notices.py": "fresh_site",
    "tests/browser/test_papers.py": "fresh_site",
    "tests/browser/test_sign_in.py": "fresh_site",
    "tests/browser/test_walk.py": "fresh_site",
}


def bundle(nodeid):
    return TOGETHER.get(nodeid.partition("::")[0], nodeid)


class InBundles(LoadScopeScheduling):
    """The largest bundle goes first."""

    def _split_scope(self, nodeid):
        return bundle(nodeid)
