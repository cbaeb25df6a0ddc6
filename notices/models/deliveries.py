"""What is to be told, whom it was told, and what became of each way of telling."""

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from audit.identity import Identified
from notices.kinds import Way, internal_codes, title_of
from notices.subjects import may_read
from screens import formats

OVERSEERS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


class TellingQuerySet(models.QuerySet):
    def due(self, now):
        return self.filter(state=Telling.State.WAITING, next_try_at__lte=now)

    def visible_to(self, user):
        """Of what is internal, overseers see everything, the others nothing: its own page is for those it concerns."""
        return self if user.roles & OVERSEERS else self.exclude(kind__in=internal_codes())


class Telling(Identified):
    """That people are to be told of something: written with the change itself, passed on after it."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("notice", "Waiting to be passed on")
        DONE = "done", pgettext_lazy("notice", "Passed on")
        NOBODY = "nobody", pgettext_lazy("notice", "Nobody is concerned any more")
        PARKED = "parked", pgettext_lazy("notice", "Set aside after an error")

    MOVES = {
        State.WAITING: {State.DONE, State.NOBODY, State.PARKED},
        State.DONE: set(),
        State.NOBODY: set(),
        State.PARKED: {State.WAITING},
    }

    kind = models.CharField(_("kind of notice"), max_length=60)
    object_kind = models.CharField(_("kind of thing"), max_length=80)
    object_id = models.UUIDField(_("thing"))
    occasion = models.CharField(_("occasion"), max_length=60, blank=True)
    actor = models.CharField(_("whose act"), max_length=80)
    told_at = models.DateTimeField(_("time of the act"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next attempt at"))
    done_at = models.DateTimeField(_("passed on at"), null=True)
    error = models.CharField(_("error"), max_length=300, blank=True)

    objects = TellingQuerySet.as_manager()

    class Meta:
        verbose_name = _("matter to be told")
        verbose_name_plural = _("matters to be told")
        ordering = ["-told_at", "-id"]
        indexes = [models.Index(fields=["state", "next_try_at"], name="telling_due")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id", "occasion"], name="telling_once_an_occasion"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "done", "nobody", "parked"]), name="telling_state_valid"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["done", "nobody"], done_at__isnull=False)
                | Q(state__in=["waiting", "parked"], done_at__isnull=True),
                name="telling_done_with_time",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.object_id}"

    def get_absolute_url(self):
        return reverse("notices:telling", args=[self.public_id])

    @property
    def title(self):
        return title_of(self.kind)


class NoticeQuerySet(models.QuerySet):
    def unread(self):
        return self.filter(read_at__isnull=True)

    def of(self, user):
        return self.filter(person_id=user.pk)


class Notice(Identified):
    """What a person was told: it stands in the portal as it was said then. Who has no account is told by letter only."""

    telling = models.ForeignKey(
        Telling, on_delete=models.PROTECT, related_name="notices", verbose_name=_("matter to be told")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="notices", verbose_name=_("person")
    )
    name = models.CharField(_("name of somebody without an account"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail address of somebody without an account"), blank=True)
    folded = models.CharField(max_length=400, blank=True, editable=False)
    subject_vi = models.CharField(_("subject in Vietnamese"), max_length=400)
    body_vi = models.TextField(_("text in Vietnamese"))
    subject_en = models.CharField(_("subject in English"), max_length=400)
    body_en = models.TextField(_("text in English"))
    url = models.CharField(_("page"), max_length=300)
    at = models.DateTimeField(_("told at"))
    read_at = models.DateTimeField(_("read at"), null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["person", "-at"], name="notice_by_person"),
            models.Index(fields=["person"], name="notice_unread", condition=Q(read_at__isnull=True)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["telling", "person"], name="notice_once_a_person"),
            models.UniqueConstraint(
                fields=["telling", "email"], condition=Q(person__isnull=True), name="notice_once_a_stranger"
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False, email="") | Q(person__isnull=True) & ~Q(email="") & ~Q(name=""),
                name="notice_to_somebody",
            ),
            models.CheckConstraint(
                condition=Q(read_at__isnull=True) | Q(read_at__gte=F("at")), name="notice_read_after_told"
            ),
        ]

    def __str__(self):
        return self.subject

    def get_absolute_url(self):
        return reverse("notices:own_notice", args=[self.public_id])

    def _said(self, name):
        language = "en" if (get_language() or "vi").startswith("en") else "vi"
        return getattr(self, f"{name}_{language}")

    @property
    def subject(self):
        return self._said("subject")

    @property
    def body(self):
        return self._said("body")


class Channel(models.TextChoices):
    PORTAL = "portal", pgettext_lazy("way of telling", "In the portal")
    EMAIL = "email", pgettext_lazy("way of telling", "E-mail")
    SMS = "sms", pgettext_lazy("way of telling", "SMS")
    ZALO = "zalo", pgettext_lazy("way of telling", "Zalo")


class DeliveryQuerySet(models.QuerySet):
    def due(self, now):
        return self.filter(state=Delivery.State.WAITING, next_try_at__lte=now)

    def visible_to(self, user):
        if user.roles & OVERSEERS:
            return self
        return self.filter(Q(notice__isnull=True) | ~Q(notice__telling__kind__in=internal_codes()))

    def with_readable(self, user):
        """Each with `readable`: whether the person was told it, or may read the thing itself."""
        told = When(notice__person=user.pk, then=Value(True))
        return self.annotate(readable=Case(told, default=may_read(user, "notice__telling__")))


class Delivery(Identified):
    """One way of telling one person, and what became of it. Without a notice: the letter of a morning, with several.

    `readable` is asked by `with_readable`; whoever may not read what was said sees of it the kind alone.
    """

    readable = False

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("notice", "Waiting to be sent")
        DAILY = "daily", pgettext_lazy("notice", "Waiting for the morning")
        BUNDLED = "bundled", pgettext_lazy("notice", "In the letter of the morning")
        SENT = "sent", pgettext_lazy("notice", "Sent")
        PARKED = "parked", pgettext_lazy("notice", "Not sent, set aside")
        DROPPED = "dropped", pgettext_lazy("notice", "Not to be sent")

    class Why(models.TextChoices):
        """Why it is not sent."""

        NOT_CONCERNED = "not_concerned", _("It does not concern this person any more.")
        DISABLED = "disabled", _("The person's account is disabled.")
        READ = "read", _("The person read it in the portal before.")
        NO_ADDRESS = "no_address", _("The person has no address for this way.")
        GIVEN_UP = "given_up", _("Whoever oversees the sending gave it up.")

    notice = models.ForeignKey(
        Notice, on_delete=models.PROTECT, null=True, related_name="deliveries", verbose_name=_("notice")
    )
    digest_on = models.DateField(_("morning of the letter"), null=True)
    bundled_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="bundled", verbose_name=_("letter of the morning")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("person")
    )
    channel = models.CharField(_("way of telling"), max_length=10, choices=Channel)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    address = models.CharField(_("sent to"), max_length=254, blank=True)
    made_at = models.DateTimeField(_("written at"))
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    times_again = models.PositiveIntegerField(_("times sent again by hand"), default=0)
    next_try_at = models.DateTimeField(_("next attempt at"))
    tried_at = models.DateTimeField(_("last tried at"), null=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    error = models.CharField(_("error"), max_length=300, blank=True)
    why = models.CharField(_("why it is not sent"), max_length=20, choices=Why, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("sending of a notice")
        verbose_name_plural = _("sendings of notices")
        ordering = ["-made_at", "-id"]
        indexes = [
            models.Index(fields=["state", "next_try_at"], name="delivery_due"),
            models.Index(fields=["-made_at", "-id"], name="delivery_by_day"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel"], name="delivery_once_a_way"),
            models.UniqueConstraint(fields=["person", "digest_on"], name="delivery_one_letter_a_morning"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "daily", "bundled", "sent", "parked", "dropped"]),
                name="delivery_state_valid",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=["portal", "email", "sms", "zalo"]), name="delivery_channel_valid"
            ),
            models.CheckConstraint(
                condition=Q(notice__isnull=False, digest_on__isnull=True)
                | Q(notice__isnull=True, digest_on__isnull=False, channel="email"),
                name="delivery_of_a_notice_or_a_morning",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(notice__isnull=False, channel="email"),
                name="delivery_to_a_stranger_is_a_letter",
            ),
            models.CheckConstraint(
                condition=Q(state="bundled", bundled_into__isnull=False)
                | ~Q(state="bundled") & Q(bundled_into__isnull=True),
                name="delivery_bundled_into_a_letter",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent") & Q(sent_at__isnull=True),
                name="delivery_sent_with_time",
            ),
            models.CheckConstraint(
                condition=Q(state="dropped") & ~Q(why="") | ~Q(state="dropped") & Q(why=""),
                name="delivery_dropped_with_reason",
            ),
        ]

    def __str__(self):
        return f"{self.channel} {self.person_id}"

    def get_absolute_url(self):
        return reverse("notices:delivery", args=[self.public_id])

    @property
    def called(self):
        """The name of whoever is told."""
        return self.person.full_name if self.person_id else self.notice.name

    @property
    def title(self):
        if self.notice is None:
            return title_of_morning(self.digest_on)
        return self.notice.subject if self.readable else self.notice.telling.title

    @property
    def may_be_sent_again(self):
        return self.channel != Channel.PORTAL and self.state in (
            self.State.SENT,
            self.State.PARKED,
            self.State.DROPPED,
        )


def title_of_morning(day):
    return gettext("Notices up to the morning of %(day)s") % {"day": formats.vn_date(day)}


class Preference(models.Model):
    """How a person wants to be told of one kind of thing; where there is none, as the kind usually is."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("person")
    )
    kind = models.CharField(_("kind of notice"), max_length=60)
    way = models.CharField(_("way"), max_length=10, choices=Way)
    also = models.JSONField(_("other ways besides"), default=list)

    class Meta:
        verbose_name = _("choice of a way of telling")
        verbose_name_plural = _("choices of ways of telling")
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="preference_once_a_kind"),
            models.CheckConstraint(condition=Q(way__in=["at_once", "daily", "portal"]), name="preference_way_valid"),
        ]

    def __str__(self):
        return f"{self.person_id} {self.kind} {self.way}"
