"""People, offices, posts; the pairs of steps that need two people; what went from one person to others."""

from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast, Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.roles import (
    ENTERPRISE_ROLES,
    POST_ROLES,
    SYSTEMS,
    Role,
    may_act_for_others,
    rights_that_ended,
    roles_elsewhere,
)
from audit.identity import Identified, Versioned
from screens.text import clean, fold, sort_key


class UserQuerySet(models.QuerySet):
    def holding(self, role, on):
        """Those who hold a post with `role` (or any of several roles) on the date."""
        roles = [role] if isinstance(role, str) else list(role)
        return self.filter(is_active=True, pk__in=Post.objects.in_force(on).filter(role__in=roles).values("user"))

    def with_posts(self, on):
        """Each with `posts_now`, their posts on the day."""
        posts = Post.objects.in_force(on).select_related("office")
        return self.prefetch_related(models.Prefetch("posts", posts, to_attr="posts_now"))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)

    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(Identified, Versioned, AbstractBaseUser):
    """A person who signs in by e-mail. What they may do comes from their posts and memberships, never from here.

    With `is_system` it is the account under which a connected system writes: it never signs in and holds no post, its one
    role is that of systems, and what its token may do of it the room `exchange` asks.
    """

    email = models.EmailField(_("e-mail address"), unique=True)
    full_name = models.CharField(_("full name"), max_length=120)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    disabled_at = models.DateTimeField(_("disabled at"), null=True, editable=False)
    disabled_reason = models.CharField(_("reason for disabling"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    synthetic = models.BooleanField(_("demonstration data"), default=False, editable=False)
    is_system = models.BooleanField(_("account of a connected system"), default=False, editable=False)
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
        if self.is_system:
            return SYSTEMS
        posts = Post.objects.filter(user=self).in_force(on).order_by().values_list("role", flat=True)
        return frozenset(Role(role) for role in posts.union(*roles_elsewhere(self, on)))

    @cached_property
    def roles(self):
        return self.roles_on(timezone.localdate())

    @property
    def ended_rights(self):
        """Sentences: what somebody who may not do something could do until a day before."""
        return rights_that_ended(self, timezone.localdate()) if self.is_authenticated else []

    def delegations_on(self, on):
        """What others authorised this person to do on `on`: [Delegation with `giver_roles`].

        Only staff act in another's name: not who acts for an enterprise, sits only on the council or only reads.
        """
        roles = self.roles if on == timezone.localdate() else self.roles_on(on)
        if not may_act_for_others(roles):
            return []
        return self.delegations_received.received_by(self, on)

    @cached_property
    def delegations(self):
        return self.delegations_on(timezone.localdate())

    def may(self, action):
        """Whether this person may do `action` (an accounts.access.Action or its code), by role or by delegation."""
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


class HandoverQuerySet(models.QuerySet):
    def of(self, user):
        """Those by which the person gave or received something."""
        received = Q(written__contains=f'"to": "{user.public_id}"')  # as both databases write JSON
        return self.alias(written=Cast("lines", models.TextField())).filter(Q(person=user) | received)

    def visible_to(self, user):
        """The parties read theirs; those who see people read all, of the names only what is open to them."""
        from accounts.permissions import SEE_PEOPLE

        return self if user.may(SEE_PEOPLE) else self.of(user)


class Handover(Identified):
    """One act by which everything a person holds went to others."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="handovers", verbose_name=_("person"))
    at = models.DateTimeField(_("time"))
    by = models.UUIDField(_("recorded by"), null=True)
    paper = models.CharField(_("paper"), max_length=120, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    lines = models.JSONField(_("what went to whom"), default=list)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")

    def __str__(self):
        return f"{self.person} {self.at:%Y-%m-%d}"
