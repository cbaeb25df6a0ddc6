from audit.guards import append_only, frozen_when, immutable, no_delete

TELLINGS, DELIVERIES, REMINDERS = "notices_telling", "notices_delivery", "notices_reminder"

GUARDS = [
    append_only("notices_text"),
    no_delete(TELLINGS),
    immutable(TELLINGS, "kind", "object_kind", "object_id", "occasion", "actor", "told_at"),
    append_only("notices_notice", allow=("read_at",)),
    no_delete(DELIVERIES),
    immutable(DELIVERIES, "notice_id", "digest_on", "person_id", "channel", "made_at"),
    no_delete(REMINDERS),
    immutable(REMINDERS, "sender_id", "object_kind", "object_id", "label", "words", "due_on", "sent_at"),
    frozen_when(REMINDERS, "OLD.done_at IS NOT NULL", name="settled"),
]
