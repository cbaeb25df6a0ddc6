"""Files that come with a form: kept at once, so that they stay attached while the form is refused."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from audit.refusals import Refused
from documents.guard import ENDINGS, PAPERS
from documents.models import StoredFile
from documents.store import owner_of, save_upload


class Attachments:
    """Mixed into a form that names its files in `attachments`: {name: label}.

    Each becomes an upload field `<name>` and a hidden `<name>_kept`; `file_of(name)` gives the StoredFile or None. A form
    begins with a file whose public id is the initial value of `<name>_kept`.
    `allowed` are the formats of the guard that are taken; `user` is a person, or VISITOR who has not signed in.
    """

    attachments: dict = {}
    allowed: tuple = PAPERS
    not_taken: frozenset = frozenset()  # names of files that came and were refused

    def __init__(self, *args, user, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)
        for name, label in self.attachments.items():
            self.fields[name] = forms.FileField(label=label, required=False, help_text=self.kinds_of_files)
            self.fields[f"{name}_kept"] = forms.UUIDField(widget=forms.HiddenInput, required=False)
            kept = self.file_of(name)
            if kept:
                self.fields[name].help_text = _("The file %(name)s is attached. Choose another only to replace it.") % {
                    "name": kept.original_name
                }

    @property
    def kinds_of_files(self):
        if self.allowed == PAPERS:
            return _("PDF, PNG or JPEG.")
        endings = ", ".join(ending for ending, kind in ENDINGS.items() if kind in self.allowed)
        return _("Files %(endings)s, at most %(size)s MB.") % {
            "endings": endings,
            "size": settings.UPLOAD_MEGABYTES,
        }

    def file_of(self, name):
        """The file kept under `name`, if it is this person's own."""
        kept = f"{name}_kept"
        typed = self.data.get(self.add_prefix(kept)) if self.is_bound else self.initial.get(kept)
        try:
            asked = forms.UUIDField(required=False).clean(typed)
        except forms.ValidationError:
            return None
        if not asked:
            return None
        return StoredFile.objects.filter(
            public_id=asked, owner=owner_of(self.user), format__in=self.allowed, is_identity=False
        ).first()


def bind(request, form_class, *, now, prefix="", by=None, most_megabytes=None, **options):
    """The form with what was typed; its files are taken in first, so that a refusal loses none of them."""
    by, data, refusals = by or request.user, request.POST.copy(), {}
    for name in form_class.attachments:
        field = f"{prefix}-{name}" if prefix else name
        upload = request.FILES.get(field)
        if upload:
            try:
                stored = save_upload(upload, by=by, now=now, allow=form_class.allowed, most_megabytes=most_megabytes)
                data[f"{field}_kept"] = str(stored.public_id)
            except Refused as refusal:
                refusals[name] = str(refusal)
    form = form_class(data, user=by, prefix=prefix or None, **options)
    form.not_taken = frozenset(refusals)
    for name, refusal in refusals.items():
        form.add_error(name, refusal)
    return form
