"""Every page, on a desk and on a phone: readable by everybody, in the reader's language, without a fault.

PAGES_LANGUAGE=en looks at the English pages (`make prove NAME=english_pages`).
"""

import contextlib
import io
import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from accounts.access import routes as table
from tests.browser.conftest import DESKTOP, PHONE
from tests.routes import all_routes
from tests.services import HOUSE

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
INSPECT = (Path(__file__).parent / "inspect.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
HAS_AXE = "() => 'axe' in window"
RUN_AXE = f"() => axe.run(document, {{runOnly: {{type: 'tag', values: {TAGS}}}, resultTypes: ['violations']}})"
OPEN_WHAT_IS_FOLDED = """() => {
  const folded = document.querySelectorAll("main details:not([open])");
  folded.forEach((details) => { details.open = true; });
  folded.forEach((details) => { details.dataset.wasFolded = ""; });
  return folded.length;
}"""
FOLD_AGAIN = """() => {
  document.querySelectorAll("details[data-was-folded]").forEach((details) => { details.open = false; });
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
NAMES = sorted({r.name for r in all_routes() if "GET" in table().get(r.name, {})})


@cache
def sentences():
    """(exact {msgid: translation}, patterns [(regex, msgid)]) of all we say."""
    exact, patterns = {}, []
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
                    patterns.append((re.compile("^" + ".+".join(parts) + "$"), msgid))
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
        or any(pattern.match(text) for pattern, _ in patterns)
        or (text.isascii() and len(ENGLISH.findall(text)) >= 2)
    )


def untranslated(texts, language):
    """What stands on the page in the other language."""
    return sorted({text for text in texts if is_untranslated(text, language)})


def faults_of(page, language):
    """What is wrong with the page as it stands, at its present width."""
    page.evaluate(SETTLED, page.viewport_size["width"])
    if not page.evaluate(HAS_AXE):
        page.evaluate(AXE)
    found = [
        f"axe {violation['id']}: {violation['help']} ({violation['nodes'][0]['html'][:160]})"
        for violation in page.evaluate(RUN_AXE)["violations"]
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


def test_every_page_can_be_reached(pages):
    assert not pages.unreachable, "\n".join(f"{route}: {why}" for route, why in pages.unreachable.items())


@pytest.mark.parametrize("name", NAMES)
def test_page_is_sound_on_a_desk_and_on_a_phone(name, pages, visitors, language):
    if name not in pages.known:  # it answers with a file or leads elsewhere, or the test above tells why not
        return
    site, address, email, session = pages.known[name]
    page = visitors.page(site, email, session)
    with watched(page) as faults:
        page.set_viewport_size(DESKTOP)
        page.goto(address, wait_until="load")
        if page.url != site.address + address:
            faults.append(f"leads to {page.url}")
        # What is narrow is laid out by the style sheet alone (tests/test_consistency.py): it need not be loaded again.
        for screen in (DESKTOP, PHONE):
            page.set_viewport_size(screen)
            seen = faults_of(page, language)
            if page.evaluate(OPEN_WHAT_IS_FOLDED):
                seen += [fault for fault in faults_of(page, language) if fault not in seen]
                page.evaluate(FOLD_AGAIN)
            faults += [f"{screen['width']}: {fault}" for fault in seen]
    assert not faults, "\n".join([f"{address} as {email}", *faults])
