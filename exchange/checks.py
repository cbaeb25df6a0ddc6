"""What `check --deploy` says of the exchange."""

from django.conf import settings
from django.core import checks


@checks.register(checks.Tags.security, deploy=True)
def events_go_to_public_addresses(app_configs, **_more):
    """Networks that the operator opened are for whoever looks at the set-up to know of."""
    if not settings.EVENTS_ALSO_TO:
        return []
    networks = ", ".join(settings.EVENTS_ALSO_TO)
    return [
        checks.Warning(
            f"Events are also sent to networks that are not public: {networks}.",
            hint="Leave EVENTS_ALSO_TO empty unless a receiver stands there.",
            id="exchange.W001",
        )
    ]
