"""The record of a handover is for whoever reads its page: the parties whole, of others each what is open to them."""

from accounts.access import SIGNED_IN, route

for kind in ("pdf", "word"):
    route(f"documents:handover_record_{kind}", GET=SIGNED_IN)
