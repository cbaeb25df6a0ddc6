"""Numbers of papers that go out: staff and auditors read the register, the records clerk gives and makes void."""

from django.utils.translation import gettext_lazy as _

from accounts.access import action, menu, route
from accounts.roles import READERS, Role

SEE = action("numbers.see", _("See the register of papers that go out"), roles=READERS)
GIVE = action("numbers.give", _("Give numbers to papers"), roles={Role.RECORDS_CLERK})
VOID = action("numbers.void", _("Make a number void"), roles={Role.RECORDS_CLERK, Role.CHIEF_OF_OFFICE})
EDIT = action(
    "numbers.edit_series",
    _("Enter and change series of numbers"),
    roles={Role.RECORDS_CLERK, Role.CHIEF_OF_OFFICE, Role.ADMINISTRATOR},
)

route("documents:number_list", GET=SEE)
route("documents:number", GET=SEE)
route("documents:give_number", GET=GIVE, POST=GIVE)
route("documents:correct_number", GET=GIVE, POST=GIVE)
route("documents:void_number", GET=VOID, POST=VOID)

route("documents:series_list", GET=SEE)
route("documents:series", GET=SEE)
for verb in ("add", "edit", "end", "resume", "continue"):
    route(f"documents:{verb}_series", GET=EDIT, POST=EDIT)

menu("numbers", _("Register of papers"), route="documents:number_list", order=80, rooms=("documents",))
