"""Files that offices keep: the figures of a year, and enterprises with their products and titles."""

import re
from datetime import date

from django.db.models import F
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models import User
from audit.refusals import Refused
from documents.cells import personal
from documents.imports import Basis, Column, ImportKind, register
from enterprises.jumps import jump_factor, jumped
from enterprises.models import Enterprise, FigureRevision, FigureYearClosing, Product, Title
from enterprises.models.enterprises import folded_text
from enterprises.models.figures import LIMITS, MEASURES, OPEN_STATES, PEOPLE_MEASURES, USD_MEASURES, State
from enterprises.permissions import IMPORT, IMPORT_FIGURES
from enterprises.services.figures import FIRST_YEAR, require_programme_year
from enterprises.services.importing import (
    figures_still_stand,
    insert_figures,
    insert_registry,
    require_nothing_built_on_figures,
    require_nothing_built_on_registry,
    withdraw_imported_figures,
    withdraw_imported_registry,
)
from enterprises.services.products import BEGINS_EARLY, OTHER_ROUND
from reference.models import AdministrativeUnit, ProductGroup
from reference.services import SizeTable, as_written
from reference.tax_codes import parent_of
from screens.text import clean, fold, short_forms, sort_key

NO_ENTERPRISE = gettext_noop("No enterprise has the tax code %(code)s. Add the enterprise first.")
TWICE = gettext_noop("The enterprise stands in this file already, in row %(row)s.")
NAME_OF_ANOTHER = gettext_noop(
    "The registry calls the enterprise of this tax code “%(name)s”. Make sure that the code is right."
)
CLOSED = gettext_noop("The figures of %(year)s are closed by a decision.")
NO_YEAR = gettext_noop("%(year)s is not a year of figures that can be declared.")
OTHER_YEAR = gettext_noop("The row is of the year %(found)s; this import is for %(year)s.")
NOTHING = gettext_noop("The row has no figure at all. Leave such a row out, or write 0 where there was none.")
FIRST_TAKEN = gettext_noop(
    "Some enterprises stand in several rows. The first is taken, the later ones (in brackets) are not: %(rows)s. If the first is wrong, take it out of the file and send it again."
)
PART = gettext_noop("The revenue from key products is more than the whole revenue.")
INSURED = gettext_noop("The labour with social insurance is more than the average labour of the year.")
PARTS = (("key_product_revenue_vnd", "revenue_vnd", PART), ("labour_insured", "labour_average", INSURED))
REPLACES_DRAFT = gettext_noop("Replaces the draft that %(who)s has not sent yet.")
REPLACES_DECLARED = gettext_noop("Replaces what %(who)s declared and has not sent yet: %(before)s → %(after)s.")
REPLACES_WAITING = gettext_noop("Replaces what %(who)s sent and waits for review: %(before)s → %(after)s.")
EMPTIES = gettext_noop("The cell is empty; the confirmed figure %(before)s would be left out.")
JUMPED = gettext_noop("%(times)s times more or less than the year before: %(before)s → %(after)s.")

ALIASES = {
    "output_vnd": ("Giá trị sản xuất", "GTSX", "GTSXCN", "Giá trị SXCN", "Tổng giá trị sản xuất công nghiệp"),
    "revenue_vnd": ("Doanh thu", "Tổng doanh thu", "DTT", "Doanh thu thuần về bán hàng và cung cấp dịch vụ"),
    "key_product_revenue_vnd": ("Doanh thu SPCNCL", "Doanh thu SPCL", "Doanh thu sản phẩm công nghiệp chủ lực"),
    "export_direct_goods_usd_cents": (
        "Xuất khẩu trực tiếp",
        "XK trực tiếp",
        "Giá trị xuất khẩu",
        "Kim ngạch xuất khẩu",
    ),
    "export_entrusted_goods_usd_cents": ("Xuất khẩu ủy thác", "XK ủy thác"),
    "export_direct_services_usd_cents": ("Xuất khẩu dịch vụ", "Xuất khẩu phần mềm", "XK trực tiếp dịch vụ"),
    "export_entrusted_services_usd_cents": ("XK ủy thác dịch vụ",),
    "labour_average": (
        "LĐ bình quân",
        "Số lao động bình quân",
        "Lao động bình quân năm",
        "Lao động bình quân trong năm",
        "Số lao động",
        "Lao động",
    ),
    "labour_insured": ("Lao động đóng BHXH", "LĐ đóng BHXH", "Lao động có đóng BHXH", "Lao động tham gia BHXH"),
    "capital_vnd": ("Tổng vốn", "Nguồn vốn", "Tổng nguồn vốn cuối năm"),
    "tax_vnd": ("Nộp ngân sách", "Thuế", "Nộp NSNN", "Thuế đã nộp", "Thuế đã nộp NSNN", "Nộp ngân sách nhà nước"),
}


def _type(measure):
    if measure in PEOPLE_MEASURES:
        return "whole"
    return "usd" if measure in USD_MEASURES else "vnd"


def _measure_column(name):
    label = FigureRevision._meta.get_field(name).verbose_name
    return Column(name, capfirst(label), _type(name), aliases=ALIASES[name], most=LIMITS[name])


@register
class FiguresImport(ImportKind):
    code = "figures"
    title = _("Figures of a year")
    action = IMPORT_FIGURES
    asks_year = whole_year = True
    key = "tax_code"
    columns = (
        Column(
            "tax_code", _("Tax code"), "tax_code", aliases=("MST", "Mã số thuế", "Mã số doanh nghiệp"), required=True
        ),
        Column("name", _("Enterprise"), aliases=("Tên doanh nghiệp", "Tên DN", "Tên đơn vị"), most=300),
        Column("year", _("Year"), "year", aliases=("Năm", "Năm số liệu")),
        *(_measure_column(name) for name in MEASURES),
    )
    bases = (
        Basis(
            "scope",
            _("Scope"),
            {
                "whole": (_("whole enterprise"), ("toàn doanh nghiệp", "toàn DN")),
                "key_products": (_("key products only"), ("riêng sản phẩm chủ lực", "riêng SPCNCL")),
            },
            default="whole",
        ),
        Basis(
            "place",
            _("Place"),
            {
                "hanoi": (_("plants in Hà Nội"), ("tại Hà Nội", "trên địa bàn Hà Nội")),
                "whole": (_("all plants"), ("mọi cơ sở", "cả nước", "toàn quốc")),
            },
            default="hanoi",
        ),
        Basis(
            "prices",
            _("Prices"),
            {
                "current": (_("current prices"), ("giá hiện hành", "giá thực tế")),
                "constant": (_("constant prices of 2010"), ("giá so sánh", "giá so sánh 2010")),
            },
            default="current",
        ),
        Basis(
            "accounts",
            _("Financial statements"),
            {
                "separate": (_("separate accounts"), ("BCTC riêng", "báo cáo riêng")),
                "consolidated": (_("consolidated accounts"), ("BCTC hợp nhất", "hợp nhất")),
            },
            default="separate",
        ),
    )
    example = {
        "tax_code": "0199999991",
        "name": "Công ty TNHH Ví dụ",
        "output_vnd": 125_000_000_000,
        "revenue_vnd": 140_000_000_000,
        "export_direct_goods_usd_cents": 1_250_000_00,
        "labour_average": 210,
        "labour_insured": 195,
        "capital_vnd": 90_000_000_000,
        "tax_vnd": 0,
    }
    notes = (
        _("One row for an enterprise. The enterprise must be in the registry already."),
        _("An empty cell means that there is no figure; 0 means that there was none."),
        _("A column that the file lacks leaves what is already declared as it is."),
        _("Imported figures wait for review by another person."),
    )
    staged = {
        "enterprise_id": "bigint",
        "revision": "bigint",
        "replaces": "bigint",
        "unchanged": "boolean",
        "size": "text",
        **dict.fromkeys(MEASURES, "bigint"),
    }
    count_labels = {
        "created": _("newly declared"),
        "corrected": _("declared as a correction"),
        "unchanged": _("unchanged"),
        "withdrawn": _("withdrawn"),
        "restored": _("put back as before the import"),
        "replaced": _("of which replace a draft or figures that waited"),
    }
    tallies = {
        "replaced": _("replace a draft or figures that wait for review"),
        "corrects": _("correct figures that are confirmed"),
    }

    def basis(self, import_):
        chosen = import_.options["bases"]
        basis = {name: chosen[name] for name in ("scope", "place", "prices", "accounts")}
        return basis | {"base_year": 2010 if basis["prices"] == "constant" else None}

    def check_year(self, year, *, now):
        require_programme_year(year, now)

    def prepare(self, import_, *, now):
        year, basis = import_.year, self.basis(import_)
        roots = Enterprise.objects.recorded().annotate(root=Coalesce(F("merged_into_id"), F("pk")))
        enterprises, sectors, names = {}, {}, {}
        columns = ("tax_code", "root", "pk", "size_sector", "name", "short_name")
        for code, root, pk, sector, name, short in roots.values_list(*columns).iterator(chunk_size=5000):
            enterprises[code] = root
            sectors[root] = sector
            if pk == root:
                names[root] = (name, short)
        known = self._known(year, basis)
        return {
            "year": year,
            "closed": year in FigureYearClosing.closed_years(),
            "wrong_year": not FIRST_YEAR <= year <= timezone.localdate(now).year,
            "enterprises": enterprises,
            "names": names,
            "sectors": sectors,
            "sizes": SizeTable.on(date(year, 12, 31)),
            "sized": basis["scope"] == "whole" and basis["prices"] == "current",
            "seen": {},
            "twice": [],
            "before": self._before(year - 1, basis),
            "factor": jump_factor(timezone.localdate(now)),
            **known,
        }

    def _rows(self, year, basis):
        same = {name: value for name, value in basis.items() if value is not None}
        rows = FigureRevision.objects.filter(year=year, **same)
        rows = rows if basis["base_year"] else rows.filter(base_year__isnull=True)
        return rows.annotate(root=Coalesce(F("enterprise__merged_into_id"), F("enterprise_id"))).order_by("pk")

    def _known(self, year, basis):
        """What stands of this year and basis: the last revision number, the open and the confirmed amounts."""
        last, opened, confirmed, holders = {}, {}, {}, {}
        names = ("root", "pk", "revision", "state", "superseded_at", "recorded_by", *MEASURES)
        for root, pk, revision, state, superseded, holder, *values in (
            self._rows(year, basis).values_list(*names).iterator(chunk_size=5000)
        ):
            last[root] = max(last.get(root, 0), revision)
            if superseded is None:
                if state in OPEN_STATES:
                    opened[root] = (pk, state, tuple(values))
                    holders[root] = holder
                elif state == State.CONFIRMED:
                    confirmed[root] = tuple(values)
        people = User.objects.filter(public_id__in=self._rows(year, basis).current().order_by().values("recorded_by"))
        return {
            "last": last,
            "opened": opened,
            "confirmed": confirmed,
            "holders": holders,
            "people": dict(people.values_list("public_id", "full_name")) if opened else {},
        }

    def _before(self, year, basis):
        confirmed = self._rows(year, basis).filter(state=State.CONFIRMED, superseded_at__isnull=True)
        rows = confirmed.values_list("root", *MEASURES).iterator(chunk_size=5000)
        return {root: values for root, *values in rows}

    def check(self, chunk, context):
        roots = list(map(context["enterprises"].get, chunk["tax_code"]))
        self._check_year(chunk, context)
        seen, numbers = context["seen"], chunk.numbers
        for at, root in enumerate(roots):
            if root is None:
                chunk.refuse(at, "tax_code", NO_ENTERPRISE, code=chunk["tax_code"][at])
            elif root in seen:
                chunk.refuse(at, "tax_code", TWICE, row=seen[root])
                context["twice"].append((seen[root], numbers[at]))
            elif at in chunk.refused:
                continue
            else:
                seen[root] = numbers[at]
        chunk.add("enterprise_id", roots)
        self._check_names(chunk, roots, context["names"])
        given = [place for place, name in enumerate(MEASURES) if chunk.has(name)]
        amounts = self._amounts(chunk, roots, context)
        self._compare(chunk, roots, amounts, given, context)
        self._check_amounts(chunk, roots, amounts, given, context)

    def remarks(self, totals, context):
        """Which rows are taken of enterprises that stand in several: nobody but the sender knows which of them is right."""
        twice = context["twice"]
        if not twice:
            return []
        rows = ", ".join(f"{first} ({later})" for first, later in twice[:5]) + ("…" if len(twice) > 5 else "")
        return [(FIRST_TAKEN, {"rows": rows})]

    def check_doubtful(self, chunk, context):
        self._check_year(chunk, context)
        for at, code in enumerate(chunk["tax_code"]):
            if code and code not in context["enterprises"]:
                chunk.refuse(at, "tax_code", NO_ENTERPRISE, code=code)
        for name, whole, sentence in PARTS:
            for at, (part, total) in enumerate(zip(chunk[name], chunk[whole], strict=True)):
                if part is not None and total is not None and part > total:
                    chunk.refuse(at, name, sentence)

    def _check_names(self, chunk, roots, names):
        """A name that is not that of the tax code may stand beside the tax code of another enterprise."""
        if not chunk.has("name"):
            return
        for at, (root, name) in enumerate(zip(roots, chunk["name"], strict=True)):
            known = names.get(root)
            if name and known and name not in known and short_forms(name) not in map(short_forms, known):
                chunk.flag(at, "name", NAME_OF_ANOTHER, name=known[0])

    def _check_year(self, chunk, context):
        year = context["year"]
        if context["wrong_year"] or context["closed"]:
            sentence = CLOSED if context["closed"] else NO_YEAR
            for at in range(len(chunk)):
                chunk.refuse(at, "tax_code", sentence, year=str(year))
        if chunk.has("year"):
            for at, found in enumerate(chunk["year"]):
                if found is not None and int(found) != year:
                    chunk.refuse(at, "year", OTHER_YEAR, found=str(found), year=str(year))

    def _amounts(self, chunk, roots, context):
        """The amounts of each row as tuples; a column that the file lacks keeps what stands."""
        opened, confirmed = context["opened"], context["confirmed"]
        columns = []
        for place, name in enumerate(MEASURES):
            if chunk.has(name):
                columns.append(chunk[name])
                continue
            kept = []
            for root in roots:
                standing = opened.get(root)
                if standing and standing[1] == State.DRAFT:  # nobody has declared what a draft says
                    standing = None
                values = standing[2] if standing else confirmed.get(root)
                kept.append(values[place] if values else None)
            chunk.add(name, kept)
            columns.append(kept)
        return list(zip(*columns, strict=True))

    def _check_amounts(self, chunk, roots, amounts, given, context):
        before, factor = context["before"], context["factor"]
        parts = [(name, sentence, MEASURES.index(name), MEASURES.index(whole)) for name, whole, sentence in PARTS]
        for at, values in enumerate(amounts):
            if all(values[place] is None for place in given):
                chunk.refuse(at, "tax_code", NOTHING)
                continue
            for name, sentence, part_at, whole_at in parts:
                part, total = values[part_at], values[whole_at]
                if part is not None and total is not None and part > total:
                    chunk.refuse(at, name, sentence)
            for name, old, new in zip(MEASURES, before.get(roots[at], ()), values, strict=False):
                if jumped(old, new, factor):
                    said = {"before": {_type(name): old}, "after": {_type(name): new}}
                    chunk.flag(at, name, JUMPED, times=factor, **said)

    def _compare(self, chunk, roots, amounts, given, context):
        last, opened, confirmed = context["last"], context["opened"], context["confirmed"]
        revisions, replaces, unchanged = [], [], []
        for at, (root, values) in enumerate(zip(roots, amounts, strict=True)):
            standing = opened.get(root)
            revisions.append(last.get(root, 0) + 1)
            if standing is None:
                replaces.append(None)
                old = confirmed.get(root)
                unchanged.append(old == values)
                if old is not None and old != values:
                    self._say_corrected(chunk, at, old, values, given)
            else:
                same = standing[2] == values and standing[1] in (State.WAITING, State.DECLARED)
                replaces.append(None if same else standing[0])
                unchanged.append(same)
                if not same and standing[1] != State.RETURNED:
                    self._say_replaced(chunk, at, root, values, context)
        chunk.add("revision", revisions)
        chunk.add("replaces", replaces)
        chunk.add("unchanged", unchanged)
        chunk.add("size", self._sizes(roots, amounts, context))

    def _say_corrected(self, chunk, at, old, values, given):
        """The row corrects what is confirmed; an empty cell would leave the figure out once the correction is confirmed."""
        chunk.tally(at, "corrects")
        for place in given:
            if values[place] is None and old[place] is not None:
                name = MEASURES[place]
                chunk.flag(at, name, EMPTIES, before={_type(name): old[place]})

    def _say_replaced(self, chunk, at, root, values, context):
        """The row takes the place of what somebody prepared or sent: whose it is, and the first amount that changes."""
        _pk, state, old = context["opened"][root]
        who = context["people"].get(context["holders"][root]) or "–"
        chunk.tally(at, "replaced")
        if state == State.DRAFT:  # what a draft says is its holder's alone
            chunk.flag(at, "tax_code", REPLACES_DRAFT, who=who)
            return
        place = next(place for place, amount in enumerate(old) if amount != values[place])
        name, message = MEASURES[place], REPLACES_WAITING if state == State.WAITING else REPLACES_DECLARED
        kind = _type(name)
        chunk.flag(at, name, message, who=who, before={kind: old[place]}, after={kind: values[place]})

    def _sizes(self, roots, amounts, context):
        if not context["sized"]:
            return [""] * len(roots)
        size_of, sectors = context["sizes"].size_of, context["sectors"]
        revenue, labour, capital = (MEASURES.index(n) for n in ("revenue_vnd", "labour_insured", "capital_vnd"))
        return [
            str(
                size_of(
                    labour_insured=values[labour],
                    revenue_vnd=values[revenue],
                    capital_vnd=values[capital],
                    sector_column=sectors.get(root, "industry"),
                )
                or ""
            )
            for root, values in zip(roots, amounts, strict=True)
        ]

    def still_holds(self, staged, import_):
        return figures_still_stand(staged.table, year=import_.year, basis=self.basis(import_))

    def apply(self, staged, import_, *, by, now):
        return insert_figures(
            staged.table, year=import_.year, basis=self.basis(import_), batch=import_.public_id, by=by, now=now
        )

    def require_undoable(self, import_):
        require_nothing_built_on_figures(import_.public_id)
        if import_.year in FigureYearClosing.closed_years():
            raise Refused(now_("The figures of %(year)s are closed.") % {"year": import_.year})

    def undo(self, import_, *, by, now):
        return withdraw_imported_figures(import_.public_id, by=by, now=now)

    def result_url(self, import_):
        return f"{reverse('enterprises:figures_waiting')}?import_batch={import_.public_id}"


# --- enterprises with products and titles -----------------------------------------------------
BEGINS_LATE = gettext_noop("The title would end on %(to)s, before it begins on %(from)s. Look at the decision.")
NO_WARD = gettext_noop("“%(value)s” is no ward or commune of Hà Nội today. Write its name as in the list of 126.")
NO_GROUP = gettext_noop("“%(value)s” is no product group in force: %(known)s. Part several with “;”.")
NO_PRODUCT = gettext_noop("The row names a title but no product.")
INCOMPLETE = gettext_noop("A title needs its round, the decision with its date, and the day from which it is in force.")
FUTURE = gettext_noop("The decision is dated in the future.")
NO_ROUND = gettext_noop("%(year)s is not the year of a round that was held.")
TITLE_TWICE = gettext_noop("The same title stands in row %(row)s of this file.")
NAMESAKE = gettext_noop(
    "The registry has this name already, with the tax code %(code)s. Make sure that it is another one."
)
NAMESAKE_HERE = gettext_noop(
    "Row %(row)s of this file gives the same name another tax code. Make sure that it is another one."
)
OTHER_NAME = gettext_noop("The registry calls this enterprise “%(name)s”; its data stay as they are.")
NO_NAME = gettext_noop("The enterprise is new: give its name.")
OTHER_HERE = gettext_noop("Row %(row)s of this file gives the same tax code another name: “%(name)s”.")
OTHER_DATA_HERE = gettext_noop(
    "Row %(row)s of this file gives the same tax code other data (%(said)s); what that row says is taken."
)
LOST_ZEROS = gettext_noop(
    "The code of the household business may have lost two zeros: %(repaired)s. Write it as text, or enter the business by hand."
)
HOUSEHOLD_CODE = gettext_noop("A tax code of 12 digits is that of a household business.")

# What a row says of its enterprise: taken of the first row of a new one.
OF_AN_ENTERPRISE = ("enterprise_type", "short_name", "name_en", "address", "ward", "phone", "email")

TYPE_WORDS = {
    "llc_one": ("TNHH một thành viên", "TNHH MTV"),
    "llc": ("TNHH", "TNHH hai thành viên trở lên", "công ty TNHH"),
    "joint_stock": ("cổ phần", "CTCP", "công ty CP"),
    "partnership": ("hợp danh",),
    "private": ("DNTN", "doanh nghiệp tư nhân"),
    "cooperative": ("HTX", "hợp tác xã"),
    "household": ("HKD", "hộ kinh doanh"),
    "branch": ("chi nhánh",),
    "other": ("khác",),
}


@register
class RegistryImport(ImportKind):
    code = "enterprises"
    title = _("Enterprises with products and titles")
    action = IMPORT
    key = "tax_code"
    columns = (
        Column(
            "tax_code", _("Tax code"), "tax_code", aliases=("MST", "Mã số thuế", "Mã số doanh nghiệp"), required=True
        ),
        Column("name", _("Enterprise"), aliases=("Tên doanh nghiệp", "Tên DN", "Tên đơn vị"), most=300),
        Column("short_name", _("Short name"), aliases=("Tên tắt",), most=120),
        Column("name_en", _("Name in English"), aliases=("Tên nước ngoài",), most=300),
        Column(
            "enterprise_type",
            _("Type"),
            "choice",
            aliases=("Loại hình doanh nghiệp", "Loại hình DN"),
            choices={code: (label, TYPE_WORDS[code]) for code, label in Enterprise.Type.choices},
        ),
        Column("address", _("Address"), aliases=("Trụ sở", "Địa chỉ trụ sở"), most=400),
        Column("ward", _("Ward or commune"), aliases=("Phường/xã", "Xã, phường", "Phường xã"), most=120),
        Column("phone", _("Telephone"), aliases=("SĐT", "ĐT", "Số điện thoại"), most=30),
        Column("email", _("E-mail"), aliases=("Thư điện tử",), most=200),
        Column("group", _("Product group"), aliases=("Nhóm sản phẩm", "Ngành"), most=600),
        Column("product", _("Product"), aliases=("Tên sản phẩm", "Sản phẩm chủ lực"), most=300),
        Column(
            "kind",
            _("Title"),
            "choice",
            aliases=("Loại danh hiệu",),
            choices={
                "key_product": (_("Key industrial product"), ("SPCNCL", "chủ lực")),
                "top_10": (_("Top 10"), ("TOP10", "tốp 10")),
            },
        ),
        Column("round_year", _("Round"), "year", aliases=("Năm", "Năm công nhận", "Năm xét chọn", "Đợt năm")),
        Column("decision_number", _("Decision"), aliases=("Số quyết định", "Số QĐ"), most=60),
        Column("decision_on", _("Date of the decision"), "date", aliases=("Ngày QĐ", "Ngày ký")),
        Column("valid_from", _("In force from"), "date", aliases=("Từ ngày", "Hiệu lực từ")),
        Column("valid_to", _("In force to"), "date", aliases=("Đến ngày", "Hiệu lực đến")),
    )
    example = {
        "tax_code": "0199999991",
        "name": "Công ty TNHH Ví dụ",
        "enterprise_type": "llc",
        "product": "Máy bơm ví dụ",
        "kind": "key_product",
        "round_year": 2024,
        "decision_number": "01/QĐ-VD",
        "decision_on": "2024-11-20",
        "valid_from": "2024-11-20",
        "valid_to": "2027-11-19",
    }
    notes = (
        _("One row for a title; an enterprise or a product without a title takes a row of its own."),
        _("An enterprise that is in the registry already keeps its data; only products and titles are added."),
        _("Leave the end of a title empty when the decision names none."),
        _(
            "An enterprise of several product groups: write them in one cell parted with “;” (codes also with “,”), such "
            "as “CK; DMDG”. A product in such a row gets no group; give it one on its page."
        ),
    )
    staged = {
        "enterprise_id": "bigint",
        "tax_code": "text",
        "parent_tax_code": "text",
        "name": "text",
        "short_name": "text",
        "name_en": "text",
        "folded": "text",
        "sort_key": "text",
        "name_key": "text",
        "enterprise_type": "text",
        "address": "text",
        "ward_id": "bigint",
        "phone": "text",
        "email": "text",
        "group_id": "bigint",
        "group_codes": "text",
        "new_enterprise": "boolean",
        "product": "text",
        "product_folded": "text",
        "product_sort_key": "text",
        "new_product": "boolean",
        "new_title": "boolean",
        "kind": "text",
        "round_year": "bigint",
        "decision_number": "text",
        "decision_on": "date",
        "valid_from": "date",
        "valid_to": "date",
    }
    count_labels = {
        "enterprises": _("new enterprises"),
        "products": _("new products"),
        "titles": _("new titles"),
        "unchanged": _("rows that were there already"),
        "withdrawn": _("withdrawn"),
    }

    def permitted(self, key, today):
        groups = ProductGroup.objects.in_force(today).ordered() if key == "group" else ()
        return {group.code: as_written(group.code, group.name_vi) for group in groups}

    def prepare(self, import_, *, now):
        today = timezone.localdate(now)
        roots = Enterprise.objects.recorded().annotate(root=Coalesce(F("merged_into_id"), F("pk")))
        wards = AdministrativeUnit.objects.in_force(today).filter(kind=AdministrativeUnit.Kind.WARD)
        groups = list(ProductGroup.objects.in_force(today).values_list("pk", "code", "name_vi", "name_en"))
        return {
            "today": today.isoformat(),
            "year": today.year,
            "enterprises": dict(roots.values_list("tax_code", "root")),
            "names": dict(Enterprise.objects.values_list("pk", "name")),
            "keys": dict(Enterprise.objects.standing().order_by("-pk").values_list("name_key", "tax_code")),
            "new_keys": {},
            "products": set(Product.objects.standing().values_list("enterprise_id", "folded")),
            "titles": set(
                Title.objects.standing().values_list("product__enterprise_id", "product__folded", "kind", "round_year")
            ),
            "wards": _ward_names(wards.values_list("pk", "code", "name_vi")),
            "groups": {fold(word): (pk, code) for pk, code, *names in groups for word in (code, *names) if word},
            "known_groups": "; ".join(sorted(as_written(code, name_vi) for _pk, code, name_vi, *_names in groups)),
            "new": {},
            "new_products": set(),
            "seen_titles": {},
        }

    def check(self, chunk, context):
        roots = list(map(context["enterprises"].get, chunk["tax_code"]))
        chunk.add("enterprise_id", roots)
        chunk.add("ward_id", self._wards(chunk, context))
        chunk.add("phone", map(_with_zero, chunk["phone"]))
        groups = list(self._groups(chunk, context))
        chunk.add("group_id", [next(iter(found)) if len(found) == 1 else None for found in groups])
        chunk.add("group_codes", [",".join(sorted(found.values())) for found in groups])
        self._check_enterprises(chunk, roots, context)
        self._check_titles(chunk, context)
        self._mark_new(chunk, roots, context)

    def check_doubtful(self, chunk, context):
        list(self._wards(chunk, context))
        list(self._groups(chunk, context))
        for at, (code, name) in enumerate(zip(chunk["tax_code"], chunk["name"], strict=True)):
            if code and not name and code not in context["enterprises"] and code not in context["new"]:
                chunk.refuse(at, "name", NO_NAME)
        self._check_days(chunk, context)

    def _wards(self, chunk, context):
        for at, typed in enumerate(chunk["ward"]):
            found = context["wards"].get(_bare_ward(typed)) if typed else None
            if typed and found is None:
                chunk.refuse(at, "ward", NO_WARD, value=typed)
            yield found

    def _groups(self, chunk, context):
        """{key: code} of the groups a row names, however many."""
        known = context["groups"]
        for at, typed in enumerate(chunk["group"]):
            found = {}
            for name in _names_of_groups(typed, known):
                if fold(name) not in known:
                    chunk.refuse(at, "group", NO_GROUP, value=name, known=context["known_groups"])
                    break
                key, code = known[fold(name)]
                found[key] = code
            yield found

    def _check_enterprises(self, chunk, roots, context):
        new, names, numbers = context["new"], context["names"], chunk.numbers
        types = list(chunk["enterprise_type"])
        for at, (root, code, name) in enumerate(zip(roots, chunk["tax_code"], chunk["name"], strict=True)):
            if root is not None:
                if name and fold(name) != fold(names[root]):
                    chunk.flag(at, "name", OTHER_NAME, name=names[root])
                continue
            known = new.get(code)
            told = {key: fold(chunk[key][at]) for key in OF_AN_ENTERPRISE if chunk[key][at]}
            if known is None and not name:
                chunk.refuse(at, "name", NO_NAME)
            elif known is None:
                new[code] = (numbers[at], fold(name), name, told)
            else:
                self._compare_with_first(chunk, at, name, told, known)
            if len(code) == 10 and personal(f"00{code}") and (types[at] or _type_of(code, name or "")) == "household":
                chunk.refuse(at, "tax_code", LOST_ZEROS, repaired=f"00{code}")
            if len(code) == 12 and types[at] not in (None, "household"):
                chunk.refuse(at, "enterprise_type", HOUSEHOLD_CODE)
            types[at] = types[at] or _type_of(code, name or "")
        chunk.add("enterprise_type", [type_ or "other" for type_ in types])

    def _compare_with_first(self, chunk, at, name, told, first):
        """A new enterprise is entered as its first row has it; what a later one says otherwise is pointed out."""
        row, folded, called, said = first
        if name and fold(name) != folded:
            chunk.flag(at, "name", OTHER_HERE, row=row, name=called)
        if other := [key for key, text in told.items() if said.get(key) != text]:
            titles = [str(self.column(key).title) for key in other]
            chunk.flag(at, other[0], OTHER_DATA_HERE, row=row, said=titles)

    def _say_namesake(self, chunk, at, code, key, context):
        """A new enterprise called like another one may be that one under a wrong tax code; a branch may be called so."""
        known, here = context["keys"].get(key), context["new_keys"].setdefault(key, (chunk.numbers[at], code))
        if known:
            if parent_of(known) != (parent_of(code) or code):
                chunk.flag(at, "name", NAMESAKE, code=known)
        elif here[1] != code and parent_of(here[1]) != (parent_of(code) or code):
            chunk.flag(at, "name", NAMESAKE_HERE, row=here[0])

    def _check_titles(self, chunk, context):
        columns = ("round_year", "decision_number", "decision_on", "valid_from", "valid_to", "product")
        for at, (*needed, ends, product) in enumerate(zip(*(chunk[name] for name in columns), strict=True)):
            if not any(needed) and not ends:
                continue
            if not product:
                chunk.refuse(at, "product", NO_PRODUCT)
            for name, value in zip(columns, needed, strict=False):
                if not value:
                    chunk.refuse(at, name, INCOMPLETE)
        self._check_days(chunk, context)

    def _check_days(self, chunk, context):
        columns = ("round_year", "decision_on", "valid_from", "valid_to")
        for at, (year, decided, begins, ends) in enumerate(zip(*(chunk[name] for name in columns), strict=True)):
            if begins and ends and ends < begins:
                chunk.refuse(at, "valid_to", BEGINS_LATE, **{"from": _day(begins), "to": _day(ends)})
            if decided and begins and begins < decided:
                chunk.refuse(at, "valid_from", BEGINS_EARLY, **{"from": _day(begins), "on": _day(decided)})
            if decided and decided > context["today"]:
                chunk.refuse(at, "decision_on", FUTURE)
            elif decided and year and int(decided[:4]) - int(year) not in (0, 1):
                chunk.refuse(at, "decision_on", OTHER_ROUND, year=str(year), on=_day(decided))
            if year and not 2000 <= int(year) <= context["year"]:
                chunk.refuse(at, "round_year", NO_ROUND, year=str(year))

    def _mark_new(self, chunk, roots, context):
        """Which rows make an enterprise, a product, a title; what stands already is left alone."""
        first, made, seen = context["new"], context["new_products"], context["seen_titles"]
        new_enterprise, new_product, new_title = [], [], []
        product_folded, product_sort, folded, sorts, keys = [], [], [], [], []
        kinds = [kind or "key_product" for kind in chunk["kind"]]
        columns = ("tax_code", "name", "short_name", "name_en", "product", "round_year")
        rows = zip(chunk.numbers, roots, kinds, *(chunk[name] for name in columns), strict=True)
        for at, (number, root, kind, code, name, short, english, product, year) in enumerate(rows):
            good = at not in chunk.refused
            if root is None and code in first and first[code][0] == number and not good:
                del first[code]  # the row that would have made the enterprise is wrong; the next one may
            is_new = good and root is None and first.get(code, (None,))[0] == number
            new_enterprise.append(is_new)
            folded.append(folded_text(name, short, english, code) if is_new else None)
            sorts.append(sort_key(name) if is_new else None)
            keys.append(short_forms(name) if is_new else None)
            if is_new:
                self._say_namesake(chunk, at, code, keys[-1], context)
            if not product or not good:
                new_product.append(False)
                new_title.append(False)
                product_folded.append(None)
                product_sort.append(None)
                continue
            key = (root or code, folded_text(clean(product)))
            product_folded.append(key[1])
            product_sort.append(sort_key(product))
            new_product.append(key not in made and (root is None or key not in context["products"]))
            made.add(key)
            title = (*key, kind, year and int(year))
            if year is None or title in context["titles"]:
                new_title.append(False)
            elif title in seen:
                chunk.refuse(at, "round_year", TITLE_TWICE, row=seen[title])
                new_title.append(False)
            else:
                seen[title] = number
                new_title.append(True)
        chunk.add("kind", kinds)
        chunk.add("new_enterprise", new_enterprise)
        chunk.add("new_product", new_product)
        chunk.add("new_title", new_title)
        chunk.add("folded", folded)
        chunk.add("sort_key", sorts)
        chunk.add("name_key", keys)
        chunk.add("product_folded", product_folded)
        chunk.add("product_sort_key", product_sort)
        chunk.add("parent_tax_code", [parent_of(code) for code in chunk["tax_code"]])

    def apply(self, staged, import_, *, by, now):
        return insert_registry(staged.table, batch=import_.public_id, by=by, now=now)

    def require_undoable(self, import_):
        require_nothing_built_on_registry(import_.public_id)

    def undo(self, import_, *, by, now):
        return withdraw_imported_registry(import_.public_id, reason=import_.undo_reason, by=by, now=now)

    def result_url(self, import_):
        return reverse("enterprises:enterprise_list")


def _names_of_groups(typed, known):
    """The names in a cell, parted with “;”; commas part codes, for they stand within names as well."""
    for part in filter(None, map(str.strip, (typed or "").split(";"))):
        codes = [code for code in map(str.strip, part.split(",")) if code]
        apart = fold(part) not in known and all(fold(code) in known for code in codes)
        yield from codes if apart else [part]


def _day(text):
    return f"{date.fromisoformat(text):%d/%m/%Y}"


def _bare_ward(text):
    """The name of a ward without its kind."""
    folded = fold(text)
    for kind in ("phuong ", "xa ", "p. ", "p.", "x. "):
        if folded.startswith(kind):
            return folded.removeprefix(kind).strip()
    return folded


def _ward_names(rows):
    names = {}
    for pk, code, name in rows:
        names[_bare_ward(name)] = pk
        names[code] = pk
    return names


def _with_zero(phone):
    """A telephone number that stood in its cell as a number has lost the 0 that every number of the country begins with."""
    return f"0{phone}" if phone and re.fullmatch(r"[2-9]\d{8,9}", phone) else phone


def _type_of(code, name):
    """The type that the name of an enterprise says."""
    folded = f" {fold(name)} "
    if len(code) == 14 or folded.startswith(" chi nhanh "):
        return "branch"
    if len(code) == 12:
        return "household"
    for words, type_ in (
        ((" mtv ", " mot thanh vien "), "llc_one"),
        ((" tnhh ", " trach nhiem huu han "), "llc"),
        ((" cp ", " co phan ", " ctcp "), "joint_stock"),
        ((" hop danh ",), "partnership"),
        ((" dntn ", " doanh nghiep tu nhan "), "private"),
        ((" htx ", " hop tac xa "), "cooperative"),
        ((" ho kinh doanh ", " hkd "), "household"),
    ):
        if any(word in folded for word in words):
            return type_
    return "other"
