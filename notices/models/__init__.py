from notices.models.deliveries import Channel, Delivery, Notice, Preference, Telling
from notices.models.reminders import Reminder
from notices.models.texts import Text

__all__ = ["Channel", "Delivery", "Notice", "Preference", "Reminder", "Telling", "Text"]
