"""What the database refuses in the programme: each noun lists its own guards."""

from programme.guards import budget, scheme, treasury

GUARDS = [*scheme.GUARDS, *budget.GUARDS, *treasury.GUARDS]
