"""What the database refuses in the programme: each noun lists its own guards."""

from programme.guards import policies, scheme

GUARDS = [*scheme.GUARDS, *policies.GUARDS]
