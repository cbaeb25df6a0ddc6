"""Invented names, tax codes and identifiers. Nothing here names a real enterprise."""

from hashlib import blake2b

KEY = b"minh hoa"
MARK = "Minh Họa"

WORDS = (
    "Sao Khuê", "Lúa Vàng", "Sông Nhuệ", "Hồ Gươm", "Bằng Lăng", "Hoa Sữa", "Cầu Vồng", "Tre Xanh", "Mây Trắng",
    "Bình Minh", "Hoàng Hôn", "Thép Xanh", "Đồng Đỏ", "Gió Mới", "Sen Hồng", "Trống Đồng", "Ban Mai", "Hạc Giấy",
    "Đá Ong", "Cánh Diều", "Bến Nước", "Chuồn Chuồn", "Lá Bàng", "Mùa Thu", "Đèn Lồng", "Thuyền Nan", "Phượng Vĩ",
    "Rồng Đất", "Vành Khuyên", "Hải Âu",
)  # fmt: skip

FORMS = (
    ("llc", "Công ty TNHH", "TNHH"),
    ("joint_stock", "Công ty cổ phần", "CP"),
    ("llc_one", "Công ty TNHH MTV", "TNHH MTV"),
    ("joint_stock", "Công ty CP sản xuất và thương mại", "CP"),
)

STREETS = ("đường Ví Dụ", "đường Minh Họa", "phố Thử Nghiệm", "lô CN Ví Dụ, cụm công nghiệp Minh Họa")


_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


def identifier(kind, *parts):
    """The same public id for the same thing every time, as 32 hexadecimal digits."""
    return blake2b(":".join((kind, *map(str, parts))).encode(), digest_size=16, key=KEY).hexdigest()


def tax_codes():
    """Ten-digit codes with a right check digit, in a range of numbers that was never given out (019…)."""
    for sequence in range(9_000_001, 10_000_000):
        digits = f"01{sequence:07d}"
        check = 10 - sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True)) % 11
        if check < 10:
            yield f"{digits}{check}"


def enterprise_name(number, rng):
    """(type, full name, short name)."""
    kind, form, short = rng.choice(FORMS)
    words = WORDS[number % len(WORDS)]
    return kind, f"{form} {MARK} {words} {number:03d}", f"{short} {words} {number:03d}"
