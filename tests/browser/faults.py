"""What is wrong with a page in the browser: for everybody's eyes and hands, in its language, by its own complaints."""

import contextlib
import io
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from tests.services import HOUSE

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
INSPECT = (Path(__file__).parent / "inspect.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
HAS_AXE = "() => 'axe' in window"
RUN_AXE = f"""async (where) => {{
  const options = {{ runOnly: {{ type: "tag", values: {TAGS} }}, resultTypes: ["violations"] }};
  return (await axe.run(where || document, options)).violations;
}}"""
OPEN_WHAT_IS_FOLDED = """() => {
  const folded = document.querySelectorAll("main details:not([open])");
  folded.forEach((details) => { details.open = true; details.dataset.wasFolded = ""; });
  return folded.length;
}"""
UNFOLDED = "[data-was-folded]"
FOLD_AGAIN = """() => {
  for (const details of document.querySelectorAll("[data-was-folded]")) {
    details.open = false;
    delete details.dataset.wasFolded;
  }
}"""
# Laid out at this width, with the letters that this needs.
SETTLED = """async (width) => {
  while (window.innerWidth !== width) await new Promise(requestAnimationFrame);
  document.body.getBoundingClientRect();
  await document.fonts.ready;
}"""
PLACE = re.compile(r"%\([a-z_]+\)[sd]|%[sd]|\{[a-z_]*\}")
ENGLISH = re.compile(
    r"\b(?:the|of|and|is|are|this|your|with|from|please|not|you|to|for|by|was|has|been)\b", re.IGNORECASE
)


@cache
def sentences():
    """(exact {msgid: translation}, patterns {first letter, or "" for a place: [regex]}) of all we say."""
    exact, patterns = {}, defaultdict(list)
    for path in sorted((HOUSE / "locale" / "vi").glob("*.po")):
        for message in read_po(io.BytesIO(path.read_bytes()), locale="vi"):
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            strings = message.string if isinstance(message.string, tuple) else (message.string,)
            for msgid, string in zip(ids, strings * len(ids), strict=False):
                if not msgid or not string or msgid == string:
                    continue
                if not PLACE.search(msgid):
                    exact[_plain(msgid)] = _plain(string)
                elif len(re.findall(r"[A-Za-z]{2,}", PLACE.sub(" ", msgid))) >= 2:
                    parts = [re.escape(part) for part in PLACE.split(_plain(msgid))]
                    patterns[_plain(msgid)[:1] if parts[0] else ""].append(re.compile("^" + ".+".join(parts) + "$"))
    return exact, patterns


@cache
def all_translations():
    return set(sentences()[0].values())


def _plain(text):
    return re.sub(r"\s+", " ", text).replace("%%", "%").strip()


@cache
def is_untranslated(text, language):
    exact, patterns = sentences()
    translations = all_translations()
    if language == "en":
        return text in translations and text not in exact
    return (
        (text in exact and text not in translations)
        or any(pattern.match(text) for first in {text[:1], ""} for pattern in patterns.get(first, ()))
        or (text.isascii() and len(ENGLISH.findall(text)) >= 2)
    )


def untranslated(texts, language):
    """What stands on the page in the other language."""
    return sorted({text for text in texts if is_untranslated(text, language)})


def faults_of(page, language, where=None):
    """What is wrong with the page as it stands, at its present width; axe looks at the whole of it unless told where."""
    page.evaluate(SETTLED, page.viewport_size["width"])
    if not page.evaluate(HAS_AXE):
        page.evaluate(AXE)
    found = [
        f"axe {violation['id']}: {violation['help']} ({violation['nodes'][0]['html'][:160]})"
        for violation in page.evaluate(RUN_AXE, where)
    ]
    seen = page.evaluate(INSPECT)
    found += [f"no visible label: {field}" for field in seen["unlabelled"]]
    if seen["overflows"]:
        found.append(f"wider than the screen: {', '.join(seen['overflows'])}")
    found += [f"not translated: {text}" for text in untranslated(seen["texts"], language)]
    if seen["language"] != language:
        found.append(f"says it is in {seen['language']}")
    if seen["headings"] != 1:
        found.append(f"{seen['headings']} main headings")
    return found


def faults_folded_and_unfolded(page, language):
    """Likewise, and of what the page folds away once it is unfolded."""
    found = faults_of(page, language)
    if page.evaluate(OPEN_WHAT_IS_FOLDED):
        found += [fault for fault in faults_of(page, language, where=UNFOLDED) if fault not in found]
        page.evaluate(FOLD_AGAIN)
    return found


def ears(faults):
    """What listens to a page's complaints, of which it notes what concerns requests made since."""
    made = set()
    return {
        "console": lambda said: said.type in ("error", "warning") and faults.append(f"console: {said.text}"),
        "pageerror": lambda error: faults.append(f"script: {error}"),
        "request": lambda request: made.add(request),
        "requestfailed": lambda request: (
            request in made and faults.append(f"request failed: {request.url} {request.failure}")
        ),
        "response": lambda answer: (
            answer.status >= 400 and answer.request in made and faults.append(f"{answer.status} {answer.url}")
        ),
    }


def watch(page, faults):
    """Notes what the browser itself complains of."""
    for event, ear in ears(faults).items():
        page.on(event, ear)


@contextlib.contextmanager
def watched(page):
    """Likewise, for as long as this lasts."""
    faults = []
    listening = ears(faults)
    for event, ear in listening.items():
        page.on(event, ear)
    try:
        yield faults
    finally:
        for event, ear in listening.items():
            page.remove_listener(event, ear)
