from functools import wraps

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.csrf import csrf_failure as plain_csrf_failure
from django.views.decorators.http import require_POST, require_safe

from accounts import handover, invitations, services, sessions
from accounts.access import ANYONE, actions, may_open, row_for
from accounts.answers import do_once, form_page
from accounts.delegations import receivers_named
from accounts.forms import (
    AcceptInvitationForm,
    EditPersonForm,
    EndPostForm,
    GivePostForm,
    HandOverForm,
    InvitePersonForm,
    OfficeForm,
    ReasonForm,
)
from accounts.models import Delegation, Handover, Invitation, Letter, Office, Post, SignIn, User
from accounts.names import names_of
from accounts.outbox import letters
from accounts.panels import panels_of, places_of_rooms, ways_in
from accounts.parking import park_and_show, park_and_sign_in, path_of
from accounts.permissions import HAND_OVER, MANAGE_PEOPLE, SEE_PEOPLE
from accounts.roles import Role
from accounts.tables import (
    STATE_KINDS,
    STATES,
    InvitationFilter,
    InvitationTable,
    LetterFilter,
    LetterTable,
    OfficeTable,
    PeopleFilter,
    PeopleTable,
    invitations_with_state,
    people_with_facts,
)
from audit.access_log import record_read
from audit.refusals import Refused
from screens.forms import form_data
from screens.lists import show_list


def csrf_failure(request, reason=""):
    """A form whose token is old because its owner signed in again elsewhere: shown again, not sent.

    Only for a form that this site itself sent; anything else is refused as ever.
    """
    own = request.headers.get("Origin") and path_of(f"{request.headers['Origin']}/", request)
    if own and request.method == "POST" and request.POST.get("csrfmiddlewaretoken"):
        answer = None
        if request.user.is_authenticated:
            answer = park_and_show(request)
        elif row_for(request.resolver_match.view_name, "POST") not in (None, ANYONE):
            answer = park_and_sign_in(request)
        if answer is not None:
            return answer
    return plain_csrf_failure(request, reason)


# --- one's own account -----------------------------------------------------------------------


@require_safe
def me(request):
    """One's own page: posts, sessions, second factor, password, language."""
    person = request.user
    return render(
        request,
        "accounts/me.html",
        {
            "person": person,
            "posts": person.posts.select_related("office").order_by("-starts_on", "-pk"),
            "today": timezone.localdate(),
            "panels": panels_of(person, person),
            "ways_in": [] if person.is_staff_member else ways_in(),
            "delegations": delegations_shown(person),
            "may_delegate": may_open(person, "accounts:add_delegation"),
            "may_see_delegations": may_open(person, "accounts:delegation_list"),
            "handovers": Handover.objects.of(person).order_by("-at", "-pk")[:20],
            "sessions": _open_sessions(person),
            "here": request.sign_in,
            "second_factor": sessions.has_second_factor(person),
            "needs_second_factor": sessions.needs_second_factor(person),
            "attempts": person.login_records.order_by("-id")[:10],
        },
    )


def _open_sessions(person):
    return [
        row
        for row in person.sign_ins.filter(ended_at__isnull=True).order_by("-id")[:50]
        if not sessions.reason_to_end(row, person, timezone.now())
    ]


@require_POST
def end_my_session(request, public_id):
    sign_in = get_object_or_404(SignIn, public_id=public_id, user=request.user)
    if services.end_session(sign_in=sign_in, by=request.user, now=timezone.now()):
        messages.success(request, _("The session has ended."))
    return redirect("accounts:me")


@require_POST
def end_my_other_sessions(request):
    ended = services.end_other_sessions(user=request.user, keep=request.sign_in, by=request.user, now=timezone.now())
    messages.success(request, _("%(count)s other sessions have ended.") % {"count": ended})
    return redirect("accounts:me")


def with_second_factor(view):
    """Pages about a second factor lead to setting one up while there is none."""

    @wraps(view)
    def shown(request, *args, **kwargs):
        if not sessions.has_second_factor(request.user):
            return redirect("mfa_index")
        return view(request, *args, **kwargs)

    return shown


# --- administration --------------------------------------------------------------------------


@require_safe
def administration(request):
    """Where everything of the system's administration starts."""
    places = [
        ("accounts:people_list", _("People"), _("Accounts, posts, sign-ins, handing over")),
        ("accounts:invitation_list", _("Invitations"), _("Who has been invited and has not answered yet")),
        ("accounts:office_list", _("Offices"), _("Offices and centres in which people hold posts")),
        ("accounts:delegation_list", _("Delegations"), _("Who does what in whose name, from when to when")),
        ("accounts:table_of_rights", _("Table of rights"), _("Which role may do what")),
        ("accounts:letter_list", _("Letters"), _("Mail that went out, waits or failed")),
        ("audit:event_list", _("Event log"), _("What happened, who did it, with before and after")),
        ("audit:access_list", _("Access log"), _("Who read what is traced, and attempts that were refused")),
        ("jobs:chain", _("Seals of the event log"), _("The chain, the day seals, and verifying them")),
        ("jobs:job_list", _("Jobs"), _("Long work: waiting, running, failed")),
        *places_of_rooms(),
    ]
    return render(
        request,
        "accounts/administration.html",
        {
            "places": [
                {"url": reverse(route), "title": title, "lead": lead}
                for route, title, lead in places
                if may_open(request.user, route)
            ]
        },
    )


@require_safe
def people_list(request):
    now = timezone.now()
    invite = {"url": reverse("accounts:invite_person"), "label": _("Invite a member of staff")}
    return show_list(
        request,
        name="people",
        title=_("People"),
        table_class=PeopleTable,
        filterset_class=PeopleFilter,
        queryset=people_with_facts(now, timezone.localdate(now)),
        ordering=("sort_key", "pk"),
        export_name="nguoi-dung",
        main_action=invite if request.user.may(MANAGE_PEOPLE) else None,
        empty=_("Invite the first member of staff."),
    )


@require_safe
def person_detail(request, public_id):
    now = timezone.now()
    today = timezone.localdate(now)
    person = get_object_or_404(people_with_facts(now, today), public_id=public_id)
    if person.pk != request.user.pk:
        record_read(request.user, "page of a person", person, now=now)
    state, held = dict(STATES)[person.state], handover.held_by(person)
    return render(
        request,
        "accounts/person_detail.html",
        {
            "person": person,
            "state": state,
            "state_kind": STATE_KINDS[person.state],
            "today": today,
            "posts": person.posts.select_related("office").order_by("-starts_on", "-pk"),
            "panels": panels_of(person, request.user),
            "delegations": delegations_shown(person),
            "may_delegate": person.is_active and may_open(request.user, "accounts:add_delegation"),
            "may_see_delegations": True,
            "sessions": _open_sessions(person),
            "attempts": person.login_records.order_by("-id")[:15],
            "held": held,
            "handovers": person.handovers.order_by("-id"),
            "may_manage": request.user.may(MANAGE_PEOPLE),
            "may_hand_over": bool(held) and request.user.may(HAND_OVER),
            "is_self": person.pk == request.user.pk,
        },
    )


def delegations_shown(person):
    """What the person gave and received, for their page: the latest first."""
    found = Delegation.objects.touching(person).with_state(timezone.localdate())
    return list(found.select_related("giver", "receiver").order_by("-starts_on", "-pk")[:20])


def _person(public_id):
    return get_object_or_404(User, public_id=public_id, is_system=False)


def _page_of(person):
    return reverse("accounts:person_detail", args=[person.public_id])


def edit_person(request, public_id):
    person = _person(public_id)
    form = EditPersonForm(*form_data(request), instance=_person(public_id))

    def act(data):
        services.edit_person(
            user=person,
            full_name=data["full_name"],
            email=data["email"],
            phone=data["phone"],
            expected=data["version"],
            by=request.user,
            now=timezone.now(),
        )
        return _("The personal details are saved."), _page_of(person)

    return form_page(
        request,
        form,
        act,
        title=_("Edit the personal details"),
        submit=_("Save the details"),
        back=_page_of(person),
        above=[(person.full_name, _page_of(person))],
    )


def give_post(request, public_id):
    person, now = _person(public_id), timezone.now()
    form = GivePostForm(*form_data(request), on=timezone.localdate(now))

    def act(data):
        body = data | {"person": str(person.public_id)}
        with do_once(request, "give post", body, now, label=_("Give a post")) as operation:
            if not operation.done:
                post = services.give_post(
                    user=person,
                    office=data["office"],
                    role=Role(data["role"]),
                    starts_on=data["starts_on"],
                    ends_on=data["ends_on"],
                    paper=data["paper"],
                    by=request.user,
                    now=now,
                )
                operation.store({"post": str(post.public_id)})
        return _("The post is given. The person's sessions have ended, so that it counts at once."), _page_of(person)

    return form_page(
        request,
        form,
        act,
        title=_("Give a post"),
        submit=_("Give the post"),
        back=_page_of(person),
        above=[(person.full_name, _page_of(person))],
    )


def end_post(request, public_id):
    post = get_object_or_404(Post.objects.select_related("user", "office"), public_id=public_id)
    now = timezone.now()
    form = EndPostForm(*form_data(request), post=post, on=timezone.localdate(now))

    def act(data):
        services.end_post(
            post=post,
            ends_on=data["ends_on"],
            reason=data["reason"],
            expected=data["version"],
            by=request.user,
            now=now,
        )
        return _("The end of the post is recorded; the person's sessions have ended."), _page_of(post.user)

    return form_page(
        request,
        form,
        act,
        title=_("End a post"),
        submit=_("End the post"),
        back=_page_of(post.user),
        lead=str(post),
        above=[(post.user.full_name, _page_of(post.user))],
    )


def _with_reason(request, person, service, *, title, submit, done, lead=""):
    form = ReasonForm(*form_data(request))

    def act(data):
        service(user=person, reason=data["reason"], by=request.user, now=timezone.now())
        return done, _page_of(person)

    return form_page(
        request,
        form,
        act,
        title=title,
        submit=submit,
        back=_page_of(person),
        lead=lead,
        above=[(person.full_name, _page_of(person))],
    )


def disable_person(request, public_id):
    return _with_reason(
        request,
        _person(public_id),
        services.disable_person,
        title=_("Disable the account"),
        submit=_("Disable the account"),
        done=_("The account is disabled and its sessions have ended."),
        lead=_(
            "The person is signed out at once and cannot sign in again. What they hold stays until it is handed over; "
            "delegations they gave or received end."
        ),
    )


def enable_person(request, public_id):
    return _with_reason(
        request,
        _person(public_id),
        services.enable_person,
        title=_("Enable the account again"),
        submit=_("Enable the account"),
        done=_("The account is enabled again."),
    )


def reset_second_factor(request, public_id):
    return _with_reason(
        request,
        _person(public_id),
        services.reset_second_factor,
        title=_("Reset the second factor"),
        submit=_("Reset the second factor"),
        done=_("The second factor is removed; staff set up a new one when they sign in next."),
        lead=_("For somebody who lost the telephone and the recovery codes. Make sure who asks: call back or meet."),
    )


@require_POST
def end_sessions(request, public_id):
    person = _person(public_id)
    keep = request.sign_in if person.pk == request.user.pk else None
    ended = services.end_other_sessions(user=person, keep=keep, by=request.user, now=timezone.now())
    messages.success(request, _("%(count)s sessions have ended.") % {"count": ended})
    return redirect(_page_of(person))


def hand_over(request, public_id):
    person, now = _person(public_id), timezone.now()
    held = handover.held_by(person)
    form = HandOverForm(*form_data(request), person=person, held=held, on=timezone.localdate(now))
    lead = (
        _("Everything the person holds goes to others in one act; nothing stays behind.")
        if held
        else _("The person holds nothing that could be handed over.")
    )
    if handover.delegations_of(person, timezone.localdate(now)).exists():
        lead = f"{lead} " + _(
            "Delegations go to nobody else: end those of this person early where they no longer fit. "
            "They all end when the account is disabled."
        )

    def act(data):
        record = handover.hand_over(
            person=person, to=form.takers(), paper=data["paper"], reason=data["reason"], by=request.user, now=now
        )
        return _("Everything is handed over."), reverse("accounts:handover_detail", args=[record.public_id])

    return form_page(
        request,
        form,
        act,
        title=_("Hand over"),
        submit=_("Hand everything over"),
        back=_page_of(person),
        lead=lead,
        above=[(person.full_name, _page_of(person))],
    )


@require_safe
def handover_detail(request, public_id):
    """The record of a handover, to read and to print."""
    record = get_object_or_404(Handover.objects.visible_to(request.user).select_related("person"), public_id=public_id)
    lines = handover.lines_of(record, request.user)
    names = names_of([line.taker for line in lines] + ([record.by] if record.by else []))
    by_text = {str(public_id): name for public_id, name in names.items()}
    return render(
        request,
        "accounts/handover_detail.html",
        {
            "record": record,
            "lines": [(line, by_text.get(line.taker, "")) for line in lines],
            "may_see_people": request.user.may(SEE_PEOPLE),
            "files": handover.files_of(record, request.user),
            "by": by_text.get(str(record.by), ""),
        },
    )


# --- inviting --------------------------------------------------------------------------------


def invite_person(request):
    now = timezone.now()
    form = InvitePersonForm(*form_data(request), on=timezone.localdate(now))

    def act(data):
        with do_once(request, "invite", data, now, label=_("Invite a member of staff")) as operation:
            if not operation.done:
                invitation = invitations.invite_to_post(
                    email=data["email"],
                    full_name=data["full_name"],
                    office=data["office"],
                    role=data["role"],
                    starts_on=data["starts_on"],
                    paper=data["paper"],
                    by=request.user,
                    now=now,
                )
                operation.store({"invitation": str(invitation.public_id)})
        return _invited(data["email"]), "accounts:invitation_list"

    return form_page(
        request,
        form,
        act,
        title=_("Invite a member of staff"),
        submit=_("Send the invitation"),
        back=reverse("accounts:people_list"),
        lead=_("The person gets a letter with a link, chooses a password, and then holds the post."),
        above=[(_("People"), reverse("accounts:people_list"))],
    )


def _invited(email):
    """What whoever invited is told; they may read the list of people, so also whose account the address is."""
    known = User.objects.filter(email__iexact=email.strip()).first()
    if known is None:
        return _("The invitation is on its way; its link is valid for 72 hours.")
    return _(
        "The invitation is on its way; its link is valid for 72 hours. The address has an account already (%(name)s): "
        "the post is added to it."
    ) % {"name": known.full_name}


@require_safe
def invitation_list(request):
    now = timezone.now()
    return show_list(
        request,
        name="invitations",
        title=_("Invitations"),
        table_class=InvitationTable,
        filterset_class=InvitationFilter,
        queryset=invitations_with_state(now),
        ordering=("-pk",),
        export_name="loi-moi",
        main_action={"url": reverse("accounts:invite_person"), "label": _("Invite a member of staff")}
        if request.user.may(MANAGE_PEOPLE)
        else None,
        empty=_("Nobody has been invited yet."),
    )


@require_safe
def invitation_detail(request, public_id):
    now = timezone.now()
    invitation = get_object_or_404(invitations_with_state(now), public_id=public_id)
    return render(
        request,
        "accounts/invitation_detail.html",
        {
            "invitation": invitation,
            "what": invitations.what_of(invitation),
            "state": invitation.state(now)[1],
            "by": names_of([invitation.invited_by]).get(invitation.invited_by, "") if invitation.invited_by else "",
            "may_manage": request.user.may(MANAGE_PEOPLE) and not (invitation.accepted_at or invitation.withdrawn_at),
        },
    )


def _handle_invitation(request, public_id, service, done):
    invitation = get_object_or_404(Invitation, public_id=public_id)
    try:
        result = service(invitation=invitation, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        result = invitation
    else:
        messages.success(request, done)
    return redirect("accounts:invitation_detail", result.public_id)


@require_POST
def withdraw_invitation(request, public_id):
    return _handle_invitation(
        request, public_id, invitations.withdraw_invitation, _("The invitation is withdrawn; its link no longer works.")
    )


@require_POST
def resend_invitation(request, public_id):
    return _handle_invitation(
        request, public_id, invitations.resend_invitation, _("A new link is on its way; the old one no longer works.")
    )


def accept_invitation(request, token):
    """The page behind the one-time link: choose a password, or accept with the account one already has."""
    now = timezone.now()
    if not ratelimit.consume(request, app="accounts", action="accept", config={"accept": "60/15m/ip"}, limit_get=True):
        return ratelimit.respond_429(request)
    invitation = invitations.find_invitation(token, now=now)
    if invitation is None:
        return render(request, "accounts/accept_invitation.html", {"invitation": None}, status=404)
    account = invitations.account_of(invitation)
    own = account is not None and request.user.is_authenticated and request.user.pk == account.pk
    form = AcceptInvitationForm(*form_data(request), invitation=invitation) if account is None else None
    refusal = ""
    if request.method == "POST" and (own or (form is not None and form.is_valid())):
        password = form.cleaned_data["password1"] if form else None
        try:
            person = invitations.accept_invitation(
                token=token, now=now, password=password, user=request.user if own else None
            )
        except Refused as refused:
            refusal = str(refused)
        else:
            return _enter(request, person, own=own)
    return render(
        request,
        "accounts/accept_invitation.html",
        {
            "invitation": invitation,
            "what": invitations.what_of(invitation),
            "form": form,
            "own": own,
            "has_account": account is not None,
            "refusal": refusal,
            "sign_in": f"{reverse('account_login')}?next={request.path}",
        },
    )


def _enter(request, person, *, own):
    """A new person is signed in; whoever had an account signs in again, because their roles changed."""
    if own:
        messages.success(request, _("You have accepted. Sign in again: what you may do has changed."))
        return redirect("account_login")
    return perform_password_login(request, {"email": person.email}, Login(user=person, email=person.email))


# --- offices, rights, letters ----------------------------------------------------------------


@require_safe
def office_list(request):
    add = {"url": reverse("accounts:add_office"), "label": _("Add an office")}
    return show_list(
        request,
        name="offices",
        title=_("Offices"),
        table_class=OfficeTable,
        queryset=Office.objects.all(),
        ordering=("code", "pk"),
        export_name="don-vi",
        main_action=add if may_open(request.user, "accounts:add_office") else None,
        empty=_("Add the first office."),
    )


@require_safe
def office_detail(request, public_id):
    office = get_object_or_404(Office, public_id=public_id)
    today = timezone.localdate()
    return render(
        request,
        "accounts/office_detail.html",
        {
            "office": office,
            "posts": office.posts.in_force(today).select_related("user").order_by("user__sort_key", "pk"),
            "may_edit": may_open(request.user, "accounts:edit_office"),
            "may_see_people": may_open(request.user, "accounts:person_detail"),
        },
    )


def add_office(request):
    form = OfficeForm(*form_data(request))

    def act(data):
        values = {name: data[name] for name in services.OFFICE_FIELDS}
        office = services.add_office(by=request.user, now=timezone.now(), **values)
        return _("The office is added."), reverse("accounts:office_detail", args=[office.public_id])

    back = reverse("accounts:office_list")
    return form_page(
        request,
        form,
        act,
        title=_("Add an office"),
        submit=_("Add the office"),
        back=back,
        above=[(_("Offices"), back)],
    )


def edit_office(request, public_id):
    office = get_object_or_404(Office, public_id=public_id)
    form = OfficeForm(*form_data(request), instance=get_object_or_404(Office, public_id=public_id))
    page = reverse("accounts:office_detail", args=[office.public_id])

    def act(data):
        values = {name: data[name] for name in services.OFFICE_FIELDS}
        services.edit_office(office=office, expected=data["version"], by=request.user, now=timezone.now(), **values)
        return _("The office is saved."), page

    return form_page(
        request,
        form,
        act,
        title=_("Edit an office"),
        submit=_("Save the office"),
        back=page,
        above=[(_("Offices"), reverse("accounts:office_list")), (office.name, page)],
    )


@require_safe
def table_of_rights(request):
    """The one table of permissions for people to read: which role may do what."""
    chosen = request.GET.get("role", "")
    role = Role(chosen) if chosen in Role.values else None
    rooms = {}
    for action in sorted(actions().values(), key=lambda action: action.code):
        if not action.by_token and (role is None or role in action.roles):
            room = action.code.partition(".")[0]
            room = ROOM_OF.get(room, room)
            roles = [each.label for each in Role if each in action.roles]
            line = {"label": action.label, "roles": roles, "delegable": action.delegable}
            line["receivers"] = receivers_named(action)
            rooms.setdefault(room, []).append(line)
    return render(
        request,
        "accounts/table_of_rights.html",
        {
            "rooms": [(ROOM_TITLES.get(room, room), lines) for room, lines in rooms.items()],
            "roles": Role.choices,
            "chosen": role.value if role else "",
            "role": role,
        },
    )


# Rights whose code begins with a noun of its room.
ROOM_OF = {
    "figures": "enterprises",
    "claims": "enterprises",
    "memberships": "enterprises",
    "procedures": "dossiers",
    "numbers": "documents",
    "papers": "documents",
    "trust": "documents",
    "incoming": "documents",
    "copies": "documents",
    "files": "documents",
    "budget": "programme",
    "policies": "programme",
    "treasury": "programme",
    "api": "exchange",
}
ROOM_TITLES = {
    "accounts": gettext_lazy("People"),
    "audit": gettext_lazy("Event log"),
    "jobs": gettext_lazy("Jobs"),
    "reference": gettext_lazy("Reference data"),
    "notices": gettext_lazy("Notices"),
    "documents": gettext_lazy("Documents"),
    "programme": gettext_lazy("Programme"),
    "enterprises": gettext_lazy("Enterprises"),
    "dossiers": gettext_lazy("Dossiers"),
    "support": gettext_lazy("Support"),
    "reporting": gettext_lazy("Indicators and reports"),
    "exchange": gettext_lazy("Connected systems"),
}


@require_safe
def letter_list(request):
    return show_list(
        request,
        name="letters",
        title=_("Letters"),
        table_class=LetterTable,
        filterset_class=LetterFilter,
        queryset=Letter.objects.all(),
        ordering=("-pk",),
        export_name="thu",
        empty=_("The portal has not written a letter yet."),
        lead=_("A letter that failed is tried again every five minutes. Its text is dropped once it has gone."),
    )


@require_safe
def outbox(request):
    """What the try-out would have mailed; there is no such page where letters really go out."""
    if not settings.SHOW_OUTBOX:
        raise Http404
    return render(request, "accounts/outbox.html", {"letters": letters()})
