"""Papers that go out: staff draft them for their office; drafts are seen by whoever drafted them and their heads."""

from django.utils.translation import gettext_lazy as _

from accounts.access import action, menu, route
from accounts.models import Post
from accounts.roles import LEADERS, READERS, STAFF, Role

SEE = action("papers.see", _("See papers that go out"), roles=READERS)
DRAFT = action("papers.draft", _("Draft papers that go out"), roles=STAFF - LEADERS - {Role.ADMINISTRATOR})

route("documents:paper_list", GET=SEE)
route("documents:draft_paper", GET=DRAFT, POST=DRAFT)
route("documents:paper", GET=SEE)
route("documents:paper_preview", GET=SEE)
route("documents:paper_page", GET=SEE)
route("documents:paper_pdf", GET=SEE)
route("documents:paper_word", GET=SEE)
route("documents:edit_paper", GET=DRAFT, POST=DRAFT)
route("documents:discard_paper", GET=DRAFT, POST=DRAFT)

menu("papers", _("Papers that go out"), route="documents:paper_list", order=79, rooms=("documents",))


def offices_of(user, on):
    """Offices in which somebody holds a post on the day: papers are drafted for these."""
    return Post.objects.in_force(on).filter(user=user).values("office")
