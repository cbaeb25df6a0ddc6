"""Delegations (ủy quyền): who authorises whom to do what in their name, from when to when, by which paper."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import actions, may_receive, require
from accounts.models import Delegation, Post, User
from accounts.permissions import DELEGATE, MANAGE_PEOPLE
from accounts.roles import Role, may_act_for_others
from audit.events import actor_name, record_event
from audit.refusals import Conflict, NotAllowed, Refused
from screens import formats

DAY = timedelta(days=1)


def delegable_actions():
    """[(code, label)] of what may be delegated, by label."""
    found = [(each.code, each.label) for each in actions().values() if each.delegable]
    return sorted(found, key=lambda pair: str(pair[1]))


def receivers_named(wanted):
    """The labels of the roles that alone may receive the right; empty where everybody on the staff may."""
    return [str(role.label) for role in Role if role in wanted.receivers]


def only_to(wanted):
    """The sentence that says so."""
    return _("“%(right)s” may be delegated only to: %(roles)s.") % {
        "right": wanted.label,
        "roles": ", ".join(receivers_named(wanted)),
    }


def may_give_for(by, giver):
    """Whether `by` may record or end what `giver` gives: an administrator for anybody, a leader for themselves."""
    return by.may(DELEGATE) and (by.may(MANAGE_PEOPLE) or by.pk == giver.pk)


def _require_giver(by, giver):
    require(by, DELEGATE)
    if not isinstance(by, str) and not may_give_for(by, giver):
        raise NotAllowed(_("You record only what you authorise others to do yourself. Ask an administrator."))


def _roles_by_post(person, on):
    posts = Post.objects.filter(user=person).in_force(on).values_list("role", flat=True)
    return frozenset(Role(role) for role in posts)


@transaction.atomic
def give_delegation(*, giver, receiver, action, starts_on, ends_on, paper, paper_on, by, now, limit_vnd=None):
    """Record that `giver` authorises `receiver` to do `action` in their name; it counts from its first day on."""
    _require_giver(by, giver)
    people = User.objects.filter(pk__in=[giver.pk, receiver.pk]).order_by("pk")
    people = {person.pk: person for person in people.select_for_update(of=("self",))}
    giver, receiver, paper = people[giver.pk], people[receiver.pk], paper.strip()
    today = timezone.localdate(now)
    wanted = actions().get(action)
    if wanted is None or not wanted.delegable:
        raise Refused(_("This right is not delegated to anybody."))
    if giver.pk == receiver.pk:
        raise Refused(_("Nobody authorises themselves. Choose somebody else."))
    if not isinstance(by, str) and by.pk == receiver.pk:
        raise NotAllowed(_("You do not record what you receive yourself. Ask the giver or another administrator."))
    if not paper:
        raise Refused(_("Name the written authorisation: number and date."))
    if paper_on > today:
        raise Refused(_("The written authorisation is dated in the future."))
    if starts_on < paper_on:
        raise Refused(
            _("The written authorisation is of %(day)s; nobody acts by it before that day.")
            % {"day": formats.vn_date(paper_on)}
        )
    if ends_on < starts_on:
        raise Refused(_("The last day lies before the first."))
    if ends_on < today:
        raise Refused(_("The authorisation has already run out. Nothing can be done by it any more."))
    if limit_vnd is not None and limit_vnd <= 0:
        raise Refused(_("The most for one act is more than 0 đồng. Leave it empty where there is no limit."))
    day = max(starts_on, today)
    _require_both_may(giver, receiver, wanted, day)
    _require_no_overlap(giver, action, starts_on, ends_on)
    delegation = Delegation(
        giver=giver,
        receiver=receiver,
        action=action,
        starts_on=starts_on,
        ends_on=ends_on,
        planned_ends_on=ends_on,
        paper=paper,
        paper_on=paper_on,
        limit_vnd=limit_vnd,
        created_by=actor_name(by),
        created_at=now,
    )
    try:
        with transaction.atomic():
            delegation.save()
    except IntegrityError:
        _require_no_overlap(giver, action, starts_on, ends_on)
        raise
    record_event(
        "delegation given",
        delegation,
        by=by,
        now=now,
        after={
            "giver": f"user:{giver.public_id}",
            "receiver": f"user:{receiver.public_id}",
            "action": action,
            "starts_on": starts_on,
            "ends_on": ends_on,
            "paper": paper,
            "paper_on": paper_on,
            "limit_vnd": limit_vnd,
        },
    )
    return delegation


def _require_both_may(giver, receiver, wanted, day):
    for person in (giver, receiver):
        if not person.is_active:
            raise Refused(_("The account of %(name)s is disabled.") % {"name": person.full_name})
    if not _roles_by_post(giver, day) & wanted.roles:
        raise Refused(
            _("%(name)s may not do this by a post of their own on %(day)s; a delegated right is not passed on.")
            % {"name": giver.full_name, "day": formats.vn_date(day)}
        )
    if not may_act_for_others(receiver.roles_on(day)):
        raise Refused(
            _(
                "%(name)s cannot be authorised: only staff with a post on %(day)s act for others, "
                "not people of enterprises, the council or the audit."
            )
            % {"name": receiver.full_name, "day": formats.vn_date(day)}
        )
    if not may_receive(wanted, _roles_by_post(receiver, day)):
        raise Refused(only_to(wanted))


def _require_no_overlap(giver, action, starts_on, ends_on):
    """Of one giver and one right, one delegation a day."""
    same = Delegation.objects.filter(giver=giver, action=action, starts_on__lte=ends_on)
    other = same.not_over(starts_on).select_related("receiver").order_by("starts_on").first()
    if other is None:
        return
    raise Conflict(
        _(
            "This overlaps another delegation: %(giver)s already authorised %(receiver)s to do this from %(from)s to "
            "%(to)s (%(paper)s). Choose other days, or end that one early."
        )
        % {
            "giver": giver.full_name,
            "receiver": other.receiver.full_name,
            "from": formats.vn_date(other.starts_on),
            "to": formats.vn_date(other.ends_on),
            "paper": other.named_paper,
        }
    )


@transaction.atomic
def end_delegation(*, delegation, last_day, reason, expected, by, now):
    """End a delegation early: it holds until `last_day`; yesterday ends it at once."""
    _require_giver(by, delegation.giver)
    delegation = Delegation.objects.select_for_update(of=("self",)).get(pk=delegation.pk)
    today = timezone.localdate(now)
    if not reason.strip():
        raise Refused(_("Say why the delegation ends early."))
    if delegation.never_held or delegation.ends_on < today:
        raise Conflict(_("The delegation has already ended."))
    if last_day >= delegation.ends_on:
        raise Refused(
            _("The delegation ends on %(day)s anyway. Give an earlier day.")
            % {"day": formats.vn_date(delegation.ends_on)}
        )
    if last_day < today - DAY:
        raise Refused(_("A delegation cannot end in the past: what was done by it until yesterday stands."))
    _end(delegation, last_day, reason, expected, by=by, now=now)
    return delegation


def _end(delegation, last_day, reason, expected, *, by, now):
    before = delegation.ends_on
    # One that had not begun never holds: its last day is the day before its first.
    delegation.ends_on = max(last_day, delegation.starts_on - DAY)
    delegation.ended_early_on, delegation.ended_early_by = timezone.localdate(now), actor_name(by)
    delegation.ended_early_reason = reason.strip()
    delegation.save_version(
        expected, update_fields=["ends_on", "ended_early_on", "ended_early_by", "ended_early_reason"]
    )
    record_event(
        "delegation ended early",
        delegation,
        by=by,
        now=now,
        reason=reason.strip(),
        before={"ends_on": before},
        after={"ends_on": delegation.ends_on},
    )


def end_delegations_of(person, *, reason, by, now):
    """End at once all that `person` gave or received (part of disabling an account); returns how many."""
    yesterday = timezone.localdate(now) - DAY
    found = Delegation.objects.touching(person).not_over(yesterday + DAY).order_by("pk")
    found = list(found.select_for_update(of=("self",)))
    for delegation in found:
        _end(delegation, yesterday, reason, delegation.version, by=by, now=now)
    return len(found)
