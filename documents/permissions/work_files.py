"""Work files: staff open them for their office, put in what belongs there, and close them."""

from django.utils.translation import gettext_lazy as _

from accounts.access import action, menu, route
from documents.incoming_states import HANDLERS, SEERS

SEE = action("files.see", _("See work files"), roles=SEERS)
KEEP = action("files.keep", _("Open, change and close work files"), roles=HANDLERS)
PUT = action("files.put", _("Put papers into work files and take them out"), roles=HANDLERS)

route("documents:work_file_list", GET=SEE)
route("documents:work_file", GET=SEE)
route("documents:work_file_contents", GET=SEE)
route("documents:open_work_file", GET=KEEP, POST=KEEP)
route("documents:edit_work_file", GET=KEEP, POST=KEEP)
route("documents:close_work_file", GET=KEEP, POST=KEEP)
route("documents:put_into_file", GET=PUT, POST=PUT)
route("documents:take_out_item", GET=PUT, POST=PUT)

menu("work_files", _("Work files"), route="documents:work_file_list", order=81, rooms=("documents",))
