"""What the database refuses in the programme: each noun lists its own guards."""

from programme.guards import accounts, budget, meetings, plans, policies, returns, scheme, treasury

GUARDS = [
    *accounts.GUARDS,
    *budget.GUARDS,
    *meetings.GUARDS,
    *plans.GUARDS,
    *policies.GUARDS,
    *returns.GUARDS,
    *scheme.GUARDS,
    *treasury.GUARDS,
]
