"""What changed in a long text, shortly: the passages that differ with a few words around them, the whole behind them."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

LONG = 160  # letters that a history bears as they are
AROUND = 5  # words that are shown on each side of what differs
MOST_PASSAGES = 3
_WORDS = re.compile(r"\S+")


@dataclass(frozen=True)
class Rewritten:
    """A long text after its change: `passages` are (before, after), `more` differ beside them; `whole` is all of it. What was
    there before is None where there was nothing."""

    passages: tuple
    more: int
    whole: object


def is_long(value):
    return isinstance(value, str) and (len(value) > LONG or "\n" in value.strip())


def rewritten(before, after, say=lambda text: text):
    """The Rewritten of two texts, None where there was or is nothing; `say` is how a text of this field is said."""
    old, new = before or "", after or ""
    if not old or not new:
        found = [(shortened(old) if old else None, shortened(new))]
    else:
        found = _passages(old.splitlines(), new.splitlines())
    said = tuple((None if was is None else say(was), say(now)) for was, now in found[:MOST_PASSAGES])
    return Rewritten(said, len(found) - len(said), say(new))


def shortened(text, most=LONG):
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[:most].rsplit(' ', 1)[0]} …"


def _passages(old, new):
    """[(before, after)] of the lines that differ."""
    found = []
    for kind, first, last, begin, end in SequenceMatcher(None, old, new).get_opcodes():
        if kind != "equal":
            found.append(_trimmed(" ".join(old[first:last]), " ".join(new[begin:end])))
    return found


def alike(old, new):
    """How many parts two sequences begin with alike, and how many of the rest they end with alike."""
    shorter, start, end = min(len(old), len(new)), 0, 0
    while start < shorter and old[start] == new[start]:
        start += 1
    while end < shorter - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return start, end


def _trimmed(old, new):
    """The two texts without the words that they begin and end with alike, but for a few."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    start, end = alike(before, after)
    first, last = max(start - AROUND, 0), max(end - AROUND, 0)
    return tuple(
        shortened(" ".join(["…"] * bool(first) + words[first : len(words) - last] + ["…"] * bool(last)), 2 * LONG)
        for words in (before, after)
    )
