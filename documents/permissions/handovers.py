"""The record of a handover names what was handed over, drafts included: it is for those who hand over."""

from accounts.access import route
from accounts.permissions import HAND_OVER

for kind in ("pdf", "word"):
    route(f"documents:handover_record_{kind}", GET=HAND_OVER)
