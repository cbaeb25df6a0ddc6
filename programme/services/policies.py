"""The verbs of the register of mechanisms and policies, and of the reviews that propose to change them."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import record_event
from audit.refusals import Refused
from programme.citations import count_again
from programme.models import Policy, PolicyReview
from programme.permissions.policies import ANSWER, EDIT
from reference.services import snapshot
from screens import formats
from screens.text import short_forms

STATE = PolicyReview.State
CONTENT = ("year", "found", "proposes", "proposal")
PAPER = ("submitted_number", "submitted_on")
REPLY = ("answer", "answer_number", "answered_on", "answer_text")
MAY_CHANGE = {STATE.DRAFT: CONTENT, STATE.SUBMITTED: PAPER, STATE.ANSWERED: (*PAPER, *REPLY), STATE.WITHDRAWN: ()}


# --- policies ----------------------------------------------------------------------------------


@transaction.atomic
def add_policy(*, values, by, now, reason=""):
    """Enter a document in the register."""
    require(by, EDIT)
    policy = Policy(**values)
    policy.derive()
    _require_policy_in_order(policy, now)
    _save_new(policy)
    record_event("policy added", policy, by=by, now=now, reason=reason, after=_filled(policy))
    return policy


@transaction.atomic
def edit_policy(*, policy, values, version, by, now, reason):
    """Correct or complete a document. Its name stays: only a number or day that was not known is filled in."""
    require(by, EDIT)
    policy = _locked(policy)
    _require_listed(policy)
    if policy.superseded_by_id and "valid_to" in values and not values["valid_to"]:
        raise Refused(_("A superseded document keeps its last day."))
    for name, known in (
        ("number", policy.number_is_known),
        ("issuer", True),
        ("issued_on", policy.issued_on is not None),
    ):
        if known and values.get(name, getattr(policy, name)) != getattr(policy, name):
            raise Refused(
                _("The number, the issuer and the day of a document never change. Withdraw it and enter the right one.")
            )
    before = snapshot(policy)
    for name, value in values.items():
        setattr(policy, name, value)
    policy.derive()
    _require_policy_in_order(policy, now)
    return _changed("policy corrected", policy, before, version, by=by, now=now, reason=reason)


@transaction.atomic
def supersede_policy(*, policy, by_policy, from_day, version, by, now, reason):
    """Record that `by_policy` takes the place of `policy` from a day on; the day before is its last, at the latest."""
    require(by, EDIT)
    policy, other = _locked(policy, by_policy)
    _require_listed(policy)
    if policy.pk == other.pk:
        raise Refused(_("A document does not supersede itself. Choose another one."))
    if other.withdrawn_on:
        raise Refused(_("The superseding document was taken out of the register. Choose another one."))
    if policy.superseded_by_id:
        raise Refused(
            _("This document is superseded already by %(number)s. Undo that first.") % {"number": policy.superseded_by}
        )
    if policy.pk in _line_of(other):
        raise Refused(
            _("%(number)s is itself superseded by this document, at once or through others.") % {"number": other}
        )
    _require_days_forward(policy, other, from_day)
    before = snapshot(policy)
    last_day = from_day - timedelta(days=1)
    policy.superseded_by, policy.superseded_from = other, from_day
    policy.valid_to = min(policy.valid_to or last_day, last_day)
    changed = _changed("policy superseded", policy, before, version, by=by, now=now, reason=reason)
    count_again(now=now)
    return changed


@transaction.atomic
def reinstate_policy(*, policy, valid_to, version, by, now, reason):
    """Undo a supersession that was recorded by mistake; says again how long the document holds."""
    require(by, EDIT)
    policy = _locked(policy)
    _require_listed(policy)
    if not policy.superseded_by_id:
        raise Refused(_("This document is not superseded."))
    before = snapshot(policy)
    policy.superseded_by = policy.superseded_from = None
    policy.valid_to = valid_to
    _require_policy_in_order(policy, now)
    changed = _changed("policy reinstated", policy, before, version, by=by, now=now, reason=reason)
    count_again(now=now)
    return changed


@transaction.atomic
def withdraw_policy(*, policy, version, by, now, reason):
    """Take a document that was entered by mistake out of the register; it stays to be read."""
    require(by, EDIT)
    policy = _locked(policy)
    _require_listed(policy)
    if policy.superseded_by_id or policy.supersedes.exists():
        raise Refused(_("This document supersedes another or is superseded. Undo that first."))
    if policy.reviews.standing().exists():
        raise Refused(_("This document has reviews. Only one that nothing rests on can be taken out."))
    before = snapshot(policy)
    policy.withdrawn_on = timezone.localdate(now)
    return _changed("policy withdrawn", policy, before, version, by=by, now=now, reason=reason)


def _line_of(policy):
    """Keys of what supersedes `policy`, one after the other."""
    line: set[int] = set()
    after = policy.superseded_by_id
    while after and after not in line:
        line.add(after)
        after = Policy.objects.values_list("superseded_by_id", flat=True).get(pk=after)
    return line


def _require_listed(policy):
    if policy.withdrawn_on:
        raise Refused(_("This document was taken out of the register as entered by mistake."))


def _require_days_forward(policy, other, from_day):
    starts = policy.valid_from or policy.issued_on
    if starts and from_day <= starts:
        raise Refused(
            _("%(number)s begins on %(day)s. It can be superseded from a later day only.")
            % {"number": policy, "day": formats.vn_date(starts)}
        )
    if policy.issued_on and other.issued_on and other.issued_on < policy.issued_on:
        raise Refused(
            _("%(number)s is of %(day)s, older than this document. Choose the document that takes its place.")
            % {"number": other, "day": formats.vn_date(other.issued_on)}
        )
    last = min(
        filter(None, [other.valid_to, other.superseded_from and other.superseded_from - timedelta(days=1)]),
        default=None,
    )
    if last and last < from_day:
        raise Refused(
            _("%(number)s holds until %(day)s only. It supersedes nothing after that day.")
            % {"number": other, "day": formats.vn_date(last)}
        )
    begins = other.valid_from or other.issued_on
    if begins and from_day < begins:
        raise Refused(
            _("%(number)s begins on %(day)s. It supersedes nothing before that day.")
            % {"number": other, "day": formats.vn_date(begins)}
        )


def _require_policy_in_order(policy, now):
    first, last, issued = policy.valid_from, policy.valid_to, policy.issued_on
    if not any(letter.isalnum() for letter in policy.number) or not policy.issuer or not policy.title:
        raise Refused(_("Fill in the number, the issuer and what the document is about."))
    if issued and issued > timezone.localdate(now):
        raise Refused(_("The document cannot have been issued on a day that is still to come."))
    if first and last and last < first:
        raise Refused(_("The last day lies before the first day."))
    if issued and first and first < issued:
        raise Refused(_("The document cannot hold before the day on which it was issued."))
    if issued and last and last < issued:
        raise Refused(_("The document cannot end before the day on which it was issued."))
    if policy.superseded_from and last and last >= policy.superseded_from:
        raise Refused(_("The last day lies before the day from which the document is superseded."))
    _require_begun_for_what_it_supersedes(policy)
    for twin in Policy.objects.listed().filter(sort_key=policy.sort_key).exclude(pk=policy.pk):
        same_issuer = short_forms(twin.issuer) == short_forms(policy.issuer)
        if same_issuer and (twin.issued_on == issued or not (twin.issued_on and issued)):
            raise Refused(
                _("%(number)s of this issuer stands in the register already. Correct it there, or fill in both days.")
                % {"number": twin}
            )


def _require_begun_for_what_it_supersedes(policy):
    """It may not begin after the day from which another is superseded by it."""
    if policy.pk is None:
        return
    begins = policy.valid_from or policy.issued_on
    for replaced in Policy.objects.filter(superseded_by=policy).order_by("superseded_from"):
        day = replaced.superseded_from
        if begins and begins > day:
            raise Refused(
                _("It supersedes %(number)s from %(day)s on and cannot begin after that day.")
                % {"number": replaced, "day": formats.vn_date(day)}
            )


# --- reviews -----------------------------------------------------------------------------------


@transaction.atomic
def add_review(*, policy, values, by, now, reason=""):
    """Begin the review of a policy in a year, as a draft."""
    require(by, EDIT)
    policy = _locked(policy)
    _require_listed(policy)
    review = PolicyReview(policy=policy, **values)
    _require_after_its_policy(review)
    _require_review_in_order(review, now)
    _save_new(review)
    record_event("policy review added", review, by=by, now=now, reason=reason, after=_filled(review))
    return review


@transaction.atomic
def edit_review(*, review, values, version, by, now, reason):
    """Change a draft; of what was sent only its paper, of what was answered also the answer, to put a slip right."""
    require(by, EDIT)
    review = _locked(review)
    before = snapshot(review)
    changed = [name for name, value in values.items() if getattr(review, name) != value]
    if review.state == STATE.WITHDRAWN:
        raise Refused(_("This review is withdrawn. Begin a new one."))
    if not set(changed) <= set(MAY_CHANGE[review.state]):
        raise Refused(_("What was submitted stays as it was sent. Only the papers can be put right."))
    if set(changed) & set(REPLY):
        require(by, ANSWER)
    for name in changed:
        setattr(review, name, values[name])
    if set(changed) & {"year", "submitted_on"}:
        _require_after_its_policy(review)
    _require_review_in_order(review, now)
    return _changed("policy review corrected", review, before, version, by=by, now=now, reason=reason)


@transaction.atomic
def submit_review(*, review, number, on, version, by, now, reason=""):
    """Record the paper by which the review went to whoever decides."""
    require(by, EDIT)
    review = _locked(review)
    review.require_move_to(STATE.SUBMITTED)
    before = snapshot(review)
    review.state, review.submitted_number, review.submitted_on = STATE.SUBMITTED, number, on
    _require_after_its_policy(review)
    _require_review_in_order(review, now)
    return _changed("policy review submitted", review, before, version, by=by, now=now, reason=reason)


@transaction.atomic
def answer_review(*, review, answer, number, on, text="", version, by, now, reason=""):
    """Record what was answered, by which paper."""
    require(by, ANSWER)
    review = _locked(review)
    review.require_move_to(STATE.ANSWERED)
    before = snapshot(review)
    review.state, review.answer, review.answer_text = STATE.ANSWERED, answer, text
    review.answer_number, review.answered_on = number, on
    _require_review_in_order(review, now)
    return _changed("policy review answered", review, before, version, by=by, now=now, reason=reason)


@transaction.atomic
def withdraw_review(*, review, version, by, now, reason):
    """Give up a draft; it stays to be read."""
    require(by, EDIT)
    review = _locked(review)
    review.require_move_to(STATE.WITHDRAWN)
    if not reason:
        raise Refused(_("Say why the review is withdrawn."))
    before = snapshot(review)
    review.state, review.withdrawn_on, review.withdrawn_reason = STATE.WITHDRAWN, timezone.localdate(now), reason
    return _changed("policy review withdrawn", review, before, version, by=by, now=now, reason=reason)


def _require_after_its_policy(review):
    """Refuse the review of a document for a year before it, or sent before it was issued."""
    issued_on = review.policy.issued_on
    if issued_on is None:
        return
    if review.year < issued_on.year:
        raise Refused(
            _("The document was issued on %(day)s; it is not reviewed for a year before.")
            % {"day": formats.vn_date(issued_on)}
        )
    if review.submitted_on and review.submitted_on < issued_on:
        raise Refused(
            _("The submission cannot bear a day before the document was issued (%(day)s).")
            % {"day": formats.vn_date(issued_on)}
        )


def _require_review_in_order(review, now):
    today = timezone.localdate(now)
    if not review.found:
        raise Refused(_("Say what was found."))
    if review.proposes != PolicyReview.Proposes.KEEP and not review.proposal:
        raise Refused(_("Say what is proposed: which point, and how it should read."))
    if review.year > today.year + 1:
        raise Refused(_("The year of the review lies too far ahead."))
    if review.state in (STATE.SUBMITTED, STATE.ANSWERED):
        if not review.submitted_number or not review.submitted_on:
            raise Refused(_("Give the number and the day of the paper by which the review was submitted."))
        if review.submitted_on > today:
            raise Refused(_("The paper of the submission bears a day that is still to come."))
    if review.state == STATE.ANSWERED:
        if not review.answer or not review.answer_number or not review.answered_on:
            raise Refused(_("Give the answer with the number and the day of its paper."))
        if review.answered_on < review.submitted_on:
            raise Refused(
                _("The answer cannot bear a day before the submission (%(day)s).")
                % {"day": formats.vn_date(review.submitted_on)}
            )
        if review.answered_on > today:
            raise Refused(_("The paper of the answer bears a day that is still to come."))
    drafts = PolicyReview.objects.filter(policy=review.policy_id, year=review.year, state=STATE.DRAFT)
    if review.state == STATE.DRAFT and drafts.exclude(pk=review.pk).exists():
        raise Refused(_("A review of this document is being drafted for %(year)s already.") % {"year": review.year})


# --- shared ------------------------------------------------------------------------------------


def _locked(row, *others):
    """The rows as they stand, locked, in the order of their keys; one when one was asked for."""
    keys = [row.pk, *(other.pk for other in others)]
    rows = {r.pk: r for r in type(row).objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")}
    return [rows[key] for key in keys] if others else rows[row.pk]


def _filled(row):
    """What is known of a new row: nothing is said of fields that are empty."""
    return {name: value for name, value in snapshot(row).items() if value not in ("", None)}


def _save_new(row):
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refused(_contradiction()) from None


def _changed(kind, row, before, version, *, by, now, reason):
    """Write what differs from `before`, at the version that was read, with its event."""
    after = snapshot(row)
    names = [name for name in after if after[name] != before.get(name)]
    if not names:
        return row
    derived = ["sort_key", "folded"] if isinstance(row, Policy) else []
    try:
        with transaction.atomic():
            row.save_version(version, update_fields=[*names, *derived])
    except IntegrityError:
        raise Refused(_contradiction()) from None
    record_event(
        kind,
        row,
        by=by,
        now=now,
        reason=reason,
        before={name: before.get(name) for name in names},
        after={name: after[name] for name in names},
    )
    return row


def _contradiction():
    return _("This contradicts what stands in the register. Check the numbers and the days.")
