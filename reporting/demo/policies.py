"""What people did with the register of policies: a review in every state, with every kind of answer."""

from datetime import date

from accounts.roles import Role
from programme.models import Policy
from programme.services.policies import (
    add_policy,
    add_review,
    answer_review,
    submit_review,
    withdraw_policy,
    withdraw_review,
)
from reporting.demo.copying import at

# (number, year, begun on, found, proposes, proposal, submission, end): end is the answer, or why a draft was given up
REVIEWS = (
    (
        "496/QĐ-UBND", 2022, date(2022, 3, 14),
        "Tiêu chí xét chọn chưa tách nhóm công nghệ thông tin; thang điểm về môi trường còn chung (minh họa).",
        "amend", "Sửa đổi tiêu chí xét chọn tại Đề án: thêm nhóm công nghệ thông tin, chi tiết hóa điểm về môi trường.",
        ("MH-118/TTr-SCT", date(2022, 5, 26)),
        ("accepted", "MH-2022/QĐ-UBND", date(2023, 4, 7), "Chấp thuận sửa đổi tiêu chí (minh họa)."),
    ),
    (
        "4303/QĐ-UBND", 2024, date(2024, 6, 10),
        "Chỉ tiêu tỷ trọng chưa nêu cách tính; số liệu của Thành phố công bố chậm hơn kỳ báo cáo (minh họa).",
        "amend", "Bổ sung cách tính tỷ trọng và cơ quan cung cấp số liệu vào Kế hoạch.",
        ("MH-204/TTr-SCT", date(2024, 7, 2)),
        ("partly", "MH-1877/UBND-KT", date(2024, 8, 20), "Đồng ý nêu cơ quan cung cấp số liệu; cách tính để lại giai đoạn sau (minh họa)."),
    ),
    (
        "2261/QĐ-UBND", 2025, date(2025, 5, 12),
        "Quy hoạch đến năm 2020 đã qua thời hạn nhưng còn được nêu làm căn cứ (minh họa).",
        "repeal", "Thôi dùng làm căn cứ; đề nghị công bố hết hiệu lực.",
        ("MH-151/TTr-SCT", date(2025, 6, 3)),
        ("refused", "MH-2010/UBND-KT", date(2025, 7, 18), "Chờ quy hoạch mới (minh họa)."),
    ),
    (
        "6126/QĐ-UBND", 2026, date(2026, 9, 7),
        "Nội dung hỗ trợ phù hợp, không trùng với chương trình sản phẩm công nghiệp chủ lực (minh họa).",
        "keep", "", ("MH-260/BC-SCT", date(2026, 10, 5)), None,
    ),
    (
        "4303/QĐ-UBND", 2026, date(2026, 10, 12),
        "Kế hoạch đã hết giai đoạn 2021–2025, chưa có văn bản cho giai đoạn 2026–2030 (minh họa).",
        "replace", "Ban hành Kế hoạch giai đoạn 2026–2030 thay thế, kèm chỉ tiêu và kinh phí của giai đoạn mới.",
        ("MH-287/TTr-SCT", date(2026, 11, 2)), None,
    ),
    (
        "2023/QĐ-UBND", 2026, date(2026, 11, 10),
        "Phân công chấm điểm còn theo tên phòng cũ sau sắp xếp bộ máy (minh họa).",
        "amend", "Sửa phụ lục phân công chấm điểm theo tên các phòng hiện nay.", None, None,
    ),
    (
        "6069/QĐ-UBND", 2026, date(2026, 10, 20),
        "Dự kiến rà soát mức chi hội chợ (minh họa).",
        "amend", "Điều chỉnh mức chi hội chợ trong nước.", None, "Chuyển sang rà soát cùng định mức chung của Thành phố",
    ),
)  # fmt: skip


MISTAKEN_ON = date(2026, 11, 9)


def policies_reviewed(stage):
    """reviews of policies in every state, and a document entered by mistake"""
    officer, head = stage.people[Role.OFFICER], stage.people[Role.HEAD]
    for number, year, begun, found, proposes, proposal, paper, end in REVIEWS:
        policy = Policy.objects.listed().get(number=number)
        values = {"year": year, "found": found, "proposes": proposes, "proposal": proposal}
        review = add_review(policy=policy, values=values, by=officer, now=at(begun))
        if paper:
            sent, on = paper
            review = submit_review(review=review, number=sent, on=on, version=1, by=officer, now=at(on, 10))
            if end:
                answer, answered, day, text = end
                answer_review(
                    review=review,
                    answer=answer,
                    number=answered,
                    on=day,
                    text=text,
                    version=2,
                    by=head,
                    now=at(day, 14),
                )
        elif end:
            withdraw_review(review=review, version=1, reason=end, by=officer, now=at(begun, 15))
    wrong = add_policy(
        values={
            "kind": "decision",
            "number": "MH-469/QĐ-UBND",
            "issuer": "Ủy ban nhân dân thành phố Hà Nội",
            "title": "Phê duyệt Đề án (gõ nhầm số, minh họa)",
            "confidence": "K",
            "source": "minh họa",
        },
        by=officer,
        now=at(MISTAKEN_ON),
    )
    withdraw_policy(
        policy=wrong, version=1, reason="Gõ nhầm số văn bản (minh họa)", by=officer, now=at(MISTAKEN_ON, 11)
    )
