"""What the database refuses in the programme: each noun lists its own guards."""

from programme.guards import budget, policies, scheme

GUARDS = [*budget.GUARDS, *policies.GUARDS, *scheme.GUARDS]
