from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.events import describe
from programme.models import Invitee
from reference.events import words
from screens import formats

FIELDS = {
    "subject": _("subject of the meeting"),
    "starts_at": _("begins at"),
    "place": pgettext_lazy("meeting", "place"),
    "chair": _("chair"),
    "secretary": _("secretary"),
    "office": (_("office"), formats.vietnamese),
    "agenda": _("agenda"),
    "proceedings": _("proceedings"),
    "guest": (_("guest"), formats.vietnamese),
    "guests": (_("guests"), formats.vietnamese),
    "way": (_("way of the invitation"), words(Invitee.Way)),
    "answer": (pgettext_lazy("meeting", "answer"), words(Invitee.Answer)),
    "delegate": _("who comes instead"),
    "content": _("what is to be done"),
    "person": _("person in charge"),
    "deadline": _("deadline"),
}

for kind, sentence in (
    ("meeting prepared", _("The meeting was entered")),
    ("meeting changed", _("The meeting was changed")),
    ("meeting invites", _("The meeting invites its guests")),
    ("meeting held", _("The meeting was entered as held")),
    ("meeting proceedings corrected", _("The proceedings were corrected")),
    ("meeting concluded", _("Conclusions issued: %(paper)s; their tasks are followed")),
    ("meeting cancelled", _("The meeting was cancelled")),
    ("meeting handed over", _("The meeting was handed over to another secretary")),
    ("meeting document attached", _("Document attached: %(what)s")),
    ("meeting document withdrawn", _("Document taken away: %(what)s")),
    ("meeting paper drafted", _("Paper drafted: %(paper)s")),
    ("guests added", _("%(count)s guests put on the list")),
    ("guest withdrawn", _("A guest was taken off the list")),
    ("invitation sent", _("An invitation was sent")),
    ("invitation answered", _("A guest answered")),
    ("invitation answered by link", _("A guest answered by the link of the invitation")),
    ("invitation answer entered", _("The answer of a guest was entered for them")),
    ("attendance marked", _("Attendance marked: %(count)s came")),
    ("conclusion written", _("A conclusion was written down")),
    ("conclusion changed", _("Conclusion %(number)s was changed")),
    ("conclusion dropped", _("Conclusion %(number)s was left out")),
):
    describe(kind, sentence, fields=FIELDS)
