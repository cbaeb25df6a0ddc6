"""People and things for tests: plain functions; only what matters in a test is spelled out."""

import itertools
import uuid
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from accounts.models import Office, Post, User
from accounts.roles import Role
from documents.models import StoredFile
from dossiers.models import (
    Component,
    Dossier,
    DossierFile,
    DossierLink,
    FormField,
    Procedure,
    ProcedureStep,
    ProcedureVersion,
    SlipLine,
    SupplementItem,
    SupplementRequest,
)
from dossiers.states import State, move_between
from enterprises.models import (
    Claim,
    Enterprise,
    EnterpriseGroup,
    FigureRevision,
    Membership,
    Product,
    Title,
)
from enterprises.models.figures import MEASURES
from enterprises.services.revisions import note_enterprise, note_title
from reference.tax_codes import check_digit
from screens.text import code_key
from support.models import SupportRecord, SupportRevision

_numbers = itertools.count(1)


def make_user(*roles, email=None, office=None, **fields):
    """A signed-up person holding `roles` by posts from 2020 on; with that of systems, the account of one."""
    number = next(_numbers)
    user = User(
        email=email or f"nguoi{number}@so.example",
        full_name=fields.pop("full_name", f"Nguyễn Văn {number}"),
        password="!",  # nobody signs in with it; tests use force_login
        is_system=Role.SYSTEM in roles,
        **fields,
    )
    user.save()
    for role in set(roles) - {Role.SYSTEM}:
        Post.objects.create(
            user=user,
            office=office or make_office(),
            role=role,
            starts_on=date(2020, 1, 1),
            paper="01/QĐ-SCT",
        )
    return user


def make_office(code=None, **fields):
    number = next(_numbers)
    fields.setdefault("name", f"Phòng {number}")
    fields.setdefault("kind", Office.Kind.OFFICE)
    return Office.objects.create(code=code or f"P{number}", **fields)


def make_officer(**fields):
    return make_user(Role.OFFICER, **fields)


def make_head(**fields):
    return make_user(Role.HEAD, **fields)


def make_deputy_head(**fields):
    return make_user(Role.DEPUTY_HEAD, **fields)


def make_director(**fields):
    return make_user(Role.DIRECTOR, **fields)


def make_administrator(**fields):
    return make_user(Role.ADMINISTRATOR, **fields)


def make_auditor(**fields):
    return make_user(Role.AUDITOR, **fields)


# --- reference ---------------------------------------------------------------------------------


def make_unit(code=None, name="Phường Thử Nghiệm", **fields):
    """A ward in force since 01/07/2025."""
    from reference.models import AdministrativeUnit

    fields.setdefault("kind", "ward")
    fields.setdefault("unit_type", "phuong")
    fields.setdefault("valid_from", date(2025, 7, 1))
    return AdministrativeUnit.objects.create(code=code or f"9{next(_numbers):04d}", name_vi=name, **fields)


def make_industry_code(code="25", classification="VSIC2025", **fields):
    from reference.models import IndustryCode

    fields.setdefault("name_vi", "Sản xuất sản phẩm từ kim loại đúc sẵn")
    fields.setdefault("name_en", "Manufacture of fabricated metal products")
    fields.setdefault("level", 2)
    fields.setdefault("parent_code", "C")
    fields.setdefault("valid_from", date(2018, 8, 20) if classification == "VSIC2018" else date(2025, 11, 15))
    return IndustryCode.objects.create(code=code, classification=classification, **fields)


def _make_item(model, code, name_vi, fields):
    from django.apps import apps

    fields.setdefault("valid_from", date(2020, 1, 1))
    fields.setdefault("confidence", "K")
    return apps.get_model("reference", model).objects.create(
        code=code or f"M{next(_numbers)}", name_vi=name_vi, **fields
    )


def make_product_group(code=None, name="Cơ khí, chế tạo", **fields):
    return _make_item("ProductGroup", code, name, fields)


def make_agency(code=None, name="Sở Thử nghiệm", **fields):
    return _make_item("Agency", code, name, fields)


def make_content_area(code=None, name="Hỗ trợ phát triển khoa học công nghệ", **fields):
    return _make_item("ContentArea", code, name, fields)


def make_support_kind(code=None, name="Công nghệ, thiết bị tiên tiến", **fields):
    return _make_item("SupportKind", code, name, fields)


def make_money_source(code=None, name="Ngân sách thành phố", **fields):
    return _make_item("MoneySource", code, name, fields)


def make_rule(code, value, **fields):
    return _make_item("Rule", code, fields.pop("name_vi", code), {"value": value, **fields})


def make_rate(on=date(2024, 12, 31), vnd_per_unit=25_000, currency="USD", **fields):
    from reference.models import ExchangeRate

    return ExchangeRate.objects.create(currency=currency, on=on, vnd_per_unit=vnd_per_unit, **fields)


def make_day(on, kind="off", **fields):
    from reference.models import CalendarDay

    fields.setdefault("name_vi", "Ngày nghỉ")
    fields.setdefault("basis", "Thông báo thử")
    return CalendarDay.objects.create(on=on, kind=kind, **fields)


# --- notices -----------------------------------------------------------------------------------


def make_telling(thing=None, kind="dossiers.lodged", *, at=None, state="done", **fields):
    """That people were told of `thing`, or are to be told with `state="waiting"`."""
    from notices.models import Telling

    at = at or LONG_AGO
    fields = {"done_at": at if state in ("done", "nobody") else None, **fields}
    return Telling.objects.create(
        kind=kind,
        object_kind=thing._meta.label_lower if thing else "dossiers.dossier",
        object_id=thing.public_id if thing else uuid.uuid4(),
        actor="system:tests",
        told_at=at,
        next_try_at=at,
        state=state,
        **fields,
    )


def make_notice(person, telling=None, *, at=None, **fields):
    """What a person was told, with the row of the portal in the log."""
    from notices.models import Delivery, Notice

    at = at or LONG_AGO
    words = {"subject_vi": "Xác nhận đã nộp hồ sơ", "body_vi": "Đã nộp.", "subject_en": "Lodged", "body_en": "Lodged."}
    notice = Notice.objects.create(
        telling=telling or make_telling(), person=person, at=at, **{"url": "/people/me/", **words, **fields}
    )
    Delivery.objects.create(
        notice=notice, person=person, channel="portal", state="sent", made_at=at, next_try_at=at, sent_at=at
    )
    return notice


def make_delivery(notice, *, state="waiting", channel="email", at=None, **fields):
    """A letter of a notice."""
    from notices.models import Delivery

    at = at or LONG_AGO
    fields = {"sent_at": at if state == "sent" else None, "why": "read" if state == "dropped" else "", **fields}
    return Delivery.objects.create(
        notice=notice, person=notice.person, channel=channel, state=state, made_at=at, next_try_at=at, **fields
    )


def make_reminder(receiver, sender=None, thing=None, *, at=None, **fields):
    from notices.models import Reminder

    thing = thing or make_enterprise()
    return Reminder.objects.create(
        sender=sender or make_officer(),
        receiver=receiver,
        object_kind=thing._meta.label_lower,
        object_id=thing.public_id,
        label=str(thing),
        sent_at=at or LONG_AGO,
        **{"words": "Đề nghị xem lại hồ sơ", **fields},
    )


# --- programme ---------------------------------------------------------------------------------


def make_period(starts_year=2021, ends_year=2025, **fields):
    """A period by decision."""
    from programme.models import Period

    fields.setdefault("code", f"{starts_year}-{ends_year}")
    fields.setdefault("name_vi", f"Giai đoạn {starts_year}–{ends_year}")
    fields.setdefault("state", "in_force")
    if fields["state"] == "in_force":
        fields.setdefault("decision", "Quyết định số 1/QĐ-UBND")
        fields.setdefault("decision_on", date(starts_year - 1, 9, 24))
        fields.setdefault("ceiling_vnd", 200_000_000_000)
    return Period.objects.create(starts_year=starts_year, ends_year=ends_year, **fields)


def make_target(period, indicator_code="output_share", lower=40, upper=50, **fields):
    from programme.models import Target

    fields.setdefault("applies", "by_end")
    fields.setdefault("unit", "percent")
    fields.setdefault("document", "Quyết định số 1/QĐ-UBND")
    return Target.objects.create(period=period, indicator_code=indicator_code, lower=lower, upper=upper, **fields)


def make_published_result(year=2021, **fields):
    from programme.models import PublishedResult

    fields.setdefault("source", "Báo thử")
    return PublishedResult.objects.create(year=year, **fields)


def make_published_figure(award_year=2021, **fields):
    from programme.models import PublishedFigure

    fields.setdefault("measure", "revenue")
    fields.setdefault("unit", "vnd_billion")
    fields.setdefault("value", 40_000)
    fields.setdefault("scope", "unknown")
    fields.setdefault("source", "Báo thử")
    return PublishedFigure.objects.create(award_year=award_year, **fields)


# --- enterprises ------------------------------------------------------------------------------
LONG_AGO = datetime(2021, 1, 4, 2, 0, tzinfo=UTC)


CITY = "Ủy ban nhân dân thành phố Hà Nội"


def make_policy(number="4303/QĐ-UBND", **fields):
    """A document in force, of which no day is known."""
    from programme.models import Policy

    fields.setdefault("kind", "decision")
    fields.setdefault("issuer", CITY)
    fields.setdefault("title", "Kế hoạch thử nghiệm")
    fields.setdefault("confidence", "B")
    fields.setdefault("source", "Báo thử")
    return Policy.objects.create(number=number, **fields)


def make_review(policy=None, year=2024, *, state="draft", **fields):
    """A review of a policy that proposes to amend it."""
    from programme.models import PolicyReview

    fields.setdefault("found", "Mức chi không còn phù hợp")
    fields.setdefault("proposes", "amend")
    fields.setdefault("proposal", "Sửa khoản 2 Điều 3")
    if state in ("submitted", "answered"):
        fields.setdefault("submitted_number", "120/TTr-SCT")
        fields.setdefault("submitted_on", date(2024, 3, 15))
    if state == "answered":
        fields.setdefault("answer", "accepted")
        fields.setdefault("answer_number", "315/UBND-KT")
        fields.setdefault("answered_on", date(2024, 4, 20))
    if state == "withdrawn":
        fields.setdefault("withdrawn_on", date(2024, 4, 20))
        fields.setdefault("withdrawn_reason", "Trùng")
    return PolicyReview.objects.create(policy=policy or make_policy(), year=year, state=state, **fields)


def make_tax_code(number=None):
    """A tax code of ten digits whose check digit is right."""
    while True:
        nine = f"01{(number if number is not None else 5_000_000 + next(_numbers)) % 10_000_000:07d}"
        digit = check_digit(nine)
        if digit:
            return nine + digit
        number = None if number is None else number + 1


def make_enterprise(name=None, *, groups=(), now=LONG_AGO, **fields):
    """An enterprise with its first revision; `groups` are ProductGroups it belongs to since 2021."""
    fields.setdefault("tax_code", make_tax_code())
    enterprise = Enterprise(name=name or f"Công ty TNHH Thử nghiệm {next(_numbers)}", created_at=now, **fields)
    enterprise.set_name_columns()
    enterprise.save()
    for group in groups:
        EnterpriseGroup.objects.create(enterprise=enterprise, group=group, starts_on=date(2021, 1, 1))
    note_enterprise(enterprise, by="system:tests", now=now)
    return enterprise


def make_product(enterprise=None, name=None, *, now=LONG_AGO, **fields):
    product = Product(
        enterprise=enterprise or make_enterprise(), name=name or f"Sản phẩm {next(_numbers)}", created_at=now, **fields
    )
    product.set_name_columns()
    product.save()
    return product


def make_title(product=None, *, round_year=2023, now=None, **fields):
    """A title of the round `round_year`, in force for three years unless told, recorded when it was decided."""
    fields.setdefault("decision_number", f"{next(_numbers)}/QĐ-UBND")
    fields.setdefault("decision_on", date(round_year, 11, 1))
    fields.setdefault("valid_from", fields["decision_on"])
    fields.setdefault("valid_to", date(round_year + 3, 10, 31))
    now = now or datetime(round_year, 12, 1, 2, 0, tzinfo=UTC)
    title = Title(product=product or make_product(), round_year=round_year, created_at=now, **fields)
    title.save()
    note_title(title, by="system:tests", now=now)
    return title


def make_figures(enterprise=None, year=2023, *, state="confirmed", at=None, by=None, confirmed_by=None, **fields):
    """Figures of a year in `state`; `by` declared and sent them, another confirmed or returned them at `at`."""
    at = at or datetime(year + 1, 3, 1, 2, 0, tzinfo=UTC)
    author = by.public_id if by else uuid.uuid4()
    other = confirmed_by.public_id if confirmed_by else uuid.uuid4()
    row = FigureRevision(enterprise=enterprise or make_enterprise(), year=year, state=state, recorded_at=at)
    row.recorded_by = author
    if state != "draft":
        row.declared_by, row.declared_at = author, at
    if state in ("waiting", "confirmed", "returned"):
        row.submitted_by, row.submitted_at = author, at
    if state == "confirmed":
        row.confirmed_by, row.confirmed_at = other, at
    if state == "returned":
        row.returned_by, row.returned_at, row.return_reason = other, at, "Thiếu doanh thu"
    if state == "withdrawn":
        row.superseded_at = at
    if not any(name in fields for name in MEASURES):
        row.output_vnd, row.revenue_vnd, row.labour_insured = 120_000_000_000, 150_000_000_000, 80
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()
    return row


def make_membership(user=None, enterprise=None, role=Role.SIGNATORY, **fields):
    fields.setdefault("starts_on", date(2021, 1, 1))
    return Membership.objects.create(
        user=user or make_user(), enterprise=enterprise or make_enterprise(), role=role, **fields
    )


def make_enterprise_user(enterprise=None, role=Role.SIGNATORY, **fields):
    """A person who acts for `enterprise`."""
    return make_membership(make_user(**fields), enterprise, role).user


def make_claim(enterprise=None, *, state="waiting", at=None, by=None, **fields):
    """A claim of `enterprise` by somebody without an account, or of a tax code that nobody has."""
    at = at or LONG_AGO
    values = {
        "tax_code": enterprise.tax_code if enterprise else make_tax_code(),
        "enterprise_name": enterprise.name if enterprise else "Công ty TNHH Chưa Đăng Ký",
        "full_name": "Nguyễn Văn Yêu Cầu",
        "email": f"yeucau{next(_numbers)}@dn.example",
        "office": "representative",
        "paper_number": "GCN số 1, cấp ngày 01/02/2020",
        "sent_at": at,
        "expires_on": at.date() + timedelta(days=30),
        "state": state,
    }
    if state in ("refused", "expired"):
        values |= {"ended_at": at, "reason": "Thiếu giấy tờ" if state == "refused" else ""}
        values["decided_by"] = (by or make_officer()) if state == "refused" else None
    return Claim.objects.create(**values | {"file": fields.pop("file", None) or make_stored_file(), **fields})


# --- support ----------------------------------------------------------------------------------
def make_support(enterprise=None, activity_code=None, *, delivered_on=date(2024, 5, 20), now=None, **fields):
    """A support record with its first revision, recorded the day after delivery."""
    from reference.models import ContentArea, SupportKind

    now = now or datetime(delivered_on.year, delivered_on.month, delivered_on.day, 2, 0, tzinfo=UTC)
    facts = {
        "activity": "Hội chợ thử nghiệm",
        "activity_code": activity_code or f"HC-{next(_numbers)}",
        "activity_type": "fair",
        "year": delivered_on.year,
        "content_area": ContentArea.objects.first() or make_content_area(),
        "kind": SupportKind.objects.first() or make_support_kind(),
        "what": "Một gian hàng",
        "delivered_on": delivered_on,
        "evidence": "Danh sách kèm theo",
    }
    own = {name: fields.pop(name) for name in ("office", "import_batch", "created_by") if name in fields}
    facts |= fields
    enterprise = enterprise or make_enterprise()
    record = SupportRecord.objects.create(enterprise=enterprise, created_at=now, **facts, **own)
    SupportRevision.objects.create(record=record, enterprise=enterprise, recorded_at=now, **facts)
    return record


# --- procedures --------------------------------------------------------------------------------


def make_procedure(code=None, name="Kiến nghị, tháo gỡ khó khăn, vướng mắc", *, agency=None, **fields):
    procedure = Procedure(
        code=code or f"TT-{next(_numbers)}",
        name_vi=name,
        agency=agency or make_agency(),
        **{"kind": Procedure.Kind.PROGRAMME, **fields},
    )
    procedure.derive()
    procedure.save()
    return procedure


def make_version(procedure=None, *, state="draft", days=(1, 4), valid_from=date(2026, 1, 5), hands=(), **fields):
    """A version with a step for each of `days`, one field and one component, that nothing keeps from coming into force."""
    procedure = procedure or make_procedure()
    version = ProcedureVersion.objects.create(
        procedure=procedure,
        **{
            "number": procedure.versions.count() + 1,
            "legal_basis": "Kế hoạch số 60/KH-UBND",
            "result": "Văn bản trả lời",
            "office": fields.pop("office", None) or make_office(),
            "form_set": "plain",
            "total_days": sum(days) or 1,
            "drafted_at": LONG_AGO,
            "hands": list(hands) or ["system:tests"],
            "answer_days": 20,
            "warn_percent": 50,
            "warn_days": [2, 1],
            **fields,
        },
    )
    for taken in days:
        make_step(version, taken)
    make_field(version)
    make_component(version)
    if state == "issued":
        version.state, version.valid_from = state, valid_from
        version.paper_number, version.paper_on = "1/QĐ-SCT", min(valid_from, date(2026, 1, 5))
        version.put_in_force_at, version.put_in_force_by = LONG_AGO, "system:tests"
        version.save()
    elif state == "discarded":
        version.state, version.discarded_at = state, LONG_AGO
        version.discarded_by, version.discarded_reason = "system:tests", "Không dùng nữa"
        version.save()
    return version


def _place(model, version):
    return model.objects.filter(procedure_version=version).count() + 1


def make_step(version, working_days=1, **fields):
    values = {"position": _place(ProcedureStep, version), "name_vi": "Xử lý", "role": Role.OFFICER, **fields}
    return ProcedureStep.objects.create(procedure_version=version, working_days=working_days, **values)


def make_field(version, code=None, kind="text", **fields):
    code = code or f"truong-{next(_numbers)}"
    values = {"position": _place(FormField, version), "name_vi": "Nội dung kiến nghị", **fields}
    return FormField.objects.create(procedure_version=version, code=code, kind=kind, **values)


def make_component(version, code=None, **fields):
    code = code or f"thanh-phan-{next(_numbers)}"
    values = {"position": _place(Component, version), "name_vi": "Văn bản kiến nghị", **fields}
    return Component.objects.create(
        procedure_version=version, code=code, **{"formats": ["pdf"], "most_megabytes": 10, **values}
    )


# --- dossiers ----------------------------------------------------------------------------------


def make_stored_file(owner=None, name="van-ban.pdf", *, sha256=None, **fields):
    """A row of a file that came in; its bytes are nowhere."""
    values = {"format": "pdf", "content_type": "application/pdf", "size": 1000, "stored_at": LONG_AGO, **fields}
    return StoredFile.objects.create(
        sha256=sha256 or f"{next(_numbers):064x}",
        original_name=name,
        owner=owner.public_id if owner else uuid.uuid4(),
        **values,
    )


def make_dossier(version=None, enterprise=None, *, state="draft", by=None, at=LONG_AGO, code=None, **fields):
    """A dossier with an answer to each text field; lodged or withdrawn when told. `channel="post"`: typed in by `by`."""
    version = version or make_version(state="issued")
    by = by or make_user()
    if fields.get("channel", "online") != "online":
        fields = {"typed_by": by, "arrived_on": at.date(), "applicant_name": "Trần Thị Ký", **fields}
    answers = {field.code: "Thiếu mặt bằng" for field in version.fields.filter(kind="text")}
    enterprise, key = enterprise or make_enterprise(), code_key(fields.get("outside_code"))
    dossier = Dossier.objects.create(
        procedure_version=version,
        enterprise=enterprise,
        started_at=at,
        started_by=by,
        saved_at=at,
        saved_by=by,
        **{"answers": answers, "folded": enterprise.folded, "outside_key": key, **fields},
    )
    if state in ("lodged", "withdrawn"):
        dossier.state, dossier.code = "lodged", code or f"TT-{next(_numbers):06d}"
        dossier.submitted_at, dossier.submitted_by = at, by
        if dossier.channel == "online":
            dossier.applicant, dossier.applicant_name = by, by.full_name
        dossier.folded = f"{dossier.code.lower()} | {enterprise.folded}"
        dossier.save()
    if state == "withdrawn":
        make_slip_line(dossier, "withdrawn", by=by, at=at, note="Nộp nhầm")
    return dossier


def make_slip_line(dossier, target, verb=None, *, by=None, at=None, **fields):
    """The next line of the slip of a lodged dossier, which then stands as the line says; `verb` of the table unless told."""
    last, issued = dossier.slip.order_by("-number").first(), SlipLine.objects.filter(verb="issue")
    move = move_between(State(dossier.state), State(target))
    verb = verb or move.verb
    if verb in ("ask", "answer") and "request" not in fields:
        stage = dossier.state if verb == "ask" else target
        fields["request"] = make_supplement(dossier, stage, state="sent" if verb == "ask" else "answered")
    values = {
        "number": last.number + 1 if last else 1,
        "source": dossier.state,
        "at": at or (last.at if last else dossier.submitted_at),
        "by": by or make_user(),
        "office": dossier.office or (dossier.procedure_version.office if verb == "receive" else None),
        "handler": dossier.handler,
        "starts_on": dossier.starts_on or (date(2026, 1, 5) if verb == "receive" else None),
        "due_on": dossier.due_on or (date(2026, 1, 12) if verb == "receive" else None),
        "note": "Theo hồ sơ",
        "legal_basis": "Kế hoạch số 60/KH-UBND",
        **(
            {"paper_number": f"{1 + issued.count()}/SCT", "paper_on": date(2026, 1, 6), "file": make_stored_file()}
            if verb == "issue"
            else {}
        ),
        **fields,
    }
    line = SlipLine.objects.create(dossier=dossier, verb=verb, target=target, **values)
    dossier.refresh_from_db()
    return line


def make_supplement(dossier, stage=None, *, state="prepared", by=None, at=None, items=1, **fields):
    """A supplement with items; of an answered one that stands open already, that one, answered."""
    at = at or dossier.submitted_at
    request = dossier.supplements.filter(state="sent").first() if state == "answered" else None
    if request is None:
        request = SupplementRequest.objects.create(
            dossier=dossier, number=dossier.supplements.count() + 1, stage=stage or dossier.state, prepared_at=at,
            prepared_by=by or make_user(), **fields,
        )  # fmt: skip
        for position in range(1, items + 1):
            SupplementItem.objects.create(
                request=request,
                position=position,
                wanted=f"Thiếu bản {position}",
                reason="Chưa rõ",
                legal_basis="QĐ 60",
            )
        if state in ("sent", "answered"):
            request.state, request.sent_at, request.sent_by = "sent", at, make_user()
            request.answer_by = request.answer_by or at.date() + timedelta(days=30)
            request.save()
    if state == "answered":
        request.state, request.answered_at, request.answered_by = "answered", at, make_user()
        request.save()
    return request


def make_dossier_file(dossier, component=None, file=None, *, by=None, at=LONG_AGO, **fields):
    return DossierFile.objects.create(
        dossier=dossier,
        component=component or dossier.procedure_version.components.first(),
        file=file or make_stored_file(),
        added_at=at,
        added_by=by or dossier.started_by,
        **fields,
    )


def make_application(dossier, file=None, *, signatures=(), by=None, at=LONG_AGO):
    """A signed application of a draft, as it was verified."""
    return DossierFile.objects.create(
        dossier=dossier, file=file or make_stored_file(), is_application=True, signatures=list(signatures), verified_at=at,
        added_at=at, added_by=by or dossier.started_by,
    )  # fmt: skip


def make_link(dossier, earlier, kind="continues", *, by=None, at=None):
    return DossierLink.objects.create(
        dossier=dossier, earlier=earlier, kind=kind, at=at or earlier.submitted_at, by=by or make_user()
    )


# --- papers that go out ------------------------------------------------------------------------


def make_series(code=None, **fields):
    """A series that the portal numbers."""
    from documents.models import NumberSeries

    fields.setdefault("name_vi", "Thông báo")
    fields.setdefault("numbered_by", "portal")
    fields.setdefault("layout", "named")
    fields.setdefault("heading", "THÔNG BÁO")
    fields.setdefault("superior", "ỦY BAN NHÂN DÂN\nTHÀNH PHỐ HÀ NỘI")
    fields.setdefault("issuer", "SỞ CÔNG THƯƠNG")
    code = code or f"D{next(_numbers)}"
    fields.setdefault("pattern", f"{{number}}/{code}-SCT")
    series = NumberSeries(code=code, **fields)
    series.derive()
    series.save()
    return series


def make_number(series=None, *, office=None, dated_on=None, now=None, number=None, by=None, **values):
    """A number given by the records clerk."""
    from documents.services.numbers import give_number

    now = now or datetime(2026, 11, 27, 2, tzinfo=UTC)
    entry = {"subject": "Về việc thử nghiệm", "signer": "Người ký", "recipients": "", "copies": 1, "note": ""}
    return give_number(
        series=series or make_series(),
        office=office or make_office(),
        dated_on=dated_on or timezone.localdate(now),
        number=number,
        values=entry | values,
        by=by or "system:tests",
        now=now,
    )


def make_paper(*, drafter=None, office=None, series=None, signer=None, **fields):
    """A draft of an officer that the director is to sign."""
    from documents.models import OutgoingPaper

    drafter = drafter or make_officer()
    paper = OutgoingPaper(
        drafter=drafter,
        office=office or drafter.posts.get().office,
        series=series or make_series(),
        signer=signer or make_director(),
        **{
            "authority": "own",
            "subject": "Về việc thử nghiệm",
            "body": "Nội dung thử.",
            "drafted_at": datetime(2026, 11, 27, 2, tzinfo=UTC),
            **fields,
        },
    )
    paper.derive()
    paper.save()
    return paper


def make_result(dossier, **fields):
    """A draft that was begun as the result of a dossier."""
    from dossiers.models import ResultPaper

    drafter = fields.pop("drafter", None) or make_officer()
    paper = make_paper(drafter=drafter, **fields)
    return ResultPaper.objects.create(dossier=dossier, paper=paper, begun_at=paper.drafted_at, begun_by=drafter)


def make_paper_at(state, *, paper=None, clerk=None, head=None, now=None, **fields):
    """A paper that went its way up to a state, each step by somebody whose turn it is."""
    from documents.paper_states import NEXT
    from documents.services import way

    paper = paper or make_paper(**fields)
    now = now or datetime(2026, 11, 27, 3, tzinfo=UTC)
    clerk = clerk or make_user(Role.RECORDS_CLERK)
    by = {"send": paper.drafter, "initial": head or make_head(office=paper.office), "sign": paper.signer}
    while paper.state != state:
        verb = NEXT[paper.state]
        given = {"dated_on": timezone.localdate(now)} if verb == "number" else {}
        paper = way.TAKING[verb](paper=paper, version=paper.version, by=by.get(verb, clerk), now=now, **given)
    assert way.next_verb(paper) == NEXT.get(state)
    return paper


def make_incoming_series(code=None, **fields):
    """A series of numbers of arrival that the portal counts."""
    return make_series(
        code,
        **{"register": "in", "pattern": "{number}", "layout": "", "heading": "", "name_vi": "Văn bản đến", **fields},
    )


def make_incoming(series=None, *, arrived_on=None, number=None, scan=None, found=None, by=None, now=None, **values):
    """A paper that came in, as the records clerk entered it."""
    from documents.services.incoming import enter_incoming

    now = now or datetime(2026, 11, 27, 2, tzinfo=UTC)
    place = next(_numbers)
    entry = {
        "issuer": "UBND Thành phố", "symbol": f"{place}/UBND-KT", "issued_on": timezone.localdate(now), "kind": "Công văn",
        "subject": "Về việc thử nghiệm", "urgency": "normal", "pages": 2, "note": "",
    }  # fmt: skip
    return enter_incoming(
        series=series or make_incoming_series(), arrived_on=arrived_on or timezone.localdate(now), number=number, scan=scan,
        values=entry | values, by=by or "system:tests", now=now, found=found,
    )  # fmt: skip


def pass_on(paper, office, *, by=None, now=None, **given):
    """The paper passed on to an office by the records clerk."""
    from documents.services.incoming import pass_incoming

    now = now or datetime(2026, 11, 27, 2, tzinfo=UTC)
    by = by or make_user(Role.RECORDS_CLERK)
    return pass_incoming(paper=paper, office=office, version=paper.version, by=by, now=now, **given)


def make_work_file(*, keeper=None, code=None, year=2026, now=None, by=None, **values):
    """A work file that its keeper opened for the own office."""
    from documents.services.work_files import open_work_file, retentions

    keeper = keeper or make_officer()
    now = now or datetime(2026, 11, 27, 2, tzinfo=UTC)
    if not retentions(timezone.localdate(now)):
        kept = {"code": "y10", "label_vi": "10 năm", "label_en": "10 years", "years": 10}
        make_rule("work_file_retention", [kept, kept | {"code": "permanent", "label_vi": "Vĩnh viễn", "years": 0}])
    entry = {
        "code": code or f"{next(_numbers)}.QLCN", "title": "Hồ sơ thử nghiệm", "office": keeper.posts.first().office,
        "keeper": keeper, "retention": "y10", "note": "",
    }  # fmt: skip
    return open_work_file(year=year, values=entry | values, by=by or keeper, now=now)


def make_copy_series(code="SY", heading="SAO Y"):
    """The series of a kind of copies, laid once."""
    from documents.models import NumberSeries

    found = NumberSeries.objects.filter(code=code).first()
    return found or make_series(code, pattern=f"{{number}}/{code}-SCT", layout="", heading=heading, name_vi="Bản sao")


def make_copy_at(state, *, original=None, clerk=None, signer=None, now=None, **values):
    """A copy of a paper (an issued one unless told) up to a state, each step by whose turn it is."""
    from documents.copy_states import NEXT_OF_COPY
    from documents.services import copies

    make_copy_series()
    now = now or datetime(2026, 11, 27, 3, tzinfo=UTC)
    clerk = clerk or make_user(Role.RECORDS_CLERK)
    signer = signer or make_user(Role.CHIEF_OF_OFFICE)
    right = {Role.DIRECTOR: "own", Role.DEPUTY_DIRECTOR: "kt"}
    given = {
        "kind": "full", "extract": "", "recipients": "Như trên", "signer": signer,
        "authority": next((right[role] for role in signer.roles if role in right), "tl"), "authority_paper": "",
        "signer_post": "",
    }  # fmt: skip
    copy = copies.prepare_copy(
        original=original or make_paper_at("issued", clerk=clerk), values=given | values, by=clerk, now=now
    )
    while copy.state != state:
        verb = NEXT_OF_COPY[copy.state]
        more = {"dated_on": timezone.localdate(now)} if verb == "number" else {}
        by = signer if verb == "sign" else clerk
        copy = copies.TAKING[verb](copy=copy, version=copy.version, by=by, now=now, **more)
    return copy
