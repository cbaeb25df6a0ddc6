"""What is done to people, their posts and their accounts. Every change is recorded with before and after."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import emails
from accounts.access import require
from accounts.delegations import end_delegations_of
from accounts.models import Invitation, Office, Post, SignIn, User
from accounts.permissions import EDIT_OFFICES, MANAGE_PEOPLE
from accounts.roles import POST_ROLES, Role
from accounts.sessions import end_sessions
from audit.events import record_event
from audit.refusals import Conflict, NotAllowed, Refused


def _lock(user):
    """A person's account; that of a connected system is not for people to change."""
    return User.objects.select_for_update(of=("self",)).get(pk=user.pk, is_system=False)


def is_self(by, user):
    return not isinstance(by, str) and by.pk == user.pk


def _lock_administrators():
    """Posts of administrators in one order: two who remove each other at once are served one after the other."""
    return list(Post.objects.filter(role=Role.ADMINISTRATOR).order_by("pk").select_for_update(of=("self",)))


def _require_another_administrator(user, *, after, leaving_post=None):
    """Refuse when nobody else could administer the portal on the day `after` and from then on."""
    others = Post.objects.filter(role=Role.ADMINISTRATOR, user__is_active=True, starts_on__lte=after)
    others = others.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=after))
    others = others.exclude(user=user) if leaving_post is None else others.exclude(pk=leaving_post.pk)
    if not others.exists():
        raise Refused(_("This is the last administrator. Give the post to somebody else first."))


@transaction.atomic
def edit_person(*, user, full_name, email, phone, expected, by, now):
    """Correct the name, the sign-in address and the telephone; a new address ends all sessions and is told to both."""
    require(by, MANAGE_PEOPLE)
    person = _lock(user)
    email = email.strip().lower()
    if User.objects.filter(email__iexact=email).exclude(pk=person.pk).exists():
        raise Refused(_("Another account signs in with this e-mail address."))
    before = {"full_name": person.full_name, "email": person.email, "phone": person.phone}
    after = {"full_name": full_name, "email": email, "phone": phone}
    changed = {name for name in before if before[name] != after[name]}
    if not changed:
        return person
    person.full_name, person.email, person.phone = full_name, email, phone
    person.derive()
    person.save_version(expected, update_fields=["full_name", "email", "phone", "folded", "sort_key"])
    personal = {}
    for name in sorted(changed):
        personal |= {f"{name} before": before[name] or "–", name: after[name] or "–"}
    record_event("person edited", person, by=by, now=now, personal=personal)
    if "email" in changed:
        # The sign-in library keeps addresses of its own, by which the old one could still be used.
        EmailAddress.objects.filter(user=person).delete()
        end_sessions(person, now=now, reason="e-mail")
        for address in (before["email"], email):
            emails.send_security_notice(
                person, _("The e-mail address of your account was changed by an administrator."), now=now, to=address
            )
    return person


def new_person(*, email, full_name, by, now, password=None, phone="", synthetic=False):
    """Make an account; inside a transaction. Who may is decided by whoever calls (an invitation, the demonstration)."""
    person = User(email=email.strip().lower(), full_name=full_name, phone=phone, created_at=now, synthetic=synthetic)
    person.set_password(password)
    person.save()
    record_event(
        "account opened", person, by=by, now=now, personal={"full_name": person.full_name, "email": person.email}
    )
    return person


def system_account(*, public_id, name, by, now):
    """The account under which a connected system writes, with the system's own identifier; made when it first writes."""
    account = User.objects.filter(public_id=public_id).first()
    if account is None:
        account = User(
            public_id=public_id, email=f"{public_id}@systems.invalid", full_name=name, created_at=now, is_system=True
        )
        account.set_unusable_password()
        account.save()
        record_event("account opened", account, by=by, now=now)
    return account


def rename_system_account(*, public_id, name):
    """Let the account of a connected system, if it has one, bear the system's name of today."""
    account = User.objects.filter(public_id=public_id, is_system=True).first()
    if account and account.full_name != name:
        account.full_name = name
        account.save(update_fields=["full_name", "folded", "sort_key"])


@transaction.atomic
def give_post(*, user, office, role, starts_on, paper, by, now, ends_on=None):
    """Assign a person to an office with a role, by a paper; the person's sessions end, so that the role counts at once."""
    require(by, MANAGE_PEOPLE)
    person = _lock(user)
    if not person.is_active:
        raise Refused(_("The account is disabled. Enable it first."))
    if role not in POST_ROLES:
        raise Refused(_("This role is not given by a post."))
    if not paper.strip():
        raise Refused(_("Name the assignment paper: number and date."))
    if ends_on is not None and ends_on < starts_on:
        raise Refused(_("The last day lies before the first."))
    if office.ended_on is not None and (ends_on is None or ends_on > office.ended_on):
        raise Refused(_("The office ended on %(day)s.") % {"day": f"{office.ended_on:%d/%m/%Y}"})
    same = Post.objects.filter(user=person, office=office, role=role)
    same = same.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on))
    if ends_on is not None:
        same = same.filter(starts_on__lte=ends_on)
    if same.exists():
        raise Conflict(_("The person already holds this role in this office on some of these days."))
    post = Post.objects.create(
        user=person, office=office, role=role, starts_on=starts_on, ends_on=ends_on, paper=paper.strip()
    )
    record_event(
        "post given",
        person,
        by=by,
        now=now,
        role=Role(role).value,
        office=office.name,
        post=post.public_id,
        after={"role": role, "office": office.name, "starts_on": starts_on, "ends_on": ends_on, "paper": post.paper},
    )
    _roles_changed(person, now=now)
    return post


def _roles_changed(person, *, now):
    person.__dict__.pop("roles", None)
    end_sessions(person, now=now, reason="roles")


@transaction.atomic
def end_post(*, post, ends_on, reason, expected, by, now):
    """End a post after `ends_on` (its last day); the person's sessions end."""
    require(by, MANAGE_PEOPLE)
    person = _lock(post.user)
    if post.role == Role.ADMINISTRATOR:
        _lock_administrators()
    post = Post.objects.select_for_update(of=("self",)).select_related("office").get(pk=post.pk)
    today = timezone.localdate(now)
    if not reason.strip():
        raise Refused(_("Say why the post ends."))
    if post.ends_on is not None and post.ends_on < today:
        raise Conflict(_("The post has already ended."))
    if ends_on < post.starts_on:
        raise Refused(_("The last day lies before the first."))
    if ends_on < today - timedelta(days=1):
        raise Refused(_("A post cannot end in the past: what was done under it until yesterday stands."))
    if post.role == Role.ADMINISTRATOR:
        _require_another_administrator(person, after=max(ends_on, today) + timedelta(days=1), leaving_post=post)
    before = post.ends_on
    post.ends_on = ends_on
    post.save_version(expected, update_fields=["ends_on"])
    record_event(
        "post ended",
        person,
        by=by,
        now=now,
        reason=reason,
        before={"ends_on": before},
        after={"ends_on": ends_on},
        role=post.role,
        office=post.office.name,
        post=post.public_id,
    )
    _roles_changed(person, now=now)
    return post


@transaction.atomic
def disable_person(*, user, reason, by, now):
    """Close an account at once: its sessions end, so do delegations, and its open invitations are withdrawn."""
    require(by, MANAGE_PEOPLE)
    if is_self(by, user):
        raise NotAllowed(_("You cannot disable your own account. Ask another administrator."))
    _lock_administrators()
    person = _lock(user)
    if not reason.strip():
        raise Refused(_("Say why the account is disabled."))
    if not person.is_active:
        raise Conflict(_("The account is already disabled."))
    today = timezone.localdate(now)
    if Role.ADMINISTRATOR in person.roles_on(today):
        _require_another_administrator(person, after=today)
    person.is_active, person.disabled_at, person.disabled_reason = False, now, reason.strip()
    person.save_version(person.version, update_fields=["is_active", "disabled_at", "disabled_reason"])
    record_event(
        "account disabled",
        person,
        by=by,
        now=now,
        reason=reason.strip(),
        before={"active": True},
        after={"active": False},
    )
    end_sessions(person, now=now, reason="disabled")
    end_delegations_of(person, reason=reason.strip(), by=by, now=now)
    for invitation in Invitation.objects.filter(
        invited_by=person.public_id, accepted_at__isnull=True, withdrawn_at__isnull=True
    ).select_for_update(of=("self",)):
        invitation.withdrawn_at = now
        invitation.save(update_fields=["withdrawn_at"])
        record_event("invitation withdrawn", invitation, by=by, now=now)
    return person


@transaction.atomic
def enable_person(*, user, reason, by, now):
    """Open a disabled account again; its posts count again as far as they are in force."""
    require(by, MANAGE_PEOPLE)
    person = _lock(user)
    if person.is_active:
        raise Conflict(_("The account is not disabled."))
    if not reason.strip():
        raise Refused(_("Say why the account is enabled again."))
    person.is_active, person.disabled_at, person.disabled_reason = True, None, ""
    person.save_version(person.version, update_fields=["is_active", "disabled_at", "disabled_reason"])
    record_event(
        "account enabled",
        person,
        by=by,
        now=now,
        reason=reason.strip(),
        before={"active": False},
        after={"active": True},
    )
    return person


@transaction.atomic
def reset_second_factor(*, user, reason, by, now):
    """Remove a lost second factor; staff must set up a new one at their next sign-in. Sessions end."""
    require(by, MANAGE_PEOPLE)
    if is_self(by, user):
        raise NotAllowed(_("Change your own second factor on your own page."))
    person = _lock(user)
    if not reason.strip():
        raise Refused(_("Say how you made sure who asks for this."))
    removed, _rows = Authenticator.objects.filter(user=person).delete()
    if not removed:
        raise Conflict(_("The person has no second factor."))
    record_event("second factor reset", person, by=by, now=now, reason=reason.strip())
    end_sessions(person, now=now, reason="second factor")
    emails.send_security_notice(person, _("An administrator removed the second factor of your account."), now=now)
    return person


@transaction.atomic
def end_session(*, sign_in, by, now):
    """End one session: one's own, or anybody's by an administrator."""
    if not is_self(by, sign_in.user):
        require(by, MANAGE_PEOPLE)
    reason = "by owner" if is_self(by, sign_in.user) else "by admin"
    if not SignIn.objects.filter(pk=sign_in.pk, ended_at__isnull=True).update(ended_at=now, end_reason=reason):
        return False
    record_event("session ended", sign_in.user, by=by, now=now, session=sign_in.public_id)
    return True


@transaction.atomic
def end_other_sessions(*, user, keep, by, now):
    """End all sessions of a person but `keep`; returns how many."""
    if not is_self(by, user):
        require(by, MANAGE_PEOPLE)
    ended = end_sessions(user, now=now, reason="by owner" if is_self(by, user) else "by admin", keep=keep)
    if ended:
        record_event("sessions ended", user, by=by, now=now, count=ended)
    return ended


def request_password_reset(email, *, now):
    """Somebody asked for a new password; known and unknown addresses cause the same work."""
    with transaction.atomic():
        return emails.send_reset_link(email, now=now)


OFFICE_FIELDS = ("code", "name", "symbol", "kind", "ended_on")


@transaction.atomic
def add_office(*, by, now, **values):
    require(by, EDIT_OFFICES)
    if Office.objects.filter(code=values["code"]).exists():
        raise Conflict(_("An office with this code exists already."))
    office = Office.objects.create(**{name: values.get(name) for name in OFFICE_FIELDS})
    record_event("office added", office, by=by, now=now, after={name: values.get(name) for name in OFFICE_FIELDS})
    return office


@transaction.atomic
def edit_office(*, office, expected, by, now, **values):
    """Change an office; one that has ended takes no posts beyond its last day."""
    require(by, EDIT_OFFICES)
    office = Office.objects.select_for_update(of=("self",)).get(pk=office.pk)
    before = {name: getattr(office, name) for name in OFFICE_FIELDS}
    changed = [name for name in OFFICE_FIELDS if values[name] != before[name]]
    if not changed:
        return office
    if Office.objects.filter(code=values["code"]).exclude(pk=office.pk).exists():
        raise Conflict(_("An office with this code exists already."))
    last_day = values["ended_on"]
    if last_day and office.posts.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=last_day)).exists():
        raise Refused(_("Some posts in this office go on after that day. End them first."))
    for name in changed:
        setattr(office, name, values[name])
    office.save_version(expected, update_fields=changed)
    record_event(
        "office edited",
        office,
        by=by,
        now=now,
        before={name: before[name] for name in changed},
        after={name: values[name] for name in changed},
    )
    return office
