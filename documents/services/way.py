"""The way of a paper: sent by its drafter, initialled, its form checked, signed, numbered and dated, signed by the agency,
issued; or sent back with a reason. Each step is a row of its own that names who, when, the file and the signature.

Files are drawn, signed and verified before the transaction begins; the version that was read is compared in it.
"""

import re
import secrets
from contextlib import suppress
from itertools import groupby
from operator import itemgetter

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.duties import check_pair, steps_apart_from
from accounts.models import User
from audit.events import actor_name, record_event
from audit.refusals import Conflict, NotAllowed, Refused
from documents import purposes
from documents.composing import data_of
from documents.guard import named_after
from documents.layout.data import LEFT_OPEN, lines_of
from documents.layout.drawing import Place, paper_as_pdf
from documents.meanwhile import overtaken
from documents.models import PaperStep, TrustedCertificate
from documents.models.papers import offices_headed_by, posts_heading
from documents.paper_states import NEXT, OFFICE, State, move_of
from documents.permissions.papers import STEPS
from documents.reasons import sentence
from documents.services.numbers import give_number, require_day_came, upcoming_number, void_number
from documents.services.papers import WRITTEN, locked, move, require_drafter
from documents.signatories import in_register
from documents.signing.keys import AGENCY_CALLED, agency_key, facts_of, person_key, trial_key
from documents.signing.signatures import AGENCY, FIELDS, SIGNER, signatures_in
from documents.store import blocks_of, bytes_of, keep_made, save_upload, too_large
from screens import formats
from screens.text import clean, fold

# {verb: what duties call the step}
DUTIES = {"send": "draft paper", "initial": "initial paper", "check": "check paper", "sign": "sign paper"}
EVENTS = {
    "send": "paper sent", "initial": "paper initialled", "check": "paper checked", "sign": "paper signed",
    "number": "paper numbered", "seal": "paper sealed", "issue": "paper issued", "return": "paper returned",
    "stop": "paper stopped",
}  # fmt: skip
UNSIGNED = (State.DRAFT, State.INITIALLING, State.CHECKING, State.SIGNING)
FILLED = ("send", "initial", "check", "sign")  # the steps of a paper in which nothing is left to fill in
MOST_LEFT_OPEN, WORDS_BESIDE = 5, 4  # places told at once, and words on either side of each
MOST_TRIES = 5
AS_ABOVE = "nhu tren"  # folded
FILE_OF = {"check": "drawn", "sign": "signed", "number": "numbered", "seal": "sealed"}


# --- steps -------------------------------------------------------------------------------------
# What a step needs made (drawn, signed, filled in, verified) is `made` by the function named after it, before any
# transaction; a step that is given nothing makes it itself. The signing library is loaded only there: it is large.


def send_paper(*, paper, version, by, now, made=None):
    """Send a draft on its way; it is drawn once, so that nothing that cannot be printed is sent."""
    if made is None:
        make_sending(paper=paper, version=version, by=by, now=now)
    return _take(paper, "send", version, by=by, now=now)


def make_sending(*, paper, version, by, now):
    _begin(paper, "send", version, by, now)
    paper_as_pdf(data_of(paper, now=now))
    return {}


def initial_paper(*, paper, version, by, now):
    """The head of the office initials the content (ký nháy)."""
    return _take(paper, "initial", version, by=by, now=now)


def check_paper(*, paper, version, by, now, made=None):
    """The Department's Office found the form right: the paper is drawn as it will be signed, number and date left empty."""
    made = made or make_checked(paper=paper, version=version, by=by, now=now)
    return _take(paper, "check", version, by=by, now=now, **made)


def make_checked(*, paper, version, by, now):
    from documents.signing.places import with_fields

    _begin(paper, "check", version, by, now)
    token = secrets.token_urlsafe(18)
    drawn = paper_as_pdf(data_of(paper, now=now, mark="", code=address_of(token)))
    places = [vars(place) for place in drawn.places]
    return {"content": with_fields(drawn.pdf, drawn.places), "token": token, "places": places}


def sign_paper(*, paper, version, by, now, made=None):
    """Sign in a try-out, with a self-made certificate that says so. Else people sign with their own devices."""
    made = made or make_signed(paper=paper, version=version, by=by, now=now)
    return _take(paper, "sign", version, by=by, now=now, **made)


def make_signed(*, paper, version, by, now):
    from documents.signing.writing import sign

    _begin(paper, "sign", version, by, now)
    key = person_key(by)
    content = sign(bytes_of(paper.drawn), key, field=SIGNER, place=signing_place(paper), now=now)
    return {"content": content, "facts": facts_of(key)}


def upload_signed(*, paper, version, by, now, file=None, made=None):
    """Take in what the signer signed outside: the very paper that was downloaded, with a signature after it."""
    made = made or make_uploaded(paper=paper, verb="sign", file=file, version=version, by=by, now=now)
    return _take(paper, "sign", version, by=by, now=now, **made)


def upload_sealed(*, paper, version, by, now, file=None, made=None):
    """Take in what was signed for the agency outside."""
    made = made or make_uploaded(paper=paper, verb="seal", file=file, version=version, by=by, now=now)
    return _take(paper, "seal", version, by=by, now=now, **made)


def make_uploaded(*, paper, verb, file, version, by, now):
    """The uploaded file: the bytes that were given out, with signatures after them that hold."""
    _begin(paper, verb, version, by, now)
    return verified_upload(paper, file, first=verb == "sign", by=by, now=now)


def verified_upload(paper, file, *, first, by, now):
    """What came back signed: the very bytes that were given out with a signature after it, of whoever signs the paper (or
    copy), or of the agency; the `first` one leaves the places of number, date and agency empty and lets them be filled.
    Returns the stored file and what is said of the signature."""
    given_out = bytes_of(paper.drawn if first else paper.numbered)
    if file.size > settings.UPLOAD_MEGABYTES * 2**20:
        raise Refused(too_large())
    content = b"".join(blocks_of(file))
    if not content.startswith(given_out) or len(content) == len(given_out):
        if b"/Encrypt" in content and b"/Encrypt" not in given_out:
            raise Refused(sentence("encrypted", {}))
        raise Refused(
            _(
                "This is not the paper that was downloaded here with a signature after it. Download it again, sign it, "
                "and change nothing else."
            )
        )
    roots = trusted_roots(now)
    found = signatures_in(content, roots)
    signers = [each for each in found if not each.is_stamp]
    if len(signers) < (1 if first else 2) or not found[-1].whole:
        raise Refused(
            _("No signature was found over the whole file. Sign the downloaded file and upload what comes out.")
        )
    broken = next((signature for signature in found if not signature.holds), None)
    if broken:
        raise Refused(f"{broken.name}: {broken.words}")
    added = found if first else found[len(signatures_in(given_out, roots)) :]
    if not all(signature.clean for signature in added):
        raise Refused(
            _("The file was changed after it was signed. Sign the downloaded file again and upload it as it comes out.")
        )
    called = paper.signer.full_name if first else AGENCY_CALLED
    for signature in added:
        _require_theirs(signature, called)
    if first:
        _require_room(content, added, signing_place(paper), now)
    stored = save_upload(file, by=by, now=now, allow=("pdf",))
    return {"stored": stored, "facts": _said(signers[-1])}


def _require_theirs(signature, called):
    """A signature of whom the paper says, by a certificate that has not run out. Time stamps are anybody's."""
    if signature.is_stamp:
        return
    if not re.search(rf"(?<!\w){re.escape(fold(called))}(?!\w)", fold(signature.name)):
        raise Refused(
            _(
                "The file is signed with the certificate of “%(name)s”; here “%(called)s” signs. Sign it with their certificate."
            )
            % {"name": signature.name, "called": called}
        )
    if signature.expired_at:
        raise Refused(
            _("The certificate ran out on %(day)s. Sign the paper with one that is valid.")
            % {"day": formats.vn_date(signature.expired_at)}
        )


def _require_room(content, added, place, now):
    """The places of number, date and agency are empty, and filling them in leaves the signature as it is: tried with a number
    and a signature that are thrown away."""
    from pyhanko.pdf_utils.misc import PdfError

    from documents.signing.places import fill_in, filled_in
    from documents.signing.writing import sign

    if any(signature.field == AGENCY for signature in added):
        raise Refused(
            _(
                "The signature stands in the place of the agency's. Download the paper again and sign it in a new place, not in "
                "the signature field that is there."
            )
        )
    try:
        if any(filled_in(content).get(name) for name in FIELDS):
            raise Refused(_("The number or the date was filled in. Download the paper again and sign it as it is."))
        on = timezone.localdate(now)
        tried = sign(fill_in(content, written_in(1, on), on=on), trial_key(), field=AGENCY, place=place, now=now)
        holds = all(signature.holds for signature in signatures_in(tried))
    except (PdfError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        holds = False
    if not holds:
        raise Refused(
            _(
                "The signature closes the paper: number, date and the agency's signature could not be added without breaking it. "
                "Download the paper again and sign it so that forms may be filled in and others may sign."
            )
        )


class Overtaken(Exception):
    """Somebody else took the number that was expected."""


def number_paper(*, paper, dated_on, version, by, now, number=None, made=None):
    """Give the number and the date and write them into their places; the signer's signature goes on holding.

    The next number is written first and taken then; where somebody else took it meanwhile, it is done once more.
    """
    for _time in range(MOST_TRIES):
        made = made or make_numbered(paper=paper, dated_on=dated_on, version=version, by=by, now=now, number=number)
        with suppress(Overtaken):
            return _number(paper, number, dated_on, version, by=by, now=now, **made)
        made = None
    raise Conflict(_("Others are taking numbers of this series at this moment. Try again."))


def make_numbered(*, paper, dated_on, version, by, now, number=None):
    from documents.signing.places import fill_in

    _begin(paper, "number", version, by, now, dated_on=dated_on)
    drawn_on = timezone.localdate(paper.steps.filter(verb="check").latest("place").at)
    require_day_came(dated_on, now)
    if dated_on.year != drawn_on.year:
        raise Refused(
            _("The paper was drawn for %(year)s. Send it back, so that it is drawn for the year of its number.")
            % {"year": drawn_on.year}
        )
    if dated_on < drawn_on:
        raise Refused(
            _("The paper was drawn to be signed on %(day)s and is not dated before it. Choose that day or a later one.")
            % {"day": formats.vn_date(drawn_on)}
        )
    expected = number or upcoming_number(paper.series, paper.office, dated_on)
    return {
        "content": fill_in(bytes_of(paper.signed), written_in(expected, dated_on), on=dated_on),
        "expected": expected,
    }


def written_in(number, dated_on):
    """What is written into the places of number and date."""
    month = f"{dated_on.month:02d}" if dated_on.month < 3 else str(dated_on.month)
    return {"number": f"{number:02d}", "day": f"{dated_on.day:02d}", "month": month}


@transaction.atomic
def _number(paper, number, dated_on, version, *, by, now, content, expected):
    standing = _locked_at(paper, "number", version, by, now)
    _require_turn(standing, "number", by, now)
    purposes.require_step(standing, "number", dated_on=dated_on)
    given = give_number(
        series=standing.series, office=standing.office, dated_on=dated_on, number=number, values=_entry(standing), by=by,
        now=now,
    )  # fmt: skip
    if given.number != expected:
        raise Overtaken
    return _taken(standing, "number", version, by=by, now=now, content=content, number=given)


def seal_paper(*, paper, version, by, now, made=None):
    """The agency's own signature, by its certificate file; after it nothing in the paper may change."""
    made = made or make_sealed(paper=paper, version=version, by=by, now=now)
    return _take(paper, "seal", version, by=by, now=now, **made)


def make_sealed(*, paper, version, by, now):
    _begin(paper, "seal", version, by, now)
    return sealed_by_agency(paper, now)


def sealed_by_agency(paper, now):
    """A paper or copy that has its number, signed with the agency's certificate file."""
    from pyhanko.sign.general import SigningError

    from documents.signing.writing import sign

    key = agency_key()
    if key is None:
        raise Refused(_("No certificate of the agency is set up. Download the paper, sign it outside, and upload it."))
    try:
        content = sign(bytes_of(paper.numbered), key, field=AGENCY, place=signing_place(paper), now=now)
    except SigningError:
        raise Refused(
            _(
                "Something is signed in the agency's place already, so that this paper cannot be signed for the agency any more."
            )
        ) from None
    return {"content": content, "facts": facts_of(key)}


def issue_paper(*, paper, version, by, now):
    """Issue the paper: all staff see it, and its code confirms it to whoever holds it."""
    return _take(paper, "issue", version, by=by, now=now, issued_at=now)


def return_paper(*, paper, version, by, now, reason):
    """Send the paper back to whoever drafted it; the way begins anew."""
    return _take(
        paper, "return", version, by=by, now=now, note=reason, round=paper.round + 1, token=None, places=[], drawn=None,
        signed=None,
    )  # fmt: skip


@transaction.atomic
def stop_paper(*, paper, version, by, now, reason):
    """Stop a paper that has its number: the number becomes void with the reason."""
    standing = _locked_at(paper, "stop", version, by, now)
    _require_turn(standing, "stop", by, now)
    number = standing.number
    stopped = _taken(standing, "stop", version, by=by, now=now, note=reason)
    void_number(number=number, version=number.version, by=by, now=now, reason=reason, of_paper=True)
    return stopped


TAKING = {
    "send": send_paper, "initial": initial_paper, "check": check_paper, "sign": sign_paper, "number": number_paper,
    "seal": seal_paper, "issue": issue_paper, "return": return_paper, "stop": stop_paper,
}  # fmt: skip
MAKING = {
    "send": make_sending, "check": make_checked, "sign": make_signed, "number": make_numbered, "seal": make_sealed,
}  # fmt: skip


# --- whose turn it is --------------------------------------------------------------------------


class TwoPeople(NotAllowed):
    """Another person must take this step than took, or will take, one that does not go together with it."""


def may_take(user, paper, verb, now):
    """Whether the step is this person's now: what buttons ask."""
    try:
        _require_turn(paper, verb, user, now)
    except Refused:
        return False
    return True


def who_may_take(paper, verb, now):
    """Those whose the step is now; nobody where whoever could holds no such post any more or took a step that does not go
    together with it."""
    state, today = State(paper.state), timezone.localdate(now)
    if state in (State.DRAFT, State.SIGNING):
        people = [paper.drafter if state == State.DRAFT else paper.signer]
    else:
        people = User.objects.holding(move_of(verb, state).roles, today).order_by("sort_key", "pk")
        if state == State.INITIALLING:
            people = people.filter(pk__in=posts_heading(paper.office, today).values("user"))
    return [person for person in people if may_take(person, paper, verb, now)]


def why_not(user, paper, verb, now):
    """Why somebody whose turn it would be cannot take the step: another person must. "" for everybody else."""
    try:
        _require_turn(paper, verb, user, now)
    except TwoPeople as refusal:
        return str(refusal)
    except Refused:
        pass
    return ""


def next_verb(paper):
    return NEXT.get(State(paper.state))


def _require_turn(paper, verb, by, now):
    found = move_of(verb, State(paper.state))
    if found is None:
        move(paper, verb)  # refuses with the state
    require(by, STEPS[verb])
    today = timezone.localdate(now)
    if not by.roles & found.roles:
        raise NotAllowed(_("Your role does not allow this."))
    if verb == "send":
        require_drafter(paper, by)
    if paper.state == State.INITIALLING and not offices_headed_by(by, today).filter(office=paper.office_id).exists():
        raise NotAllowed(_("The head of %(office)s does this.") % {"office": paper.office})
    # the Department's Office may take back what its signer cannot sign any more
    if paper.state == State.SIGNING and paper.signer_id != by.pk and not (verb == "return" and by.roles & OFFICE):
        raise NotAllowed(_("%(name)s does this: the paper is signed by them.") % {"name": paper.signer})
    _require_others(paper, verb, by, today)


def _require_others(paper, verb, by, today):
    duty = DUTIES.get(verb)
    if not duty:
        return
    apart = paper.signer_id == by.pk and "sign paper" in steps_apart_from(duty, on=today)
    if apart and verb == "send":
        raise TwoPeople(_("You drafted this paper and would sign it too. Choose another signer in the draft."))
    if apart:
        raise TwoPeople(
            _(
                "The paper is to be signed by you, so that somebody else takes this step. Where nobody else can, send it back, "
                "and the drafter chooses another signer."
            )
        )
    if verb == "send":
        return
    try:
        check_pair(step=duty, by=by, other_step="draft paper", other_by=paper.drafter, on=today)
        for step in paper.steps.filter(round=paper.round, verb__in=list(DUTIES)):
            taken_by = step.by.partition(":")[2]
            check_pair(step=duty, by=by, other_step=DUTIES[step.verb], other_by=taken_by, on=today)
    except NotAllowed as refusal:
        raise TwoPeople(str(refusal)) from None


# --- whether it is ready -----------------------------------------------------------------------


def require_ready(paper, verb, *, dated_on=None):
    """Refuse a step for which the thing that the paper is made for is not ready, and every step from its sending to its signature
    while a place of it is left to be filled in."""
    purposes.require_step(paper, verb, dated_on=dated_on)
    left_open = left_to_fill_in(paper) if verb in FILLED else ""
    if left_open:
        raise Refused(left_open)


def left_to_fill_in(paper):
    """Which places still hold the ellipsis that a template leaves to be filled in, until the paper is signed; "" where none does."""
    if paper.state not in UNSIGNED:
        return ""
    places = [(name, words) for name in WRITTEN for words in _left_open_in(getattr(paper, name))]
    if not places:
        return ""
    told = [
        _("at “%(field)s”: %(words)s")
        % {
            "field": capfirst(paper._meta.get_field(name).verbose_name),
            "words": ", ".join(f"“{words}”" for _name, words in found),
        }
        for name, found in groupby(places[:MOST_LEFT_OPEN], itemgetter(0))
    ]
    if len(places) > MOST_LEFT_OPEN:
        told.append(_("and %(count)s more") % {"count": len(places) - MOST_LEFT_OPEN})
    return _(
        "The text still has places left to fill in %(places)s. Fill them in, or take them out, before the paper is sent."
    ) % {"places": "; ".join(told)}


def _left_open_in(text):
    """The places of a text, each with the words beside it; those that stand near each other are told together."""
    found = []
    for line in text.splitlines():
        words, told = line.split(), 0
        for place, word in enumerate(words):
            if place >= told and LEFT_OPEN.match(word):
                told = place + WORDS_BESIDE + 1
                found.append(" ".join(words[max(place - WORDS_BESIDE, 0) : told]))
    return found


# --- shared ------------------------------------------------------------------------------------


def _begin(paper, verb, version, by, now, *, dated_on=None):
    """The same checks as in the transaction, before files are made."""
    if paper.version != version:
        raise _overtaken(type(paper).objects.get(pk=paper.pk), verb, by, now)
    _require_turn(paper, verb, by, now)
    require_ready(paper, verb, dated_on=dated_on)


def _locked_at(paper, verb, version, by, now):
    standing = locked(paper)
    if standing.version != version:
        raise _overtaken(standing, verb, by, now)
    return standing


def _overtaken(standing, verb, by, now):
    return overtaken(standing, still=may_take(by, standing, verb, now))


@transaction.atomic
def _take(paper, verb, version, *, by, now, **came):
    standing = _locked_at(paper, verb, version, by, now)
    _require_turn(standing, verb, by, now)
    require_ready(standing, verb)
    return _taken(standing, verb, version, by=by, now=now, **came)


def _taken(paper, verb, version, *, by, now, content=None, stored=None, facts=None, note="", **values):
    """Move the paper on and write the step down."""
    going = paper.round
    move(paper, verb)
    if content is not None:
        stored = keep_made(content, name=named_after(paper.subject, "pdf"), now=now)
    if stored is not None:
        values[FILE_OF[verb]] = stored
    values |= {"waiting_since": now, "step_count": paper.step_count + 1}
    for name, value in values.items():
        setattr(paper, name, value)
    PaperStep.objects.create(
        paper=paper, place=paper.step_count, round=going, verb=verb, target=paper.state, by=actor_name(by), at=now,
        note=clean(note), file=stored, facts=facts or {},
    )  # fmt: skip
    paper.save_version(version, update_fields=["state", *values])
    said = {"number": paper.number.symbol} if verb == "number" else {}
    record_event(EVENTS[verb], paper, by=by, now=now, reason=note, after={"state": paper.state}, **said)
    purposes.follow_step(paper, verb, by=by, now=now)
    return paper


def trusted_roots(now):
    return list(TrustedCertificate.objects.in_force(timezone.localdate(now)).values_list("pem", flat=True))


def _said(signature):
    return {
        "name": signature.name, "organisation": signature.organisation, "issuer": signature.issuer,
        "serial": signature.serial, "tryout": signature.tryout,
    }  # fmt: skip


def signing_place(paper):
    return next(Place(**place) for place in paper.places if place["name"] == "signature")


def recipients_named(paper):
    """Who receives the paper, as its register names them: “Như trên” says nothing without what stands above."""
    named = []
    for line in lines_of(paper.recipients):
        above = fold(line).strip(" -.;") == AS_ABOVE
        named += lines_of(paper.addressees) if above and paper.addressees else [line]
    return "\n".join(dict.fromkeys(named))


def _entry(paper):
    """What the register says of the paper."""
    return {
        "subject": paper.title,
        "signer": in_register(paper.series, paper.signer, paper.authority, paper.signer_post, timezone.localdate()),
        "recipients": recipients_named(paper),
        "copies": 1,
        "note": "",
    }


def address_of(token):
    """The address that the code on the paper opens."""
    return f"{settings.SITE_URL.rstrip('/')}{reverse('documents:confirm_paper', args=[token])}"
