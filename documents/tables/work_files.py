"""Columns and filters of the list of work files, and of the register of contents of one; printed as Decree 30/2020, Appendix V,
has them."""

import django_filters
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from documents.models import WorkFile
from documents.models.work_files import kept_for
from screens import tables
from screens.lists import FilterSet, SearchFilter

VOID = "Đã hủy số"  # on a register of the Department, in its language
STATE_KINDS = {WorkFile.State.OPEN: "info", WorkFile.State.CLOSED: "ok"}


class WorkFileTable(tables.Table):
    code = tables.LinkColumn(
        verbose_name=_("Number and symbol of the file"), route="documents:work_file", order_by=("year", "sort_key")
    )
    title = tables.VietnameseColumn(verbose_name=_("Title of the file"), width=60)
    year = tables.LinkColumn(verbose_name=_("Year"), route="documents:work_file", width=8)
    office = tables.VietnameseColumn(verbose_name=_("Office"), accessor="office__name")
    keeper = tables.VietnameseColumn(verbose_name=_("Keeper of the file"), accessor="keeper__full_name")
    retention = tables.TextColumn(
        verbose_name=_("Kept for"),
        fields=("retention_words", "retention_years"),
        compute=lambda record: kept_for(record["retention_words"], record["retention_years"]),
        order_by=("retention_years",),
    )
    items = tables.NumberColumn(verbose_name=_("Papers in it"), accessor="standing_items", orderable=False)
    state = tables.TagColumn(verbose_name=_("State"), choices=dict(WorkFile.State.choices), kinds=STATE_KINDS)
    closed_at = tables.DateColumn(verbose_name=_("Closed on"))
    note = tables.VietnameseColumn(verbose_name=_("Remark"), orderable=False)

    class Meta(tables.Table.Meta):
        shown = ["code", "title", "year", "office", "keeper", "retention", "items", "state"]


class FileListSheet(tables.Table):
    """Danh mục hồ sơ."""

    form_code = tables.CodeColumn(verbose_name=_("Number and symbol of the file"), accessor="code")
    form_title = tables.VietnameseColumn(verbose_name=_("Title of the file"), accessor="title")
    form_retention = tables.VietnameseColumn(verbose_name=_("Kept for"), accessor="retention_words")
    form_keeper = tables.VietnameseColumn(verbose_name=_("Keeper of the file"), accessor="keeper__full_name")
    form_note = tables.VietnameseColumn(verbose_name=_("Remark"), accessor="note")
    form_office = tables.VietnameseColumn(verbose_name=_("Office"), accessor="office__name")


class WorkFileFilter(FilterSet):
    q = SearchFilter(label=_("Number, title or office"))
    year = django_filters.NumberFilter(label=_("Year"))
    state = django_filters.ChoiceFilter(label=_("State"), choices=WorkFile.State.choices, empty_label=_("All"))
    office = django_filters.ModelChoiceFilter(
        label=_("Office"), queryset=Office.objects.order_by("name"), to_field_name="code", empty_label=_("All")
    )

    class Meta:
        model = WorkFile
        fields: list = []


class ContentsTable(tables.Table):
    """Mục lục văn bản trong hồ sơ."""

    symbol = tables.CodeColumn(verbose_name=_("Number and symbol"))
    dated_on = tables.DateColumn(verbose_name=_("Date of the paper"))
    subject = tables.VietnameseColumn(verbose_name=_("Kind and abstract of the content"), width=60)
    author = tables.VietnameseColumn(verbose_name=_("Author"))
    pages = tables.NumberColumn(verbose_name=_("Pages"))
    note = tables.VietnameseColumn(
        verbose_name=_("Remark"),
        fields=("note", "is_void"),
        compute=lambda record: "; ".join(filter(None, (record["is_void"] and VOID, record["note"]))),
        orderable=False,
    )
