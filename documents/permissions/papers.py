"""Papers that go out: staff draft them for their office; each step of their way has its own roles."""

from django.utils.translation import gettext_lazy as _

from accounts.access import ANYONE, action, menu, route
from accounts.models import Post
from documents.paper_states import DRAFTERS, SEERS, roles_of

SEE = action("papers.see", _("See papers that go out"), roles=SEERS)
DRAFT = action("papers.draft", _("Draft papers that go out"), roles=DRAFTERS)
STEPS = {
    "send": DRAFT,
    "initial": action("papers.initial", _("Initial papers"), roles=roles_of("initial")),
    "check": action("papers.check", _("Check the form of papers"), roles=roles_of("check")),
    "sign": action("papers.sign", _("Sign papers"), roles=roles_of("sign")),
    "number": action("papers.number", _("Give papers number and date"), roles=roles_of("number")),
    "seal": action("papers.seal", _("Sign papers for the agency"), roles=roles_of("seal")),
    "issue": action("papers.issue", _("Issue papers"), roles=roles_of("issue")),
    "return": action("papers.return", _("Send papers back"), roles=roles_of("return")),
    "stop": action("papers.stop", _("Stop papers that have a number"), roles=roles_of("stop")),
}

route("documents:paper_list", GET=SEE)
route("documents:draft_paper", GET=DRAFT, POST=DRAFT)
route("documents:paper", GET=SEE)
route("documents:paper_preview", GET=SEE)
route("documents:paper_page", GET=SEE)
route("documents:paper_pdf", GET=SEE)
route("documents:paper_word", GET=SEE)
route("documents:paper_signatures", GET=SEE)
route("documents:edit_paper", GET=DRAFT, POST=DRAFT)
route("documents:discard_paper", GET=DRAFT, POST=DRAFT)
for verb, needed in STEPS.items():
    route(f"documents:{verb}_paper", GET=needed, POST=needed)
route("documents:upload_signed", GET=STEPS["sign"], POST=STEPS["sign"])
route("documents:upload_sealed", GET=STEPS["seal"], POST=STEPS["seal"])
route("documents:confirm_paper", GET=ANYONE)

menu("papers", _("Papers that go out"), route="documents:paper_list", order=79, rooms=("documents",))


def offices_of(user, on):
    """Offices in which somebody holds a post on the day: papers are drafted for these."""
    return Post.objects.in_force(on).filter(user=user).values("office")
