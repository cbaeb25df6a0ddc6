"""Work files (hồ sơ công việc): what a matter left, in the order in which it was put there, and for how long it is kept."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Office, Post
from accounts.roles import LEADERS, Role
from audit.identity import Identified, Versioned
from documents.incoming_states import SEERS
from documents.paper_states import OFFICE
from screens.text import fold, sort_key


def offices_of_member(user, on):
    """Offices in which somebody holds a post on the day."""
    return Post.objects.in_force(on).filter(user=user).values("office")


class WorkFileQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The Department's Office, the leaders and auditors see all; others those of their offices and those they keep."""
        if not user.is_authenticated or not user.roles & SEERS:
            return self.none()
        if user.roles & (OFFICE | LEADERS | {Role.AUDITOR}):
            return self.all()
        return self.filter(Q(keeper=user) | Q(office__in=offices_of_member(user, timezone.localdate())))

    def open(self):
        return self.filter(state=WorkFile.State.OPEN)

    def open_to(self, user, on):
        """Those into which the person may put something."""
        if user.roles & OFFICE:
            return self.open()
        return self.open().filter(Q(keeper=user) | Q(office__in=offices_of_member(user, on)))

    def kept_by(self, person):
        return self.open().filter(keeper=person)


def kept_for(words, years):
    """How long a file is kept: in Vietnamese in the words of the rule, in English by the years."""
    if not (get_language() or "").startswith("en"):
        return words
    return ngettext("%(years)s year", "%(years)s years", years) % {"years": years} if years else gettext("for ever")


class WorkFile(Identified, Versioned):
    """A file of one matter, as the list of files of the year (danh mục hồ sơ) names it. Once closed it takes nothing more."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("work file", "Open")
        CLOSED = "closed", pgettext_lazy("work file", "Closed")

    year = models.PositiveSmallIntegerField(_("year"))
    code = models.CharField(_("number and symbol of the file"), max_length=40)
    title = models.CharField(_("title of the file"), max_length=500)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("office"))
    keeper = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("keeper of the file")
    )
    retention = models.CharField(_("how long it is kept"), max_length=40)
    retention_words = models.CharField(_("how long it is kept, in words"), max_length=100)
    retention_years = models.PositiveSmallIntegerField(_("years it is kept (0: for ever)"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField(_("opened at"))
    opened_by = models.CharField(_("opened by"), max_length=80)
    closed_at = models.DateTimeField(_("closed at"), null=True)
    closed_by = models.CharField(_("closed by"), max_length=80, blank=True)
    sort_key = models.TextField(editable=False, default="")
    folded = models.TextField(editable=False, default="")

    objects = WorkFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("work file")
        verbose_name_plural = _("work files")
        ordering = ["-year", "sort_key", "id"]
        indexes = [models.Index(fields=["-year", "sort_key"], name="work_file_by_year")]
        constraints = [
            models.UniqueConstraint(fields=["year", "code"], name="one_work_file_a_code"),
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(title="") & ~Q(retention="") & ~Q(retention_words=""),
                name="work_file_says_what_it_is",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True, closed_by="")
                | Q(state="closed", closed_at__isnull=False) & ~Q(closed_by=""),
                name="work_file_closed_by_somebody",
            ),
        ]

    def __str__(self):
        return f"{self.code} – {self.title}"

    def get_absolute_url(self):
        return reverse("documents:work_file", args=[self.public_id])

    @property
    def is_open(self):
        return self.state == self.State.OPEN

    @property
    def kept_for(self):
        return kept_for(self.retention_words, self.retention_years)

    @property
    def kept_until(self):
        """The last year in which it is kept, counted from the year after it was closed; None while open or for ever."""
        if self.closed_at is None or not self.retention_years:
            return None
        return timezone.localdate(self.closed_at).year + self.retention_years

    def derive(self):
        self.sort_key = sort_key(self.code)
        self.folded = fold(f"{self.code} {self.title} {self.office.name} {self.note}")


class ItemQuerySet(models.QuerySet):
    def standing(self):
        """Those that were not taken out again."""
        return self.filter(taken_out_at__isnull=True)


class WorkFileItem(Identified):
    """A paper or a dossier in a work file, as its register of contents names it. What was put in by mistake is taken out
    with a reason and stays to be read."""

    work_file = models.ForeignKey(WorkFile, on_delete=models.PROTECT, related_name="items", verbose_name=_("work file"))
    place = models.PositiveIntegerField(_("place in the file"))
    kind = models.CharField(_("kind"), max_length=20)
    object_id = models.UUIDField()
    symbol = models.CharField(_("number and symbol"), max_length=200, blank=True)
    dated_on = models.DateField(_("date of the paper"), null=True)
    subject = models.TextField(_("kind and abstract of the content"))
    author = models.CharField(_("author"), max_length=300, blank=True)
    pages = models.PositiveIntegerField(_("pages"), null=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    put_at = models.DateTimeField(_("put in at"))
    put_by = models.CharField(_("put in by"), max_length=80)
    taken_out_at = models.DateTimeField(_("taken out at"), null=True)
    taken_out_by = models.CharField(_("taken out by"), max_length=80, blank=True)
    taken_out_reason = models.CharField(_("why it was taken out"), max_length=300, blank=True)

    objects = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("content of a work file")
        verbose_name_plural = _("contents of work files")
        ordering = ["work_file", "place"]
        indexes = [models.Index(fields=["kind", "object_id"], name="file_item_by_thing")]
        constraints = [
            models.UniqueConstraint(fields=["work_file", "place"], name="one_file_item_a_place"),
            models.UniqueConstraint(
                fields=["work_file", "kind", "object_id"],
                condition=Q(taken_out_at__isnull=True),
                name="one_file_item_a_thing",
            ),
            models.CheckConstraint(condition=~Q(subject=""), name="file_item_says_what_it_is"),
            models.CheckConstraint(
                condition=Q(taken_out_at__isnull=True, taken_out_by="", taken_out_reason="")
                | Q(taken_out_at__isnull=False) & ~Q(taken_out_by="") & ~Q(taken_out_reason=""),
                name="file_item_taken_out_with_a_reason",
            ),
        ]

    def __str__(self):
        return self.symbol or self.subject
