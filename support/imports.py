"""Lists of support that offices keep: each row becomes a support record, or is refused with its reason."""

import uuid
from datetime import date

from django.db import connection
from django.db.models import F
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models import Post
from audit.context import current_source
from audit.events import actor_name
from audit.refusals import Refused
from documents.imports import Column, ImportKind, register
from enterprises.models import Enterprise
from reference.models import Agency, ContentArea, MoneySource, SupportKind
from reference.services import as_written
from screens.text import fold
from support.activity_codes import activity_code, doubts_of, likenesses
from support.models import GREATEST_AMOUNT, ActivityType, SupportRecord, SupportRevision
from support.permissions import IMPORT
from support.services import FIRST_YEAR, withdraw_imported
from support.turns import turn_rule

TYPE_WORDS = {
    "fair": ("hội chợ", "triển lãm"),
    "mission": ("đoàn xúc tiến", "xúc tiến thương mại", "xúc tiến đầu tư"),
    "matching": ("giao thương", "kết nối"),
    "course": ("đào tạo", "tập huấn", "lớp"),
    "consulting": ("tư vấn",),
    "equipment": ("máy móc thiết bị", "công nghệ", "thiết bị"),
    "quality": ("chứng nhận", "hệ thống quản lý"),
    "honour": ("tôn vinh", "khen thưởng"),
    "media": ("truyền thông", "biểu trưng", "logo"),
    "ceremony": ("lễ", "hội nghị"),
    "petition": ("kiến nghị", "tháo gỡ khó khăn"),
    "other": ("khác",),
}
NO_ENTERPRISE = gettext_noop("No enterprise has the tax code %(code)s. Add the enterprise first.")
UNKNOWN = gettext_noop("“%(value)s” is not one of the names or codes in use: %(known)s.")
FUTURE = gettext_noop("The day of delivery lies in the future. Record support after it was given.")
TOO_EARLY = gettext_noop("The programme began in %(year)s; look at the dates again.")
BACKWARDS = gettext_noop("The activity starts after it was delivered. Look at the two dates again.")
NO_SOURCE = gettext_noop("Say where the money came from, or leave the amount empty.")
TWICE = gettext_noop("The same support stands in row %(row)s of this file.")
THERE = gettext_noop("The same support is already recorded.")
CODE_OF_ANOTHER_HERE = gettext_noop(
    "Row %(row)s of this file gives the activity code %(code)s to “%(name)s”. Under one code the turn of an enterprise is counted once."
)
CODE_OF_ANOTHER_YEAR_HERE = gettext_noop(
    "Row %(row)s of this file gives the activity code %(code)s for %(year)s. Under one code the turn of an enterprise is counted once, not once a year."
)


@register
class SupportImport(ImportKind):
    code = "support"
    title = _("Support given to enterprises")
    action = IMPORT
    key = "tax_code"
    columns = (
        Column(
            "tax_code", _("Tax code"), "tax_code", aliases=("MST", "Mã số thuế", "Mã số doanh nghiệp"), required=True
        ),
        Column("name", _("Enterprise"), aliases=("Tên doanh nghiệp", "Tên DN"), most=300),
        Column("activity", _("Activity"), aliases=("Tên hoạt động", "Sự kiện"), required=True, most=300),
        Column("activity_code", _("Activity code"), aliases=("Mã HĐ", "Mã sự kiện"), required=True, most=60),
        Column(
            "activity_type",
            _("Type of activity"),
            "choice",
            aliases=("Loại",),
            choices={code: (label, TYPE_WORDS[code]) for code, label in ActivityType.choices},
        ),
        Column("content_area", _("Content area"), aliases=("Nội dung chương trình",), required=True, most=300),
        Column("kind", _("Kind of support"), aliases=("Hình thức",), required=True, most=300),
        Column(
            "what", _("What was delivered"), aliases=("Nội dung hỗ trợ", "Hạng mục hỗ trợ"), required=True, most=500
        ),
        Column("started_on", _("Started on"), "date", aliases=("Từ ngày",)),
        Column("delivered_on", _("Delivered on"), "date", aliases=("Đến ngày", "Ngày", "Thời gian"), required=True),
        Column(
            "amount_vnd",
            _("Amount"),
            "vnd",
            aliases=("Kinh phí", "Kinh phí hỗ trợ", "Thành tiền"),
            most=GREATEST_AMOUNT,
        ),
        Column("money_source", _("Source of money"), aliases=("Nguồn", "Nguồn vốn"), most=300),
        Column("agency", _("Agency that gave it"), aliases=("Đơn vị hỗ trợ", "Cơ quan khác"), most=300),
        Column("evidence", _("Evidence"), aliases=("Căn cứ", "Hồ sơ", "Số quyết định"), required=True, most=500),
    )
    example = {
        "tax_code": "0199999991",
        "name": "Công ty TNHH Ví dụ",
        "activity": "Hội chợ hàng công nghiệp chủ lực",
        "activity_code": "HC-2026-01",
        "activity_type": "fair",
        "content_area": "2",
        "kind": "promotion",
        "what": "Gian hàng tiêu chuẩn 9 m²",
        "delivered_on": "2026-05-20",
        "amount_vnd": 45_000_000,
        "money_source": "city_budget",
        "evidence": "Quyết định số 12/QĐ-VD ngày 01/5/2026",
    }
    notes = (
        _("One row for what one enterprise was given in one activity."),
        _("Give every enterprise in the same activity the same activity code: the turns are counted by it."),
        _("Name an agency only when another agency gave the support."),
        _("Content area, kind of support, source of money and agency: the code or the full name."),
    )
    staged = {
        "public_id": "uuid",
        "event_id": "uuid",
        "enterprise_id": "bigint",
        "activity": "text",
        "activity_code": "text",
        "activity_type": "text",
        "year": "bigint",
        "content_area_id": "bigint",
        "kind_id": "bigint",
        "what": "text",
        "started_on": "date",
        "delivered_on": "date",
        "amount_vnd": "bigint",
        "money_source_id": "bigint",
        "by_programme": "boolean",
        "agency_id": "bigint",
        "evidence": "text",
    }
    count_labels = {"created": _("recorded"), "withdrawn": _("withdrawn")}

    def permitted(self, key, today):
        model = {"content_area": ContentArea, "kind": SupportKind, "money_source": MoneySource}.get(key)
        return {item.code: item.name for item in model.objects.in_force(today).ordered()} if model else {}

    def prepare(self, import_, *, now):
        today = timezone.localdate(now)
        roots = Enterprise.objects.recorded().annotate(root=Coalesce(F("merged_into_id"), F("pk")))
        standing = SupportRecord.objects.standing().values_list(
            "enterprise_id", "activity_code", "kind_id", "content_area_id", "delivered_on", "what"
        )
        return {
            "today": today.isoformat(),
            "rule": turn_rule(today),
            "enterprises": dict(roots.values_list("tax_code", "root")),
            "content_area": _known(ContentArea, today),
            "kind": _known(SupportKind, today),
            "money_source": _known(MoneySource, today),
            "agency": _known(Agency, today),
            "there": {(*row[:4], row[4].isoformat(), row[5]) for row in standing.iterator(chunk_size=5000)},
            "seen": {},
            "activities": (recorded := SupportRecord.objects.standing().activities()),
            "activities_here": {},
            "codes_like": {like: code for code in recorded for like in likenesses(code)},
        }

    def check(self, chunk, context):
        enterprises = [context["enterprises"].get(code) for code in chunk["tax_code"]]
        for at, found in enumerate(enterprises):
            if found is None:
                chunk.refuse(at, "tax_code", NO_ENTERPRISE, code=chunk["tax_code"][at])
        chunk.add("enterprise_id", enterprises)
        for name in ("content_area", "kind", "money_source", "agency"):
            chunk.add(f"{name}_id", self._looked_up(chunk, name, context[name]))
        chunk.add("activity_code", map(activity_code, chunk["activity_code"]))
        chunk.add("by_programme", [agency is None for agency in chunk["agency"]])
        said_types = list(chunk["activity_type"])
        chunk.add("activity_type", [type_ or ActivityType.OTHER.value for type_ in chunk["activity_type"]])
        self._check_dates(chunk, context)
        for at, (amount, source) in enumerate(zip(chunk["amount_vnd"], chunk["money_source"], strict=True)):
            if amount is not None and not source:
                chunk.refuse(at, "money_source", NO_SOURCE)
        self._check_doubles(chunk, context)
        self._compare_activities(chunk, said_types, context)
        chunk.add("public_id", [str(uuid.uuid4()) for _row in chunk.numbers])
        chunk.add("event_id", [str(uuid.uuid4()) for _row in chunk.numbers])

    def check_doubtful(self, chunk, context):
        for at, code in enumerate(chunk["tax_code"]):
            if code and code not in context["enterprises"]:
                chunk.refuse(at, "tax_code", NO_ENTERPRISE, code=code)
        for name in ("content_area", "kind", "money_source", "agency"):
            list(self._looked_up(chunk, name, context[name]))
        self._check_dates(chunk, context)

    def _looked_up(self, chunk, name, known):
        for at, typed in enumerate(chunk[name]):
            found = known["keys"].get(fold(typed)) if typed else None
            if typed and found is None:
                chunk.refuse(at, name, UNKNOWN, value=typed, known=known["shown"])
            yield found

    def _check_dates(self, chunk, context):
        rule, years = context["rule"], []
        for at, (started, delivered) in enumerate(zip(chunk["started_on"], chunk["delivered_on"], strict=True)):
            year = None
            if delivered and delivered > context["today"]:
                chunk.refuse(at, "delivered_on", FUTURE)
            elif started and delivered and started > delivered:
                chunk.refuse(at, "started_on", BACKWARDS)
            elif (started or delivered) and int((started or delivered)[:4]) < FIRST_YEAR:
                chunk.refuse(at, "started_on" if started else "delivered_on", TOO_EARLY, year=FIRST_YEAR)
            elif delivered:
                year = rule.year_for(started and date.fromisoformat(started), date.fromisoformat(delivered))
            years.append(year)
        chunk.add("year", years)

    def _check_doubles(self, chunk, context):
        seen, there = context["seen"], context["there"]
        columns = ("enterprise_id", "activity_code", "kind_id", "content_area_id", "delivered_on", "what")
        for at, key in enumerate(zip(*(chunk[name] for name in columns), strict=True)):
            if at in chunk.refused:
                continue
            if key in there:
                chunk.refuse(at, "what", THERE)
            elif key in seen:
                chunk.refuse(at, "what", TWICE, row=seen[key])
            else:
                seen[key] = chunk.numbers[at]

    def _compare_activities(self, chunk, said, context):
        """Turns are counted by the code: one code for two activities, or for two years, would hide turns."""
        counted_once, here = context["rule"].once == "activity", context["activities_here"]
        columns = ("activity_code", "activity", "year")
        for at, (code, name, year) in enumerate(zip(*(chunk[column] for column in columns), strict=True)):
            if at in chunk.refused:
                continue
            names, likely = context["activities"].get(code, {}), _likely(code, context["codes_like"])
            row, first, first_year = here.setdefault(code, (chunk.numbers[at], name, year))
            doubts = list(doubts_of(code, name, year, said[at], names=names, likely=likely, counted_once=counted_once))
            for sentence, values in doubts:
                chunk.flag(at, "activity_code", sentence, **values)
            if doubts:
                continue
            if fold(name) != fold(first):
                chunk.flag(at, "activity_code", CODE_OF_ANOTHER_HERE, row=row, code=code, name=first)
            elif counted_once and not names and year != first_year:
                chunk.flag(at, "activity_code", CODE_OF_ANOTHER_YEAR_HERE, row=row, code=code, year=first_year)

    def apply(self, staged, import_, *, by, now):
        names = [name for name in self.staged if name not in ("public_id", "event_id", "enterprise_id")]
        listed, office = ", ".join(names), _office_of(by, now)
        record, revision = SupportRecord._meta.db_table, SupportRevision._meta.db_table
        moment, person, batch = _moment(now), _uuid(by.public_id), _uuid(import_.public_id)
        where = current_source()
        source = f"{where.name}:{where.request_id}" if where.request_id else where.name
        # what is put into the statements are names of our own tables and columns
        statements = (
            (
                f"INSERT INTO {record} (public_id, version, enterprise_id, office_id, withdrawn, withdrawn_reason, "  # noqa: S608
                f"created_at, created_by, import_batch, {listed}) "
                f"SELECT public_id, 1, enterprise_id, %s, %s, '', %s, %s, %s, {listed} "
                f"FROM {staged.table} ORDER BY row_number",
                [office, False, moment, person, batch],
            ),
            (
                f"INSERT INTO {revision} (record_id, enterprise_id, revision, recorded_at, recorded_by, {listed}) "  # noqa: S608
                f"SELECT id, enterprise_id, 1, %s, %s, {listed} FROM {record} WHERE import_batch = %s ORDER BY id",
                [moment, person, batch],
            ),
            (
                "INSERT INTO audit_event (public_id, at, kind, actor, object_kind, object_id, source, body) "  # noqa: S608
                "SELECT event_id, %s, 'support imported', %s, 'support.supportrecord', public_id, %s, "
                f"%s || row_number || '}}}}' FROM {staged.table} ORDER BY row_number",
                [moment, actor_name(by), source, f'{{"facts":{{"import":"{import_.public_id}","row":'],
            ),
            (
                "INSERT INTO audit_pendingevent (event_id) SELECT e.id FROM audit_event e "  # noqa: S608
                f"JOIN {staged.table} t ON e.public_id = t.event_id ORDER BY e.id",
                [],
            ),
        )
        with connection.cursor() as cursor:
            for statement, values in statements:
                cursor.execute(statement, values)
        return {"created": staged.count}

    def require_undoable(self, import_):
        made = SupportRecord.objects.filter(import_batch=import_.public_id)
        changed = made.filter(version__gt=1).select_related("enterprise").first()
        if changed:
            raise Refused(
                _now(
                    "The record of %(enterprise)s (%(activity)s) was corrected or withdrawn since. Undo nothing, or withdraw single records."
                )
                % {"enterprise": changed.enterprise, "activity": changed.activity_code}
            )

    def undo(self, import_, *, by, now):
        made = SupportRecord.objects.filter(import_batch=import_.public_id)
        return {"withdrawn": withdraw_imported(made, by=by, now=now, reason=import_.undo_reason)}

    def result_url(self, import_):
        return f"{reverse('support:support_list')}?import_batch={import_.public_id}"


def _known(model, today):
    """Codes and names in force, folded, with their key; and what to name of them in a refusal."""
    keys, known = {}, []
    for key, code, name_vi, name_en in model.objects.in_force(today).values_list("pk", "code", "name_vi", "name_en"):
        keys |= {fold(word): key for word in (code, name_vi, name_en) if word}
        known.append(as_written(code, name_vi))
    return {"keys": keys, "shown": "; ".join(sorted(known)[:12])}


def _likely(code, known):
    """The code met first that this one is much like, or itself; `known` is {likeness: code} of those met so far."""
    met = [known.setdefault(like, code) for like in sorted(likenesses(code))]
    return next((other for other in met if other != code), code)


def _office_of(by, now):
    posts = Post.objects.filter(user=by).in_force(timezone.localdate(now)).order_by("starts_on", "pk")
    return posts.values_list("office_id", flat=True).first()


def _moment(now):
    return connection.ops.adapt_datetimefield_value(now)


def _uuid(value):
    return value.hex if connection.vendor == "sqlite" else str(value)
