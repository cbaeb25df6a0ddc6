"""In whose right a paper is signed: the letters before the post of whoever signs, and who may sign under them.

Papers of the Department are signed by its director without letters; KT. by a deputy in his place; TL. and TUQ. by heads
whom he told or authorised to; Q. by whoever acts as director. TM. stands on papers of the Committee and of councils only.
"""

import re

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from accounts.models import Office, Post
from accounts.roles import HEADS, LEADERS, Role
from audit.refusals import Refused


class Authority(TextChoices):
    OWN = "own", pgettext_lazy("right to sign", "No letters: the director himself or herself")
    KT = "kt", pgettext_lazy("right to sign", "KT.: a deputy director in the director's place")
    TL = "tl", pgettext_lazy("right to sign", "TL.: by order of the director")
    TUQ = "tuq", pgettext_lazy("right to sign", "TUQ.: authorised by the director in writing")
    Q = "q", pgettext_lazy("right to sign", "Q.: acting director")
    TM = "tm", pgettext_lazy("right to sign", "TM.: on behalf of the council")


DIRECTOR_WORDS = "GIÁM ĐỐC"
SIGNERS = {
    Authority.OWN: frozenset({Role.DIRECTOR}),
    Authority.KT: frozenset({Role.DEPUTY_DIRECTOR}),
    Authority.TL: HEADS - {Role.DEPUTY_HEAD} | {Role.CHIEF_OF_OFFICE},
    Authority.TUQ: HEADS | {Role.CHIEF_OF_OFFICE},
    Authority.Q: LEADERS,
    Authority.TM: LEADERS | {Role.COUNCIL_SECRETARY},
}
BY_PAPER = frozenset({Authority.TUQ, Authority.Q})  # the paper that gives the right is named
MAY_SIGN = frozenset().union(*SIGNERS.values())


def posts_of_signer(signer, authority, on):
    """The posts by which somebody may sign so on the day."""
    roles = [role.value for role in SIGNERS[Authority(authority)]]
    return Post.objects.in_force(on).filter(user=signer, role__in=roles).select_related("office").order_by("pk")


def lines_above(series, signer, authority, post_words, on):
    """The lines above the name of whoever signs, as they are printed."""
    authority = Authority(authority)
    if authority == Authority.OWN:
        return (DIRECTOR_WORDS,)
    if authority == Authority.Q:
        return (f"Q. {DIRECTOR_WORDS}",)
    if authority == Authority.TM:
        return (f"TM. {series.on_behalf_of}", post_words)
    post = posts_of_signer(signer, authority, on).first()
    return (f"{authority.name}. {DIRECTOR_WORDS}", post_words or (title_of(post) if post else ""))


def lines_by_post(post):
    """The lines above the name of a leader, or of a head who signs by order of the director; the deputy of a head in the
    head's place."""
    role = Role(post.role)
    if role == Role.DIRECTOR:
        return (DIRECTOR_WORDS,)
    if role == Role.DEPUTY_DIRECTOR:
        return (f"KT. {DIRECTOR_WORDS}", title_of(post))
    if role == Role.DEPUTY_HEAD:
        head = title_of(Post(role=Role.HEAD, office=post.office))
        return (f"TL. {DIRECTOR_WORDS}", f"KT. {head}", f"PHÓ {_head_of(post.office)}")
    return (f"TL. {DIRECTOR_WORDS}", title_of(post))


def _head_of(office):
    """What its head is called without its name: TRƯỞNG PHÒNG."""
    if office.kind == Office.Kind.CENTRE:
        return DIRECTOR_WORDS
    first = office.name.split(" ")[0]
    return f"TRƯỞNG {first}".upper()


def title_of(post):
    """The post as it stands above a name: TRƯỞNG PHÒNG QUẢN LÝ CÔNG NGHIỆP."""
    role, office = Role(post.role), post.office
    if role == Role.DEPUTY_DIRECTOR:
        return f"PHÓ {DIRECTOR_WORDS}"
    if role == Role.CHIEF_OF_OFFICE:
        return "CHÁNH VĂN PHÒNG"
    head = DIRECTOR_WORDS if office.kind == Office.Kind.CENTRE else "TRƯỞNG"
    words = f"{head} {office.name}"
    return (words if role != Role.DEPUTY_HEAD else f"PHÓ {words}").upper()


NAMES = ("Giám đốc", "Văn phòng", "Hội đồng")  # with a capital wherever they stand


def in_register(series, signer, authority, post_words, on):
    """Name and post of whoever signs, as registers write them: Trần Văn Mẫu, Phó Giám đốc."""
    post = lines_above(series, signer, authority, post_words, on)[-1]
    if post.isupper():
        names = [*NAMES, *(held.office.name for held in posts_of_signer(signer, authority, on))]
        post = post.capitalize()
        for name in names:
            post = re.sub(re.escape(name), name, post, flags=re.IGNORECASE)
    return f"{signer.full_name}, {post}"


def require_signatory(*, series, signer, authority, authority_paper, post_words, on):
    """Refuse a signature that the paper's series, the signer's posts or the missing authorisation do not allow."""
    authority = Authority(authority)
    if (authority == Authority.TM) != bool(series.on_behalf_of):
        raise Refused(
            _("Papers of a council are signed TM. the council.")
            if series.on_behalf_of
            else _("TM. stands on papers of the Committee and of councils only. Choose KT., TL., TUQ. or no letters.")
        )
    if not posts_of_signer(signer, authority, on).exists():
        raise Refused(
            _("%(name)s holds no post that signs so (%(right)s). Choose another right to sign or another signer.")
            % {"name": signer, "right": authority.label}
        )
    if authority in BY_PAPER and not authority_paper:
        raise Refused(_("Name the paper that authorises the signer: its number and date."))
    if authority == Authority.TM and not post_words:
        raise Refused(_("Write the signer's post in the council, as it stands above the name."))
