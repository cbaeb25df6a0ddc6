"""What somebody handles, for handing everything over in one act."""

from django.utils.translation import gettext as _

from accounts.models import Post, User
from dossiers.models import Dossier
from dossiers.services.slip import write_line
from dossiers.states import HANDLERS, IN_HAND, Verb


def held(user):
    """Dossiers in hand that the person handles."""
    return Dossier.objects.filter(handler=user, state__in=IN_HAND)


def names_of_held(user):
    for row in held(user).select_related("procedure_version__procedure", "enterprise"):
        yield f"{row.code} – {row.procedure.name_vi} – {row.enterprise.name}"


def code_of(name):
    """What is left of such a name for whoever reads no dossiers."""
    return name.partition(" – ")[0]


def takers(user, on):
    """Those who handle dossiers in every office in which the person holds some."""
    people = User.objects.all()
    for office_id in held(user).order_by().values_list("office_id", flat=True).distinct():
        posts = Post.objects.in_force(on).filter(office_id=office_id, role__in=[role.value for role in HANDLERS])
        people = people.filter(pk__in=posts.values("user_id"))
    return people


def move(user, to, *, by, now):
    """Give them all to `to`: each with a line on its slip."""
    rows = held(user).select_for_update(of=("self",)).select_related("procedure_version")
    for row in rows.order_by("pk"):
        note = _("Everything %(name)s handled is handed over") % {"name": user.full_name}
        write_line(row, Verb.HAND_OVER, row.state, by=by, now=now, handler=to, note=note)
