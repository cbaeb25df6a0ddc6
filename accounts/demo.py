"""Who signs in to a demonstration: one person a role, plainly invented. Never loaded in production."""

from accounts.roles import Role

PASSWORD = "thu-nghiem-ha-noi-2026"  # noqa: S105 - of invented people, shown on the terminal

# (code, name, kind)
OFFICES = (
    ("LD", "Ban Giám đốc Sở", "leadership"),
    ("QLCN", "Phòng Quản lý công nghiệp", "office"),
    ("KHTC", "Phòng Kế hoạch – Tài chính", "office"),
    ("VP", "Văn phòng Sở", "office"),
    ("TTKC", "Trung tâm Khuyến công", "centre"),
    ("KTNN", "Cơ quan kiểm toán", "other"),
    ("HD", "Hội đồng đánh giá, xét chọn", "other"),
)

# (role, office, label on the terminal, invented name, first part of the e-mail address)
ROSTER = (
    (Role.OFFICER, "QLCN", "Chuyên viên Phòng Quản lý công nghiệp", "Nguyễn Thị Mẫu", "chuyenvien"),
    (Role.HEAD, "QLCN", "Trưởng phòng Quản lý công nghiệp", "Trần Văn Mẫu", "truongphong"),
    (Role.DEPUTY_HEAD, "QLCN", "Phó trưởng phòng Quản lý công nghiệp", "Lê Thị Ví Dụ", "photruongphong"),
    (Role.DIRECTOR, "LD", "Giám đốc Sở", "Phạm Văn Minh Họa", "giamdoc"),
    (Role.DEPUTY_DIRECTOR, "LD", "Phó Giám đốc Sở", "Hoàng Thị Minh Họa", "phogiamdoc"),
    (Role.CHIEF_OF_OFFICE, "VP", "Chánh Văn phòng", "Vũ Văn Ví Dụ", "chanhvanphong"),
    (Role.INTAKE, "VP", "Công chức tiếp nhận", "Đặng Thị Thử", "tiepnhan"),
    (Role.RECORDS_CLERK, "VP", "Văn thư", "Bùi Thị Thử", "vanthu"),
    (Role.ACCOUNTANT, "KHTC", "Kế toán", "Đỗ Thị Mẫu", "ketoan"),
    (Role.CHIEF_ACCOUNTANT, "KHTC", "Kế toán trưởng", "Ngô Văn Mẫu", "ketoantruong"),
    (Role.CENTRE_STAFF, "TTKC", "Viên chức Trung tâm Khuyến công", "Dương Văn Thử", "trungtam"),
    (Role.INSPECTOR, "QLCN", "Thành viên đoàn kiểm tra", "Lý Văn Ví Dụ", "kiemtra"),
    (Role.COUNCIL_MEMBER, "HD", "Thành viên Hội đồng", "Mai Thị Minh Họa", "hoidong"),
    (Role.COUNCIL_SECRETARY, "HD", "Thư ký Hội đồng", "Tô Văn Thử", "thuky"),
    (Role.AUDITOR, "KTNN", "Kiểm toán (chỉ xem)", "Cao Thị Ví Dụ", "kiemtoan"),
    (Role.ADMINISTRATOR, "VP", "Quản trị hệ thống", "Đinh Văn Mẫu", "quantri"),
    (Role.SIGNATORY, "", "Người đại diện theo pháp luật của doanh nghiệp", "Trịnh Văn Minh Họa", "daidien"),
    (Role.PREPARER, "", "Người lập hồ sơ của doanh nghiệp", "Phan Thị Minh Họa", "laphoso"),
)


def address_of(local):
    return f"{local}@thunghiem.example"


# What rooms above say beside the sign-ins where a demonstration is started: functions that give lines.
SAID_BESIDE = []

PEOPLE = [(label, address_of(local), PASSWORD) for _role, _office, label, _name, local in ROSTER]
