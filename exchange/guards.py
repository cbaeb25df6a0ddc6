from audit.guards import frozen_when, immutable, no_delete

GUARDS = [
    no_delete("exchange_client"),
    immutable("exchange_client", "public_id", "application_id", "created_by", "created_at"),
    frozen_when("exchange_client", "OLD.switched_off_at IS NOT NULL"),  # for good: it is registered anew
    no_delete("exchange_secret"),
    immutable("exchange_secret", "public_id", "client_id", "digest", "hint", "made_at", "made_by"),
    no_delete("exchange_subscription"),
    immutable("exchange_subscription", "client_id", "created_by", "created_at"),
    frozen_when("exchange_subscription", "OLD.state = 'ended'"),
    no_delete("exchange_signingsecret"),
    immutable("exchange_signingsecret", "subscription_id", "sealed", "hint", "made_at", "made_by"),
    immutable("exchange_sending", "subscription_id", "event_id", "sequence", "object_id", "type"),
]
