"""The forms of TT 03/2025/TT-VPCP that a dossier carries: 01 receipt, 02 supplement, 03 refusal, 04 apology, 05 stop, 06 control slip.

Each is one data object, `Slip`: the page that is printed, the PDF and the Word file are made of it. A programme procedure has the same content without the
numbers of the forms. They are printed for the dossier in the language of the Department, Vietnamese.
"""

from collections import Counter
from dataclasses import dataclass, field

from django.utils import timezone, translation
from django.utils.translation import pgettext, pgettext_lazy

from accounts.models import Delegation, Post
from accounts.roles import HEADS, LEADERS
from documents.issuers import head_of
from documents.layout.data import Block, Paper, Signature, table_of
from documents.signatories import lines_by_post
from dossiers.models import SlipLine
from dossiers.permissions.handling import ACTIONS
from dossiers.presenting.dossiers import look_up_address
from dossiers.presenting.procedures import working_days
from dossiers.states import State
from screens import formats
from screens.sheets import MOTTO, NATION, SIGN_HERE

Verb = SlipLine.Verb


@dataclass(frozen=True)
class Slip:
    """What stands on a form: `lines` are (label, text), `table` is (heads, rows), all in words."""

    head: tuple  # the body above the issuer, the issuer
    title: str
    form: str  # "Mẫu số 01 …", empty for a programme procedure
    number: str
    day: object
    lines: list
    paragraphs: list = field(default_factory=list)
    heads: list = field(default_factory=list)
    rows: list = field(default_factory=list)
    code: str = ""  # what its QR code says
    signer: tuple = ()  # the lines above the name
    name: str = ""


FORMS = {
    Verb.RECEIVE: ("01", "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"),
    Verb.ASK: ("02", "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ"),
    Verb.REFUSE: ("03", "Phiếu từ chối tiếp nhận giải quyết hồ sơ"),
    Verb.EXTEND: ("04", "Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết hồ sơ"),
    Verb.STOP: ("05", "Thông báo dừng giải quyết hồ sơ"),
}
APPLICATION = "Đơn đã ký số"
SUPPLEMENTED = "Tài liệu bổ sung theo yêu cầu"
CONTROL = ("06", "Phiếu kiểm soát quá trình giải quyết hồ sơ")
SIGNERS = {  # who signs by what they did; the others are signed by what they are
    Verb.RECEIVE: "Người tiếp nhận hồ sơ",
    Verb.ASK: "Người yêu cầu bổ sung",
    Verb.REFUSE: "Người tiếp nhận hồ sơ",
}
HEAD_OF_UNIT = "Thủ trưởng đơn vị"


def frame_of(slip):
    """What stands around a form, whoever it is for: the bodies, the nation and its motto, place and date."""
    return {
        "above": slip.head[0].splitlines(),
        "office": slip.head[1].splitlines(),
        "nation": NATION,
        "motto": MOTTO,
        "place_and_date": f"Hà Nội, ngày {slip.day:%d} tháng {_month(slip.day)} năm {slip.day:%Y}",
        "sign_here": SIGN_HERE,
    }


def paper_of(slip):
    """The form as a paper that `documents.layout` draws: the same words as on the page that is printed."""
    frame = frame_of(slip)
    table = [slip.heads, *([str(cell) for cell in row] for row in slip.rows)]
    return Paper(
        layout="form",
        superior=slip.head[0],
        issuer=slip.head[1],
        symbol=("", ""),
        number=slip.number,
        dated_on=slip.day,
        heading=slip.title.upper(),
        subject="",
        blocks=(
            *(Block("text", f"{label}: {text}") for label, text in slip.lines),
            *([table_of(table)] if slip.rows else []),
            *(Block("text", text) for text in slip.paragraphs),
        ),
        signature=Signature(tuple(line.upper() for line in slip.signer), slip.name, frame["sign_here"])
        if slip.signer
        else Signature(),
        form_number=slip.form,
        code=slip.code,
    )


def _month(day):
    """January and February with a nought before them, the others as they are (NĐ 30/2020/NĐ-CP)."""
    return f"{day:%m}" if day.month < 3 else str(day.month)


def form_number(version, number):
    """How the form is named on the paper; nothing for a procedure that has the content without the numbers."""
    return numbered(number) if version.form_set == version.FormSet.NUMBERED else ""


def numbered(number):
    return f"Mẫu số {number} – Thông tư số 03/2025/TT-VPCP"


def has_form(line):
    return Verb(line.verb) in FORMS


def title_of(line):
    """What the form of a line is called, in Vietnamese as on the paper; of several requests for supplements which one."""
    title = FORMS[Verb(line.verb)][1]
    return f"{title} (lần {line.request.number})" if line.request else title


def slip_of(line):
    """The Slip that belongs to a line of the control slip; KeyError for a line that has none."""
    number, title = FORMS[Verb(line.verb)]
    dossier = line.dossier
    with translation.override("vi"):
        lines = _who(dossier)
        made = _PARTS[Verb(line.verb)](line, dossier)
        return Slip(
            head=_head(dossier), title=title, form=form_number(dossier.procedure_version, number), number=_number(line),
            day=timezone.localdate(line.at), lines=[*lines, *made.pop("lines", [])], signer=_signer(line),
            name=line.by.full_name, **made,
        )  # fmt: skip


def _head(dossier):
    """The head of the papers that answer dossiers of the procedure: its forms have the same."""
    return head_of(dossier.procedure_version.result_series)


def _number(line):
    """The forms of a dossier are counted one after another, whatever else stands on its slip between them."""
    place = line.dossier.slip.filter(verb__in=list(FORMS), number__lte=line.number).count()
    return f"{line.dossier.code}/{place}"


def _signer(line):
    """The lines above the name: what the person did at the door; else the post by which they decided on that day, a leader's
    before the one in the office that had the dossier, or the right of whoever authorised them. A supplement is asked for by the
    clerk alone until the dossier is received, later by whoever approved it."""
    verb, on = Verb(line.verb), timezone.localdate(line.at)
    if verb in SIGNERS and line.source == State.LODGED:
        return (SIGNERS[verb],)
    own = _deciding_post(line.by, line.office, on)
    if own:
        return lines_by_post(own)
    for given in Delegation.objects.received_by(line.by, on):
        post = _deciding_post(given.giver, line.office, on) if given.action == ACTIONS[verb].code else None
        if post:
            *before, last = lines_by_post(post)
            return (*before, f"TUQ. {last}")
    return (HEAD_OF_UNIT,)


def _deciding_post(person, office, on):
    posts = Post.objects.in_force(on).filter(user=person).select_related("office")
    leading = posts.filter(role__in=[role.value for role in LEADERS]).order_by("-role")
    heading = posts.filter(role__in=[role.value for role in HEADS], office=office).order_by("-role")
    return leading.first() or heading.first()


def _who(dossier):
    return [
        ("Mã hồ sơ", dossier.code),
        ("Thủ tục", dossier.procedure.name_vi),
        ("Doanh nghiệp", dossier.called),
        ("Mã số thuế", dossier.tax_code),
        ("Người nộp hồ sơ", dossier.applicant_words),
    ]


def _lodged(dossier):
    """When it was lodged: paper on the day on which it came, whenever it was typed in; through a system on its day there."""
    at = formats.vn_long_datetime(dossier.submitted_at)
    if dossier.is_online:
        return [("Nộp hồ sơ lúc", at)]
    if not dossier.is_paper:
        there = [("Mã hồ sơ trên hệ thống một cửa", dossier.outside_code)] if dossier.outside_code else []
        there.append(("Ngày nộp trên hệ thống một cửa", formats.vn_date(dossier.arrived_on)))
        return [*there, ("Chuyển đến Cổng lúc", at)]
    return [("Ngày hồ sơ giấy đến", formats.vn_date(dossier.arrived_on)), ("Nhập vào Cổng lúc", at)]


def _received(line, dossier):
    version = dossier.procedure_version
    given = _given(line, dossier)
    address = look_up_address(dossier)
    return {
        "lines": [
            *_lodged(dossier),
            ("Tiếp nhận hồ sơ lúc", formats.vn_long_datetime(line.at)),
            ("Thời gian giải quyết", f"{working_days(version.total_days)}, tính từ ngày làm việc tiếp theo ngày "
             f"{formats.vn_date(line.starts_on)}"),
            ("Ngày hẹn trả kết quả", formats.vn_date(line.due_on)),
        ],
        "heads": ["STT", "Thành phần hồ sơ", "Số tệp"],
        "rows": [[place, name, count] for place, (name, count) in enumerate(given.items(), start=1)],
        "paragraphs": [f"Tra cứu tình trạng hồ sơ, không cần tài khoản, tại địa chỉ: {address}"],
        "code": address,
    }  # fmt: skip


def _given(line, dossier):
    """{what was given until the receipt: how many files}: the components in their order, with what was supplemented for them,
    what else was supplemented, and the application that was signed outside."""
    files = dossier.files.standing().select_related("item__component", "item__request").order_by("pk")
    before = [row for row in files if row.item is None or (row.item.request.answered_at or line.at) <= line.at]
    count = Counter(
        row.component_id or (row.item.component_id or SUPPLEMENTED if row.item else APPLICATION) for row in before
    )
    names = {each.pk: each.name_vi for each in dossier.procedure_version.components.all()}
    ordered = [key for key in names if key in count] + [key for key in count if key not in names]
    return {names.get(key, key): count[key] for key in ordered}


def _asked(line, dossier):
    request = line.request
    return {
        "lines": [
            ("Giai đoạn", request.get_stage_display()),
            ("Lần yêu cầu", str(request.number)),
            *([("Đề nghị bổ sung chậm nhất ngày", formats.vn_date(request.answer_by))] if request.answer_by else []),
        ],
        "heads": ["STT", "Nội dung cần bổ sung, hoàn thiện", "Thành phần", "Lý do", "Căn cứ"],
        "rows": [
            [
                item.position,
                item.wanted,
                item.component.name_vi if item.component else "–",
                item.reason,
                item.legal_basis,
            ]
            for item in request.items.select_related("component")
        ],
        "paragraphs": [request.guidance] if request.guidance else [],
    }


def _grounded(line, dossier):
    return {"lines": [("Lý do", line.note), ("Căn cứ", line.legal_basis)]}


def _stopped(line, dossier):
    given = _grounded(line, dossier)
    given["lines"] = [("Giai đoạn", line.get_source_display()), *given["lines"]]
    return given


def _extended(line, dossier):
    before = line.dossier.slip.promises().filter(number__lt=line.number).order_by("-number").first()
    return {
        "lines": [
            ("Ngày đã hẹn trả kết quả", formats.vn_date(before.due_on)),
            ("Ngày hẹn trả kết quả mới", formats.vn_date(line.due_on)),
            ("Lý do", line.note),
        ],
        "paragraphs": ["Sở Công Thương xin lỗi doanh nghiệp vì chưa trả kết quả đúng hẹn và mong doanh nghiệp thông cảm."],
    }  # fmt: skip


_PARTS = {
    Verb.RECEIVE: _received,
    Verb.ASK: _asked,
    Verb.REFUSE: _grounded,
    Verb.EXTEND: _extended,
    Verb.STOP: _stopped,
}


def control_slip(dossier, lines):
    """Form 06: every line of the slip, who gave the dossier to whom, when, until when."""
    with translation.override("vi"):
        rows = [
            [
                line.number,
                formats.vn_datetime(line.at),
                line.get_verb_display(),
                line.by.full_name,
                _to(line),
                formats.vn_date(_until(line)),
                line.note or "–",
            ]
            for line in lines
        ]
        return Slip(
            head=_head(dossier), title=CONTROL[1], form=form_number(dossier.procedure_version, CONTROL[0]), number=dossier.code,
            day=timezone.localdate(lines[-1].at), lines=_who(dossier),
            heads=["STT", "Thời điểm", "Việc", "Người thực hiện", "Giao cho", "Hạn", "Ghi chú"], rows=rows,
        )  # fmt: skip


def _until(line):
    """Until when whoever has it by this line has it: the enterprise by the day of the request, the Department by the promise."""
    return line.request.answer_by if line.verb == Verb.ASK else line.due_on


# Who has the dossier, or its paper, after a step that leaves it with the same officer on the slip.
DECIDE, APPLICANT, DESK = (
    pgettext_lazy("dossier slip", "Leaders of the Department"),
    pgettext_lazy("dossier slip", "The enterprise"),
    pgettext_lazy("dossier slip", "Intake desk"),
)
GOES_TO = {
    Verb.SUBMIT: DECIDE,
    Verb.ASK: APPLICANT,
    Verb.REFUSE: APPLICANT,
    Verb.NOT_ELIGIBLE: APPLICANT,
    Verb.STOP: APPLICANT,
    Verb.ISSUE: DESK,
    Verb.RETURN: APPLICANT,
    Verb.WITHDRAW: APPLICANT,
}


def _to(line):
    if line.verb in GOES_TO:
        return str(GOES_TO[line.verb])
    who = line.handler.full_name if line.handler else ""
    where = str(line.office) if line.office else pgettext("dossier slip", "Intake desk")
    return f"{who} ({where})" if who else where


SAID = (Verb.RECEIVE, Verb.ASSIGN, Verb.HAND_OVER, Verb.SUBMIT, Verb.SEND_BACK, Verb.APPROVE)


def words_on(lines):
    """The newest line of each act with which somebody wrote something for whoever goes on with the dossier, oldest first."""
    newest = {line.verb: line for line in lines if line.verb in SAID and line.note}
    return sorted(newest.values(), key=lambda line: line.number)
