"""Old Vietnamese encodings that still arrive in spreadsheets. No Django here: the limited reader imports this."""

import unicodedata

UNICODE = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ"
TCVN3_BYTES = bytes.fromhex(
    "b5b8b6b7b9a8bbbebcbdc6a9c7cac8c9cbaeccd0cecfd1aad2d5d3d4d6d7ddd8dcde"
    "dfe3e1e2e4abe5e8e6e7e9aceaedebeceeeff3f1f2f4adf5f8f6f7f9fafdfbfcfea1a2a7a3a4a5a6"
)
TCVN3 = dict(zip(TCVN3_BYTES, UNICODE, strict=True))
TCVN3_SIGNS = frozenset(chr(byte) for byte in TCVN3_BYTES)

# VNI writes the plain letter and then a mark; the two-character forms stand before the single ones.
_VNI_MARKS = {
    "a": {"ø": "à", "ù": "á", "û": "ả", "õ": "ã", "ï": "ạ", "ê": "ă", "è": "ằ", "é": "ắ", "ú": "ẳ", "ü": "ẵ", "ë": "ặ",
          "â": "â", "à": "ầ", "á": "ấ", "å": "ẩ", "ã": "ẫ", "ä": "ậ"},
    "e": {"ø": "è", "ù": "é", "û": "ẻ", "õ": "ẽ", "ï": "ẹ", "â": "ê", "à": "ề", "á": "ế", "å": "ể", "ã": "ễ", "ä": "ệ"},
    "o": {"ø": "ò", "ù": "ó", "û": "ỏ", "õ": "õ", "ï": "ọ", "â": "ô", "à": "ồ", "á": "ố", "å": "ổ", "ã": "ỗ", "ä": "ộ"},
    "ô": {"ø": "ờ", "ù": "ớ", "û": "ở", "õ": "ỡ", "ï": "ợ"},
    "u": {"ø": "ù", "ù": "ú", "û": "ủ", "õ": "ũ", "ï": "ụ"},
    "ö": {"ø": "ừ", "ù": "ứ", "û": "ử", "õ": "ữ", "ï": "ự"},
    "y": {"ø": "ỳ", "ù": "ý", "û": "ỷ", "õ": "ỹ"},
}  # fmt: skip
_VNI_SINGLES = {"ì": "ì", "í": "í", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "ñ": "đ", "ö": "ư", "ô": "ơ"}


def _vni_table():
    table = {}
    for letter, marks in _VNI_MARKS.items():
        for mark, result in marks.items():
            table[letter + mark] = result
            table[letter.upper() + mark.upper()] = result.upper()
            table[letter.upper() + mark] = result.upper()
    for single, result in _VNI_SINGLES.items():
        table[single] = result
        table[single.upper()] = result.upper()
    return table


VNI = _vni_table()
VNI_SIGNS = frozenset("øùûõïñöæ") | frozenset("ØÙÛÕÏÑÖÆ")
VIETNAMESE = frozenset(UNICODE + UNICODE.upper() + "àáãèéêìíòóôõùúýÀÁÃÈÉÊÌÍÒÓÔÕÙÚÝ")


def from_tcvn3(text):
    """Text of a .VnTime cell, whose letters are Latin-1 signs, as Unicode."""
    return "".join(TCVN3.get(ord(sign), sign) if ord(sign) < 256 else sign for sign in text)


def from_vni(text):
    """Text of a VNI-Times cell, where a mark follows its letter, as Unicode."""
    out, index, length = [], 0, len(text)
    while index < length:
        pair = VNI.get(text[index : index + 2]) if index + 1 < length else None
        if pair:
            out.append(pair)
            index += 2
        else:
            out.append(VNI.get(text[index], text[index]))
            index += 1
    return "".join(out)


CONVERSIONS = {"unicode": lambda text: text, "tcvn3": from_tcvn3, "vni": from_vni}


def likeness(text, words):
    """How Vietnamese a text looks: known words found with their marks count most, foreign signs count against."""
    lowered = unicodedata.normalize("NFC", text).lower()
    found = sum(10 for word in words if word in lowered)
    strange = sum(1 for sign in lowered if ord(sign) > 127 and sign not in VIETNAMESE and not "ạ" <= sign <= "ỹ")
    return found - strange


COMMON_WORDS = (
    "doanh", "nghiệp", "mã số", "thuế", "công ty", "giá trị", "sản xuất", "số", "năm", "tên", "địa chỉ", "lao động",
    "xuất khẩu", "đồng", "triệu", "tỷ", "sản phẩm", "hỗ trợ", "đơn vị", "tổng", "cộng", "hoạt động", "thành phố",
)  # fmt: skip


def guess_conversion(sample, words=COMMON_WORDS):
    """Which of the old encodings the text of a file seems to be in: unicode | tcvn3 | vni."""
    signs = set(sample)
    if any(ord(sign) > 0xFF and sign in VIETNAMESE for sign in signs):
        return "unicode"  # neither of the old ones has letters outside Latin-1
    best, best_score = "unicode", likeness(sample, words)
    for name, signature in (("tcvn3", TCVN3_SIGNS), ("vni", VNI_SIGNS)):
        if signs & signature:
            score = likeness(CONVERSIONS[name](sample), words)
            if score > best_score:
                best, best_score = name, score
    return best


def decode(data):
    """Bytes of a .csv as (text, name of the encoding). Raises UnicodeError when it is no text at all."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return unicodedata.normalize("NFC", data.decode("utf-16")), "utf-16"
    if data.startswith(b"\xef\xbb\xbf"):
        return data[3:].decode("utf-8"), "utf-8-bom"
    try:
        text = data.decode("utf-8")
        name = "utf-8"
    except UnicodeDecodeError:
        sample = data[:20_000]
        candidates = {
            "cp1258": unicodedata.normalize("NFC", sample.decode("cp1258", "replace")),
            "tcvn3": from_tcvn3(sample.decode("latin-1")),
            "vni": from_vni(sample.decode("cp1252", "replace")),
        }
        name = max(candidates, key=lambda key: likeness(candidates[key], COMMON_WORDS))
        if name == "cp1258":
            return unicodedata.normalize("NFC", data.decode("cp1258")), name
        if name == "tcvn3":
            return from_tcvn3(data.decode("latin-1")), name
        return from_vni(data.decode("cp1252")), name
    conversion = guess_conversion(text[:20_000])
    if conversion != "unicode":
        return CONVERSIONS[conversion](text), f"utf-8+{conversion}"
    return text, name
