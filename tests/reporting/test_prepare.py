"""What is made ready before the portal starts."""

from types import SimpleNamespace

import pytest

from reporting.management.commands import prepare


@pytest.mark.parametrize(("lacking", "asked"), [([], []), (["guest_begins_uninvited_insert"], ["migrations"])])
def test_guards_that_a_new_version_brings_without_a_migration_are_laid_before_the_start(lacking, asked, monkeypatch):
    done, command = [], prepare.Command()
    monkeypatch.setattr(prepare, "missing_guards", lambda using: lacking)
    graph = SimpleNamespace(leaf_nodes=list)
    nothing_to_do = SimpleNamespace(loader=SimpleNamespace(graph=graph), migration_plan=lambda targets: [])
    monkeypatch.setattr(prepare, "MigrationExecutor", lambda connection: nothing_to_do)
    monkeypatch.setattr(command, "run", lambda name, *arguments: done.append(name))
    command.migrate()
    assert done == asked
