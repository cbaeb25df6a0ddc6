"""Papers that went out: numbers given by the portal and typed in from the document system. All invented, and they say so."""

from datetime import date

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from accounts.roles import Role
from documents.loading import load_series
from documents.models import NumberSeries
from documents.paper_states import ON_THE_WAY, State
from documents.services.numbers import continue_series, end_series, give_number, void_number
from documents.services.papers import discard_paper, draft_paper
from documents.services.trust import add_certificate, end_certificate
from documents.services.way import TAKING, next_verb
from reporting.demo.copying import at

FIRST_ON = date(2026, 1, 5)
DIRECTOR, DEPUTY = "Phạm Văn Minh Họa, Giám đốc", "Hoàng Thị Minh Họa, Phó Giám đốc"
# (series, day, number that the document system gave, subject, signer, recipients)
GIVEN = (
    ("KH", date(2026, 1, 12), None, "Triển khai Chương trình năm 2026", DIRECTOR, "UBND Thành phố\nCác sở, ngành"),
    ("GM", date(2026, 2, 3), None, "Họp triển khai nhiệm vụ quý I năm 2026", DEPUTY, "Các phòng, trung tâm"),
    ("CV", date(2026, 3, 9), 812, "Lấy ý kiến dự thảo kế hoạch năm 2027", DEPUTY, "Sở Tài chính\nCác sở, ngành"),
    ("TB", date(2026, 4, 14), None, "Tiếp nhận đăng ký xét chọn năm 2026", DIRECTOR, "Các doanh nghiệp"),
    ("TB", date(2026, 4, 14), None, "Tiếp nhận đăng ký xét chọn năm 2026", DIRECTOR, "Các doanh nghiệp"),
    ("CV", date(2026, 6, 22), 2046, "Đôn đốc báo cáo số liệu 6 tháng", DEPUTY, "Các doanh nghiệp có sản phẩm"),
    ("BC", date(2026, 7, 10), None, "Kết quả thực hiện 6 tháng đầu năm 2026", DIRECTOR, "UBND Thành phố"),
    ("QD", date(2026, 8, 17), None, "Thành lập đoàn kiểm tra năm 2026", DIRECTOR, "Các thành viên đoàn"),
    ("HDXC-BB", date(2026, 10, 20), None, "Họp Hội đồng đánh giá, xét chọn", DIRECTOR, "Các thành viên Hội đồng"),
    ("TTr", date(2026, 11, 2), None, "Ban hành kế hoạch năm 2027", DIRECTOR, "UBND Thành phố"),
)


def numbers_given(stage):
    """numbers given to papers, one of them void"""
    clerk = stage.people[Role.RECORDS_CLERK]
    office = stage.officer.posts.get().office
    load_series(by="load_series", now=at(FIRST_ON, 7))
    series = {row.code: row for row in NumberSeries.objects.all()}
    continue_series(
        series=series["QD"], year=2026, last_number=63, by=clerk, now=at(FIRST_ON), reason="Các số trước ghi ở sổ giấy"
    )
    given = []
    for code, day, number, subject, signer, recipients in GIVEN:
        values = {
            "subject": f"{subject} (minh họa)", "signer": signer, "recipients": recipients, "copies": 1, "note": "",
        }  # fmt: skip
        given.append(
            give_number(
                series=series[code],
                office=office,
                dated_on=day,
                number=number,
                values=values,
                by=clerk,
                now=at(day, 15),
            )
        )
    copies = series["SL"]
    end_series(
        series=copies, ended_on=date(2026, 11, 2), version=copies.version, by=clerk, now=at(date(2026, 11, 2)),
        reason="Không còn sao lục (minh họa)",
    )  # fmt: skip
    twice = given[4]
    void_number(
        number=twice, version=twice.version, reason="Cấp trùng số 01/TB-SCT", by=clerk, now=at(twice.dated_on, 16)
    )


DRAFTS = (
    (
        "BC",
        "Kết quả thực hiện Chương trình 10 tháng năm 2026 (minh họa)",
        "Ủy ban nhân dân thành phố Hà Nội",
        "",
        "# I. Kết quả thực hiện\nTrong 10 tháng năm 2026, Sở Công Thương đã triển khai các nhiệm vụ theo kế hoạch. Số liệu "
        "dưới đây là minh họa.\nSTT | Nhóm nhiệm vụ | Số lượt doanh nghiệp\n1 | Xúc tiến thương mại, đầu tư | 42\n"
        "2 | Khoa học, công nghệ | 31\n3 | Đào tạo nhân lực | 27\n# II. Nhiệm vụ 2 tháng cuối năm\n"
        "Tiếp tục đôn đốc các đơn vị hoàn thành kế hoạch.",
        "Như trên\nGiám đốc Sở (để báo cáo)",
        "own",
    ),
    (
        "CV",
        "đôn đốc báo cáo số liệu năm 2026 (minh họa)",
        "Các doanh nghiệp có sản phẩm công nghiệp chủ lực",
        "",
        "Để tổng hợp kết quả thực hiện Chương trình, Sở Công Thương đề nghị Quý doanh nghiệp báo cáo số liệu năm 2026.\n"
        "Báo cáo gửi về Sở Công Thương trước ngày 31/12/2026.",
        "Như trên",
        "kt",
    ),
    (
        "QD",
        "Về việc thành lập Tổ giúp việc xét chọn năm 2026 (minh họa)",
        "",
        "Căn cứ chức năng, nhiệm vụ của Sở Công Thương\nTheo đề nghị của Trưởng phòng Quản lý công nghiệp",
        "Điều 1. Thành lập Tổ giúp việc xét chọn năm 2026.\nĐiều 2. Quyết định này có hiệu lực kể từ ngày ký.\n"
        "Điều 3. Chánh Văn phòng, Trưởng phòng Quản lý công nghiệp chịu trách nhiệm thi hành Quyết định này.",
        "Như Điều 3",
        "own",
    ),
)


def papers_on_their_way(stage):
    """papers that go out: in draft, given up, at every step of their way, and issued; a trusted certificate"""
    signers = {"own": stage.director, "kt": stage.people[Role.DEPUTY_DIRECTOR]}
    office = stage.officer.posts.get().office
    day = date(2026, 11, 12)
    for place, (code, subject, to, bases, body, recipients, authority) in enumerate(DRAFTS):
        values = {
            "series": NumberSeries.objects.get(code=code), "office": office, "subject": subject, "addressees": to,
            "bases": bases, "body": body, "recipients": recipients, "signer": signers[authority], "authority": authority,
            "authority_paper": "", "signer_post": "", "due_on": date(2026, 11, 20),
        }  # fmt: skip
        paper = draft_paper(values=values, by=stage.officer, now=at(day, 8 + place))
    discard_paper(paper=paper, version=1, reason="Lập trùng (minh họa)", by=stage.officer, now=at(day, 15))
    for place, state in enumerate((*ON_THE_WAY, State.ISSUED)):
        _walk(stage, state, date(2026, 11, 13), at(date(2026, 11, 13), 9 + place))
    administrator = stage.people[Role.ADMINISTRATOR]
    add_certificate(content=_authority("Tổ chức chứng thực minh họa"), by=administrator, now=at(day, 9))
    ended = add_certificate(content=_authority("Tổ chức chứng thực cũ (minh họa)"), by=administrator, now=at(day, 9))
    end_certificate(
        certificate=ended, version=1, reason="Hết hạn hợp đồng (minh họa)", by=administrator, now=at(day, 10)
    )


def _walk(stage, state, day, now):
    """A notice that went its way up to `state`."""
    code, subject, to, bases, body, recipients, authority = DRAFTS[0]
    values = {
        "series": NumberSeries.objects.get(code=code), "office": stage.officer.posts.get().office, "subject": subject,
        "addressees": to, "bases": bases, "body": body, "recipients": recipients, "signer": stage.director,
        "authority": authority, "authority_paper": "", "signer_post": "", "due_on": date(2026, 11, 18),
    }  # fmt: skip
    paper = draft_paper(values=values, by=stage.officer, now=now)
    clerk = stage.people[Role.RECORDS_CLERK]
    by = {
        "send": stage.officer,
        "initial": stage.head,
        "check": stage.people[Role.CHIEF_OF_OFFICE],
        "sign": stage.director,
    }
    while paper.state != state:
        verb = next_verb(paper)
        given = {"dated_on": day} if verb == "number" else {}
        paper = TAKING[verb](paper=paper, version=paper.version, by=by.get(verb, clerk), now=now, **given)


def _authority(name):
    """The certificate of a certifying organisation that does not exist."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at(FIRST_ON))
        .not_valid_after(at(date(2036, 1, 5)))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)
