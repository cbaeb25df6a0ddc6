import uuid
from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.roles import ENTERPRISE_ROLES, POST_ROLES, Role, roles_elsewhere
from audit.identity import Identified, Versioned
from screens.text import clean, fold, sort_key


class UserQuerySet(models.QuerySet):
    def holding(self, role, on):
        """Those who hold a post with `role` (or any of several roles) on the date."""
        roles = [role] if isinstance(role, str) else list(role)
        return self.filter(is_active=True, pk__in=Post.objects.in_force(on).filter(role__in=roles).values("user"))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)

    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(Identified, Versioned, AbstractBaseUser):
    """A person who signs in by e-mail. What they may do comes from their posts and memberships, never from here."""

    email = models.EmailField(_("e-mail address"), unique=True)
    full_name = models.CharField(_("full name"), max_length=120)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    disabled_at = models.DateTimeField(_("disabled at"), null=True, editable=False)
    disabled_reason = models.CharField(_("reason for disabling"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    synthetic = models.BooleanField(_("demonstration data"), default=False, editable=False)
    folded = models.CharField(max_length=400, editable=False, db_index=True)
    sort_key = models.CharField(max_length=1000, editable=False, db_index=True)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_user_an_email"),
            models.CheckConstraint(
                condition=Q(is_active=True, disabled_at__isnull=True) | Q(is_active=False, disabled_at__isnull=False),
                name="user_disabled_when_inactive",
            ),
        ]

    def __str__(self):
        return self.full_name or self.email

    def save(self, *args, **kwargs):
        self.derive()
        super().save(*args, **kwargs)

    def derive(self):
        """Keep one spelling of name and address, and the columns for finding and ordering."""
        self.email, self.full_name = self.email.lower(), clean(self.full_name)
        self.folded = fold(f"{self.full_name} {self.email}")[:400]
        # Vietnamese lists of people go by the given name, which stands last.
        self.sort_key = sort_key(f"{self.get_short_name()} {self.full_name}")[:1000]

    def get_full_name(self):
        return self.full_name

    def get_short_name(self):
        return self.full_name.rsplit(" ", 1)[-1]

    @property
    def is_staff(self):
        return self.is_staff_member

    def roles_on(self, on):
        """Roles held on the date `on`: dated posts, and memberships of enterprises."""
        if not self.is_active:
            return frozenset()
        posts = Post.objects.filter(user=self).in_force(on).values_list("role", flat=True)
        return frozenset(Role(role) for role in posts) | roles_elsewhere(self, on)

    @cached_property
    def roles(self):
        return self.roles_on(timezone.localdate())

    def may(self, action):
        """Whether one of this person's roles may do `action` (an accounts.access.Action or its code)."""
        from accounts.access import allowed

        return allowed(self, action)

    @property
    def is_staff_member(self):
        return bool(self.roles & POST_ROLES)

    @property
    def is_enterprise_user(self):
        return bool(self.roles & ENTERPRISE_ROLES)


class Office(Identified, Versioned):
    """An office, centre or unit in which people hold posts."""

    class Kind(models.TextChoices):
        LEADERSHIP = "leadership", _("Leadership of the Department")
        OFFICE = "office", _("Office of the Department")
        CENTRE = "centre", _("Centre of the Department")
        WARD = "ward", _("People's Committee of a ward or commune")
        OTHER = "other", _("Other body")

    code = models.CharField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=200)
    symbol = models.CharField(_("symbol on papers"), max_length=30, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["leadership", "office", "centre", "ward", "other"]), name="office_kind_valid"
            )
        ]

    def __str__(self):
        return self.name


class PostQuerySet(models.QuerySet):
    def in_force(self, on: date):
        return self.filter(starts_on__lte=on).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))


class Post(Identified, Versioned):
    """A person in an office with a role, from a day to a day (both included), by an assignment paper."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="posts", verbose_name=_("person"))
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="posts", verbose_name=_("office"))
    role = models.CharField(_("role"), max_length=30, choices=[(r.value, r.label) for r in Role if r in POST_ROLES])
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)
    paper = models.CharField(_("assignment paper"), max_length=120)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ["starts_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=sorted(r.value for r in POST_ROLES)), name="post_role_valid"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="post_ends_after_it_starts"
            ),
        ]

    def __str__(self):
        return f"{self.user} – {self.get_role_display()}, {self.office}"


class IncompatibleSteps(Identified):
    """Two steps on one object that the same person may not both take (four eyes). Data, not code."""

    step = models.CharField(_("step"), max_length=80)
    other_step = models.CharField(_("other step"), max_length=80)
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("incompatible steps")
        verbose_name_plural = _("incompatible steps")
        constraints = [
            models.UniqueConstraint(fields=["step", "other_step", "valid_from"], name="one_rule_a_pair"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="pair_ends_after_it_starts"
            ),
        ]

    def __str__(self):
        return f"{self.step} / {self.other_step}"


class SignIn(Identified):
    """One signed-in session. The door asks this row: when it has ended, the session is over, wherever it is kept."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sign_ins", verbose_name=_("person"))
    key_digest = models.CharField(max_length=64, unique=True, editable=False)
    started_at = models.DateTimeField(_("signed in at"))
    seen_at = models.DateTimeField(_("last seen at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    end_reason = models.CharField(_("why it ended"), max_length=20, blank=True)
    with_second_factor = models.BooleanField(_("with second factor"), default=False)
    address = models.CharField(_("address"), max_length=45, blank=True)
    agent = models.CharField(_("browser"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        indexes = [models.Index(fields=["user", "-id"], name="sign_in_by_user")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end_reason="") | Q(ended_at__isnull=False) & ~Q(end_reason=""),
                name="sign_in_ends_with_reason",
            )
        ]

    def __str__(self):
        return f"{self.user} {self.started_at:%Y-%m-%d %H:%M}"


class LoginRecord(models.Model):
    """An attempt to sign in, successful or not. Of an unknown address nothing but the attempt is kept."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="login_records")
    at = models.DateTimeField(_("time"))
    success = models.BooleanField(_("successful"))
    step = models.CharField(_("step"), max_length=20)
    address = models.CharField(_("address"), max_length=45, blank=True)
    agent = models.CharField(_("browser"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("sign-in attempt")
        verbose_name_plural = _("sign-in attempts")
        indexes = [models.Index(fields=["user", "-id"], name="login_record_by_user")]

    def __str__(self):
        return f"{self.user} {self.at:%Y-%m-%d %H:%M}"


class Invitation(Identified):
    """A one-time link by which somebody gets an account and what goes with it (a post, a membership)."""

    email = models.EmailField(_("e-mail address"))
    full_name = models.CharField(_("full name"), max_length=120)
    purpose = models.CharField(_("purpose"), max_length=40)
    payload = models.JSONField(_("what goes with it"), default=dict)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.UUIDField(_("invited by"), null=True)
    created_at = models.DateTimeField(_("invited at"))
    expires_at = models.DateTimeField(_("valid until"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="invitations")
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="invitation_accepted_or_withdrawn",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="invitation_expires_later"),
        ]

    def __str__(self):
        return f"{self.full_name} <{self.email}>"

    def is_open(self, now):
        return self.accepted_at is None and self.withdrawn_at is None and now < self.expires_at

    def state(self, now):
        """(state, words) for lists."""
        if self.accepted_at:
            return "accepted", _("Accepted")
        if self.withdrawn_at:
            return "withdrawn", _("Withdrawn")
        if now >= self.expires_at:
            return "expired", _("Expired")
        return "open", _("Waiting for an answer")


class Letter(Identified):
    """A mail to be sent. Its text is kept encrypted until it has gone, then dropped."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting to be sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Not sent")
        DROPPED = "dropped", _("Not to be sent")

    MOVES = {
        State.QUEUED: {State.SENT, State.FAILED, State.DROPPED},
        State.FAILED: {State.SENT, State.FAILED, State.QUEUED, State.DROPPED},
        State.SENT: set(),
        State.DROPPED: set(),
    }

    kind = models.CharField(_("kind"), max_length=60)
    to = models.EmailField(_("recipient"))
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    sealed_body = models.TextField(editable=False, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    error = models.CharField(_("error"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("written at"))
    tried_at = models.DateTimeField(_("last tried at"), null=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        indexes = [models.Index(fields=["state", "id"], name="letter_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["queued", "sent", "failed", "dropped"]), name="letter_state_valid"
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent") & Q(sent_at__isnull=True),
                name="letter_sent_with_time",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.to}"


class Handover(Identified):
    """One act by which everything a person holds went to others."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="handovers", verbose_name=_("person"))
    at = models.DateTimeField(_("time"))
    by = models.UUIDField(_("recorded by"), null=True)
    paper = models.CharField(_("paper"), max_length=120, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    lines = models.JSONField(_("what went to whom"), default=list)

    class Meta:
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")

    def __str__(self):
        return f"{self.person} {self.at:%Y-%m-%d}"


class ParkedForm(models.Model):
    """What somebody had typed when their session turned out to have ended: kept encrypted, shown again after sign-in."""

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    browser_digest = models.CharField(max_length=64)
    path = models.CharField(max_length=600)
    action = models.CharField(max_length=600)
    sealed_fields = models.TextField()
    left_out = models.JSONField(default=list)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("parked form")
        verbose_name_plural = _("parked forms")

    def __str__(self):
        return f"{self.path} {self.created_at:%Y-%m-%d %H:%M}"


class ParkedFile(models.Model):
    """A file that had been sent with a parked form (encrypted)."""

    form = models.ForeignKey(ParkedForm, on_delete=models.CASCADE, related_name="files")
    field = models.CharField(max_length=100)
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100, blank=True)
    sealed_content = models.BinaryField()

    class Meta:
        verbose_name = _("parked file")
        verbose_name_plural = _("parked files")

    def __str__(self):
        return self.name
