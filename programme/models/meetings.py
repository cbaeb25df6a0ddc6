"""Meetings as far as papers go: who is invited and who came, the papers that are made for them, and their conclusions."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Office, Post
from accounts.roles import LEADERS, READERS, Role
from audit.identity import Identified, Versioned
from documents.models import OutgoingPaper, StoredFile
from documents.paper_states import INITIALLERS, OFFICE
from documents.paper_states import State as PaperState
from programme.invited_enterprises import enterprises
from programme.models.given import GivenTask
from programme.models.tasks import office_ids
from screens import formats
from screens.text import fold

OVER = (PaperState.STOPPED, PaperState.DISCARDED)
ANSWERING = INITIALLERS | LEADERS  # who answers for an invited office


class MeetingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What is still prepared is seen by its office, chair and secretary, the leaders, the Department's Office and
        auditors; the rest by all staff."""
        if not user.is_authenticated or not user.roles & READERS:
            return self.none()
        if user.roles & (OFFICE | LEADERS | {Role.AUDITOR}):
            return self.all()
        own = Q(office__in=office_ids(user, timezone.localdate())) | Q(chair=user) | Q(secretary=user)
        return self.filter(own | ~Q(state=Meeting.State.PREPARED))

    def under_way(self):
        return self.filter(state__in=[Meeting.State.PREPARED, Meeting.State.INVITED, Meeting.State.HELD])


class Meeting(Identified, Versioned):
    """A meeting that the Department calls. It is concluded by the notice of its conclusions, and by nothing else."""

    class State(models.TextChoices):
        PREPARED = "prepared", pgettext_lazy("meeting", "Being prepared")
        INVITED = "invited", pgettext_lazy("meeting", "Invitations sent")
        HELD = "held", pgettext_lazy("meeting", "Held")
        CONCLUDED = "concluded", pgettext_lazy("meeting", "Conclusions issued")
        CANCELLED = "cancelled", pgettext_lazy("meeting", "Cancelled")

    MOVES = {
        State.PREPARED: {State.INVITED, State.CANCELLED},
        State.INVITED: {State.HELD, State.CANCELLED},
        State.HELD: {State.CONCLUDED},
        State.CONCLUDED: set(),
        State.CANCELLED: set(),
    }

    subject = models.CharField(_("subject of the meeting"), max_length=300)
    starts_at = models.DateTimeField(_("begins at"))
    place = models.CharField(pgettext_lazy("meeting", "place"), max_length=200)
    chair = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("chair")
    )
    secretary = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("secretary")
    )
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("office that prepares")
    )
    agenda = models.TextField(_("agenda"), max_length=4000)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PREPARED)
    prepared_by = models.UUIDField(_("entered by"))
    prepared_at = models.DateTimeField(_("entered at"))
    invited_at = models.DateTimeField(_("invited at"), null=True)
    moved_at = models.DateTimeField(_("time changed at"), null=True)
    attendance_at = models.DateTimeField(_("attendance marked at"), null=True)
    proceedings = models.TextField(_("proceedings"), max_length=20_000, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    reason = models.CharField(_("why it was cancelled"), max_length=500, blank=True)
    folded = models.TextField(editable=False, default="")
    synthetic = models.BooleanField(_("demonstration data"), default=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["-starts_at", "-id"]
        indexes = [models.Index(fields=["state", "starts_at"], name="meeting_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["prepared", "invited", "held", "concluded", "cancelled"]),
                name="meeting_state_valid",
            ),
            models.CheckConstraint(
                condition=~Q(subject="") & ~Q(place="") & ~Q(agenda=""), name="meeting_says_what_and_where"
            ),
            models.CheckConstraint(
                condition=Q(state="prepared", invited_at__isnull=True)
                | Q(state="cancelled")
                | Q(state__in=["invited", "held", "concluded"], invited_at__isnull=False),
                name="meeting_invited_with_its_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["held", "concluded"]) & ~Q(proceedings="")
                | Q(state__in=["prepared", "invited", "cancelled"], proceedings=""),
                name="meeting_held_with_its_proceedings",
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled", ended_at__isnull=False) & ~Q(reason="")
                | Q(state="concluded", ended_at__isnull=False, reason="")
                | Q(state__in=["prepared", "invited", "held"], ended_at__isnull=True, reason=""),
                name="meeting_ended_with_time_and_reason",
            ),
            models.CheckConstraint(
                condition=Q(moved_at__isnull=True) | Q(moved_at__gte=F("invited_at")), name="meeting_moved_once_invited"
            ),
        ]

    def __str__(self):
        return self.subject

    @property
    def bare_subject(self):
        """What the meeting is about, after a word that says that it is one."""
        return self.subject.removeprefix("Họp ").removeprefix("họp ")

    def derive(self):
        self.folded = fold(f"{self.subject} {self.place}")

    def get_absolute_url(self):
        return reverse("programme:meeting", args=[self.public_id])

    def may_move_to(self, state):
        return state in self.MOVES[self.State(self.state)]

    @property
    def when(self):
        return formats.vn_long_datetime(self.starts_at)


class MeetingDocument(Identified):
    """A document that goes with the invitations. One attached by mistake is taken away and stays on record."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="documents", verbose_name=_("meeting"))
    title = models.CharField(_("title of the document"), max_length=200)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("file"))
    by = models.UUIDField(_("attached by"))
    at = models.DateTimeField(_("attached at"))
    withdrawn_by = models.UUIDField(_("taken away by"), null=True)
    withdrawn_at = models.DateTimeField(_("taken away at"), null=True)

    class Meta:
        verbose_name = _("document of a meeting")
        verbose_name_plural = _("documents of meetings")
        ordering = ["meeting", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="meeting_document_has_a_title"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="meeting_document_withdrawn_by_somebody",
            ),
        ]

    def __str__(self):
        return self.title


FORMER = ~Q(answer="") & Q(answered_at__lt=F("meeting__moved_at"))


class InviteeQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(withdrawn_at__isnull=True)

    def visible_to(self, user):
        """The invitations that somebody received: their own, those of an office they head, those of an enterprise they
        act for. The list of a meeting is seen with the meeting."""
        on = timezone.localdate()
        headed = Post.objects.in_force(on).filter(user=user, role__in=[role.value for role in ANSWERING])
        acted_for, merged = enterprises().held_by(user, on)
        own = (
            Q(person=user)
            | Q(office__in=headed.values("office"))
            | Q(enterprise__in=acted_for)
            | Q(enterprise__in=merged)
        )
        return self.filter(own, sent_at__isnull=False)

    def to_answer(self, now):
        """Those that nobody answered yet, or only for a time that was changed since."""
        open_ones = self.filter(meeting__state=Meeting.State.INVITED, meeting__starts_at__gt=now)
        return open_ones.filter(Q(answer="") | FORMER)

    def former(self):
        """Those that were answered for a time that was changed since."""
        return self.filter(FORMER)


class Invitee(Identified, Versioned):
    """Somebody who is invited: an office, a person of the staff, an enterprise, or a body outside. What they answer, and
    who came, stand with them. Who has no account answers by the link of their own invitation."""

    class Kind(models.TextChoices):
        OFFICE = "office", pgettext_lazy("invited", "Office of the Department")
        PERSON = "person", pgettext_lazy("invited", "Person of the staff")
        ENTERPRISE = "enterprise", pgettext_lazy("invited", "Enterprise")
        OUTSIDE = "outside", pgettext_lazy("invited", "Body or person outside")

    class Way(models.TextChoices):
        PORTAL = "portal", pgettext_lazy("way of an invitation", "Notice in the portal")
        LINK = "link", pgettext_lazy("way of an invitation", "E-mail with a link")
        PAPER = "paper", pgettext_lazy("way of an invitation", "On paper")

    class Answer(models.TextChoices):
        COME = "come", pgettext_lazy("answer to an invitation", "Will come")
        DECLINE = "decline", pgettext_lazy("answer to an invitation", "Will not come")
        DEPUTY = "deputy", pgettext_lazy("answer to an invitation", "Sends somebody else")

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="invitees", verbose_name=_("meeting"))
    place = models.PositiveSmallIntegerField(_("place on the list"))
    kind = models.CharField(_("kind of guest"), max_length=10, choices=Kind)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("office"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("person")
    )
    enterprise = models.UUIDField(_("enterprise"), null=True)
    name = models.CharField(_("who is invited"), max_length=200)
    email = models.EmailField(_("e-mail address"), blank=True)
    token = models.CharField(max_length=40, null=True, unique=True, editable=False)
    way = models.CharField(_("way of the invitation"), max_length=6, choices=Way, blank=True)
    sent_at = models.DateTimeField(_("invitation sent at"), null=True)
    answer = models.CharField(pgettext_lazy("meeting", "answer"), max_length=8, choices=Answer, blank=True)
    delegate = models.CharField(_("who comes instead"), max_length=200, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    answered_by = models.CharField(_("answer given by"), max_length=80, blank=True)
    attended = models.BooleanField(_("came"), null=True)
    attendee = models.CharField(_("who came"), max_length=200, blank=True)
    added_by = models.UUIDField(_("entered by"))
    added_at = models.DateTimeField(_("entered at"))
    withdrawn_by = models.UUIDField(_("taken off the list by"), null=True)
    withdrawn_at = models.DateTimeField(_("taken off the list at"), null=True)
    folded = models.TextField(editable=False, default="")

    objects = InviteeQuerySet.as_manager()

    class Meta:
        verbose_name = _("guest of a meeting")
        verbose_name_plural = _("guests of meetings")
        ordering = ["meeting", "place"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "place"], name="one_guest_a_place"),
            *(
                models.UniqueConstraint(
                    fields=["meeting", who], condition=Q(withdrawn_at__isnull=True), name=f"{who}_invited_once"
                )
                for who in ("office", "person", "enterprise")
            ),
            models.UniqueConstraint(
                fields=["meeting", "email", "name"],
                condition=Q(withdrawn_at__isnull=True, kind="outside"),
                name="outside_guest_invited_once",
            ),
            models.CheckConstraint(
                condition=~Q(name="")
                & (
                    Q(kind="office", office__isnull=False, person__isnull=True, enterprise__isnull=True)
                    | Q(kind="person", office__isnull=True, person__isnull=False, enterprise__isnull=True)
                    | Q(kind="enterprise", office__isnull=True, person__isnull=True, enterprise__isnull=False)
                    | Q(kind="outside", office__isnull=True, person__isnull=True, enterprise__isnull=True)
                ),
                name="guest_is_one",
            ),
            models.CheckConstraint(
                condition=Q(way="", sent_at__isnull=True, token__isnull=True)
                | Q(way="link", sent_at__isnull=False, token__isnull=False) & ~Q(email="")
                | Q(way__in=["portal", "paper"], sent_at__isnull=False, token__isnull=True),
                name="guest_invited_in_a_way",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True, answered_by="")
                | Q(answer__in=["come", "decline", "deputy"], answered_at__isnull=False, sent_at__isnull=False)
                & ~Q(answered_by=""),
                name="guest_answered_when_and_by",
            ),
            models.CheckConstraint(
                condition=Q(answer="deputy") & ~Q(delegate="") | ~Q(answer="deputy") & Q(delegate=""),
                name="guest_deputy_named",
            ),
            models.CheckConstraint(
                condition=Q(attended=True) & ~Q(attendee="")
                | (Q(attended=False) | Q(attended__isnull=True)) & Q(attendee=""),
                name="guest_came_as_somebody",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False, sent_at__isnull=True),
                name="guest_withdrawn_before_invited",
            ),
        ]

    def __str__(self):
        return self.name

    def derive(self):
        self.folded = fold(f"{self.name} {self.email}")

    def get_absolute_url(self):
        return self.meeting.get_absolute_url()

    @property
    def invitation_address(self):
        """The page of the invitation itself: by its link for whoever has no account."""
        if self.token:
            return reverse("programme:invitation_by_link", args=[self.token])
        return reverse("programme:own_invitation", args=[self.public_id])

    def people(self, on):
        """The users who are told of it, and whose answer it is."""
        from accounts.models import User

        if self.kind == self.Kind.PERSON:
            return User.objects.filter(pk=self.person_id, is_active=True)
        if self.kind == self.Kind.OFFICE:
            roles = [role.value for role in ANSWERING]
            posts = Post.objects.in_force(on).filter(office_id=self.office_id, role__in=roles)
            return User.objects.filter(is_active=True, pk__in=posts.values("user"))
        if self.kind == self.Kind.ENTERPRISE:
            return enterprises().people(self.enterprise, on).filter(is_active=True)
        return User.objects.none()

    @property
    def is_former(self):
        """Whether the answer was given for a time of the meeting that was changed since."""
        return bool(self.answer and self.meeting.moved_at and self.answered_at < self.meeting.moved_at)

    @property
    def is_body(self):
        return self.kind in (self.Kind.OFFICE, self.Kind.ENTERPRISE)

    @property
    def came_as(self):
        """Who came; "" where nobody did, or a body came and nobody wrote down as whom."""
        return "" if self.is_body and self.attendee == self.name else self.attendee

    @property
    def came_as_nobody(self):
        """Whether a body came and nobody wrote down who came for it."""
        return bool(self.attended) and not self.came_as

    @property
    def likely(self):
        """Who comes, as far as was answered; "" where nobody does, nothing was said, or a body comes as nobody yet knows whom."""
        own = "" if self.is_body else self.name
        return {self.Answer.COME: own, self.Answer.DEPUTY: self.delegate}.get(self.answer, "")


class MeetingPaperQuerySet(models.QuerySet):
    def standing(self):
        """Those that were neither stopped nor given up: at most one of each kind a meeting."""
        return self.exclude(paper__state__in=OVER)

    def issued(self):
        return self.filter(paper__state=PaperState.ISSUED)


class MeetingPaper(Identified):
    """A paper of the portal that was begun for a meeting."""

    class Kind(models.TextChoices):
        INVITATION = "invitation", pgettext_lazy("paper of a meeting", "Invitation")
        MINUTES = "minutes", pgettext_lazy("paper of a meeting", "Minutes")
        CONCLUSIONS = "conclusions", pgettext_lazy("paper of a meeting", "Notice of conclusions")

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="papers", verbose_name=_("meeting"))
    kind = models.CharField(_("kind of paper"), max_length=11, choices=Kind)
    paper = models.OneToOneField(
        OutgoingPaper, on_delete=models.PROTECT, related_name="+", verbose_name=_("paper that goes out")
    )
    begun_at = models.DateTimeField(_("begun at"))
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("begun by")
    )

    objects = MeetingPaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper of a meeting")
        verbose_name_plural = _("papers of meetings")
        ordering = ["meeting", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["invitation", "minutes", "conclusions"]), name="meeting_paper_kind_valid"
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} – {self.meeting}"


class ConclusionQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(dropped_at__isnull=True)


class Conclusion(Identified, Versioned):
    """What a meeting concluded that somebody has to do: once the notice is issued it is followed as a given task."""

    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, related_name="conclusions", verbose_name=_("meeting")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    content = models.CharField(_("what is to be done"), max_length=1000)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("office in charge"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person in charge"),
    )
    deadline = models.DateField(_("deadline"))
    written_by = models.UUIDField(_("entered by"))
    written_at = models.DateTimeField(_("entered at"))
    dropped_by = models.UUIDField(_("left out by"), null=True)
    dropped_at = models.DateTimeField(_("left out at"), null=True)
    given = models.OneToOneField(
        GivenTask, on_delete=models.PROTECT, null=True, related_name="conclusion", verbose_name=_("given task")
    )

    objects = ConclusionQuerySet.as_manager()

    class Meta:
        verbose_name = _("conclusion of a meeting")
        verbose_name_plural = _("conclusions of meetings")
        ordering = ["meeting", "number"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "number"], name="one_conclusion_a_number"),
            models.CheckConstraint(condition=~Q(content=""), name="conclusion_says_something"),
            models.CheckConstraint(
                condition=Q(dropped_at__isnull=True, dropped_by__isnull=True)
                | Q(dropped_at__isnull=False, dropped_by__isnull=False, given__isnull=True),
                name="conclusion_dropped_by_somebody",
            ),
        ]

    def __str__(self):
        return self.content

    @property
    def in_charge(self):
        """The body in charge, and the person, as a paper names them."""
        words = f"{self.office.name} ({self.person.full_name})" if self.person else self.office.name
        return " ".join(words.replace("|", "/").split())
