"""Whole amounts in Vietnamese words, as administrative and accounting papers of the north write them.

“Linh” before a lone unit (một trăm linh năm), “mốt”, “tư” and “lăm” after “mươi”, only “lăm” after “mười”; “không trăm”
where a group within the number lacks its hundreds (một nghìn không trăm linh năm), “nghìn”, “triệu”, “tỷ”; a group of
zeros is not read; beyond 999 tỷ the count of tỷ is itself read (hai trăm nghìn tỷ, một triệu tỷ). Papers are Vietnamese
whatever the language of the page, so nothing here is translated.
"""

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
AFTER_MUOI = {5: "lăm"}  # mười một, mười bốn, mười lăm
AFTER_TENS = {1: "mốt", 4: "tư", 5: "lăm"}  # hai mươi mốt, hai mươi tư, hai mươi lăm
GROUPS = ("triệu", "nghìn", "")
BILLION = 10**9


def number_in_words(number):
    """mười lăm; một nghìn không trăm linh năm; âm hai mươi mốt. For whole numbers only."""
    if isinstance(number, bool) or not isinstance(number, int):
        raise TypeError("only whole numbers are written in words")
    if number == 0:
        return DIGITS[0]
    words = _words_of(abs(number), is_first=True)
    return " ".join(["âm", *words] if number < 0 else words)


def amount_in_words(vnd, *, capital=False, exact="chẵn"):
    """Hai trăm tỷ đồng chẵn. A negative amount, of a reversal, begins with “âm”.

    `exact` ends an amount of whole thousands, so that nothing can be written behind it; leave it empty where the
    sentence goes on. Nothing (không đồng) has no such end. `capital` begins with a capital letter.
    """
    end = f" {exact}" if exact and vnd and vnd % 1000 == 0 else ""
    words = f"{number_in_words(vnd)} đồng{end}"
    return words[0].upper() + words[1:] if capital else words


def _words_of(number, *, is_first):
    """The words of a number above 0. What stands after other words, and is not first, says its missing hundreds."""
    billions, rest = divmod(number, BILLION)
    words = []
    if billions:
        words = [*_words_of(billions, is_first=is_first), "tỷ"]
        is_first = False
    for group, name in zip((rest // 10**6, rest // 1000 % 1000, rest % 1000), GROUPS, strict=True):
        if group:
            words += _group(group, is_first=is_first)
            words += [name] if name else []
            is_first = False
    return words


def _group(number, *, is_first):
    """The words of 1 to 999."""
    hundreds, tens, units = number // 100, number // 10 % 10, number % 10
    words = [] if is_first and not hundreds else [DIGITS[hundreds], "trăm"]
    if tens == 0:
        if units:
            words += ["linh", DIGITS[units]] if words else [DIGITS[units]]
    elif tens == 1:
        words.append("mười")
        if units:
            words.append(AFTER_MUOI.get(units, DIGITS[units]))
    else:
        words += [DIGITS[tens], "mươi"]
        if units:
            words.append(AFTER_TENS.get(units, DIGITS[units]))
    return words
