"""Columns of the list of trusted certificates."""

from django.utils.translation import gettext_lazy as _

from screens import tables


class CertificateTable(tables.Table):
    name = tables.LinkColumn(verbose_name=_("Organisation"), route="documents:certificate", width=60)
    expires_on = tables.DateColumn(verbose_name=_("Valid until"))
    added_at = tables.DateTimeColumn(verbose_name=_("Added at"))
    ended_on = tables.DateColumn(verbose_name=_("Trusted no more from"))
    sha256 = tables.CodeColumn(verbose_name=_("Digest (SHA-256)"), orderable=False)

    class Meta(tables.Table.Meta):
        shown = ["name", "expires_on", "added_at", "ended_on"]
