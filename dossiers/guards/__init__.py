"""What the database refuses in this room: each noun lists its own guards."""

from dossiers.guards import dossiers, handling, links, messages, procedures, results

GUARDS = [
    *procedures.GUARDS,
    *dossiers.GUARDS,
    *handling.GUARDS,
    *links.GUARDS,
    *messages.GUARDS,
    *results.GUARDS,
]
