from django.utils.translation import gettext_lazy as _

from accounts.access import action, route
from accounts.roles import HEADS, READERS

VIEW = action("programme.view", _("See the programme, its targets and what was published"), roles=READERS)
EDIT = action("programme.edit", _("Edit periods, targets and published results"), roles=HEADS)

# periods
route("programme:period_list", GET=VIEW)
route("programme:period", GET=VIEW)
route("programme:add_period", GET=EDIT, POST=EDIT)
route("programme:edit_period", GET=EDIT, POST=EDIT)

# targets
route("programme:target_list", GET=VIEW)
route("programme:target", GET=VIEW)
route("programme:add_target", GET=EDIT, POST=EDIT)
route("programme:edit_target", GET=EDIT, POST=EDIT)
route("programme:withdraw_target", GET=EDIT, POST=EDIT)

# what was published
for thing in ("result", "figure"):
    route(f"programme:{thing}_list", GET=VIEW)
    route(f"programme:{thing}", GET=VIEW)
    route(f"programme:add_{thing}", GET=EDIT, POST=EDIT)
    route(f"programme:edit_{thing}", GET=EDIT, POST=EDIT)
