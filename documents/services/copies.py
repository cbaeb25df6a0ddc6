"""The verbs of copies (sao y, trích sao, sao lục): prepare one, sign it, give number and date, issue it, drop it.

As with papers that go out, files are drawn and signed before the transaction begins; the version that was read is compared in it.
"""

from contextlib import suppress

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import Office, Post, User
from audit.events import actor_name, record_event
from audit.refusals import Conflict, NotAllowed, Refused
from documents.copy_states import CopyState, copy_move
from documents.extracts import require_in_original, stands_in
from documents.guard import named_after
from documents.layout.data import Copy, Signature, blocks_from, lines_of
from documents.layout.drawing import copy_as_pdf
from documents.meanwhile import overtaken
from documents.models import IncomingPaper, NumberSeries, PaperCopy
from documents.paper_states import CLERK, OFFICE, State
from documents.permissions.copies import PREPARE, STEPS
from documents.secrecy import refuse_secret
from documents.services.numbers import give_number, require_day_came, upcoming_number
from documents.services.way import MOST_TRIES, Overtaken, sealed_by_agency, signing_place, verified_upload, written_in
from documents.signatories import in_register, lines_above, require_signatory
from documents.signing.keys import facts_of, person_key
from documents.signing.signatures import SIGNER
from documents.store import bytes_of, keep_made, usable
from reference.presenting import written
from screens import formats
from screens.text import clean, fold

CONTENT = ("kind", "extract", "recipients", "signer", "authority", "authority_paper", "signer_post")
ARCHIVE_LINE = "Lưu: VT"  # added to the recipients, and left out where it was typed
SERIES_OF = {PaperCopy.Kind.FULL: "SY", PaperCopy.Kind.EXTRACT: "TrS", PaperCopy.Kind.RELAYED: "SL"}
EVENTS = {"sign": "copy signed", "number": "copy numbered", "issue": "copy issued", "drop": "copy dropped"}
RELATED = ("series", "office", "signer", "source", "incoming", "outgoing__number", "outgoing__series", "number", "drawn", "signed",
           "numbered", "sealed")  # fmt: skip

# --- preparing ---------------------------------------------------------------------------------


def kinds_offered(original, on):
    """The kinds of copies whose series gives numbers on the day: of papers that came in, a copy of a copy too."""
    codes = set(NumberSeries.objects.in_use(on).filter(code__in=SERIES_OF.values()).values_list("code", flat=True))
    return [kind for kind, code in _kinds_of(original) if code in codes]


def _kinds_of(original):
    relayed = isinstance(original, IncomingPaper)
    return [(kind, code) for kind, code in SERIES_OF.items() if relayed or kind != PaperCopy.Kind.RELAYED]


def kinds_ended(original, on):
    """The series that are ended, so that their kinds of copies are not offered."""
    codes = [code for _kind, code in _kinds_of(original)]
    return list(NumberSeries.objects.filter(code__in=codes, ended_on__lte=on).order_by("code"))


def source_of(original):
    """The file of the paper that can be copied; None where there is none yet."""
    if isinstance(original, IncomingPaper):
        scan = original.scans.select_related("file").order_by("-id").first()
        return scan.file if scan and not original.is_void else None
    return original.sealed if original.state == State.ISSUED else None


def scan_of(original, source):
    """The scan whose file is copied, with what its signatures were worth when it came; None of a paper of the Department."""
    return original.scans.filter(file=source).first() if isinstance(original, IncomingPaper) else None


def is_void(original):
    """Whether the number of arrival of what was copied was made void since."""
    return isinstance(original, IncomingPaper) and original.is_void


def is_corrected(copy):
    """Whether the entry or the scan of what came in was corrected since its copy was drawn."""
    if copy.incoming is None:
        return False
    return (copy.called or named(copy.incoming)) != named(copy.incoming) or source_of(copy.incoming) != copy.source


def says_otherwise(copy):
    """Whether an extract says what its original does not: what was prepared before extracts were compared."""
    return not stands_in(copy.extract, copy.original)


def named(original):
    """How a copy names the paper that was copied."""
    if isinstance(original, IncomingPaper):
        kind, symbol, issued_on = original.kind, original.symbol, original.issued_on
        issuer = original.issuer
    else:
        kind, symbol, issued_on = original.series.name_vi, original.number.symbol, original.number.dated_on
        issuer = written(original.series.issuer)
    parts = [
        kind,
        f"số {symbol}" if symbol else "",
        f"ngày {formats.vn_date(issued_on)}" if issued_on else "",
        f"của {issuer}",
    ]
    return f"{' '.join(filter(None, parts))}: {original.subject}"


def prepare_copy(*, original, values, by, now, made=None):
    """Prepare a copy of a paper that came in or was issued, and lay it before whoever is authorised to sign it."""
    made = made or make_prepared(original=original, values=values, by=by, now=now)
    return _prepare(original, values, by=by, now=now, **made)


def make_prepared(*, original, values, by, now):
    from documents.signing.places import with_fields

    series, office, source = _require_right(original, values, by, now)
    today = timezone.localdate(now)
    lines = lines_above(series, values["signer"], values["authority"], values["signer_post"], today)
    copy = Copy(
        superior=series.superior,
        issuer=series.issuer,
        symbol=series.symbol_parts(office=office, year=today.year),
        heading=series.heading,
        original=named(original),
        year=today.year,
        made_on=today,
        blocks=blocks_from(values["extract"]),
        signature=Signature(lines=lines, name=values["signer"].full_name),
        recipients=(*_receiving(values["recipients"]), ARCHIVE_LINE),
    )
    drawn = copy_as_pdf(copy, None if values["kind"] == PaperCopy.Kind.EXTRACT else bytes_of(source))
    return {"content": with_fields(drawn.pdf, drawn.places), "places": [vars(place) for place in drawn.places]}


def _receiving(recipients):
    """The lines of whoever receives it, the archive aside."""
    archive = fold(ARCHIVE_LINE).replace(" ", "")
    return [line for line in lines_of(recipients) if fold(line).replace(" ", "").strip("-.;") != archive]


@transaction.atomic
def _prepare(original, values, *, by, now, content, places):
    series, office, source = _require_right(original, values, by, now)
    drawn = keep_made(content, name=named_after(f"{series.heading} {original.subject}", "pdf"), now=now)
    of = {"incoming" if isinstance(original, IncomingPaper) else "outgoing": original}
    row = PaperCopy.objects.create(
        series=series, office=office, called=named(original), source=source, drawn=drawn, places=places, prepared_at=now,
        prepared_by=actor_name(by), **of, **values,
    )  # fmt: skip
    after = {
        "state": row.state, "kind": row.kind, "recipients": row.recipients, "signer": row.signer.full_name,
        "authority": row.authority,
    }  # fmt: skip
    record_event("copy prepared", row, by=by, now=now, after=after)
    return row


def _require_right(original, values, by, now):
    """(series, office, file) of a copy that may be prepared so."""
    require(by, PREPARE)
    today = timezone.localdate(now)
    refuse_secret(values["extract"], values["recipients"])
    kind = values["kind"]
    series = NumberSeries.objects.in_use(today).filter(code=SERIES_OF[kind]).first()
    if series is None or kind not in kinds_offered(original, today):
        raise Refused(_("No series gives numbers for copies of this kind of this paper. Choose another kind."))
    if not series.heading or not series.issuer:
        raise Refused(
            _(
                "The series “%(series)s” does not say what is printed on its copies. Fill in its kind and its issuer first."
            )
            % {"series": series}
        )
    source = source_of(original)
    if source is None or not usable(source):
        raise Refused(_("There is no file yet of which a copy could be made. Attach the scan first."))
    if (kind == PaperCopy.Kind.EXTRACT) != bool(values["extract"]):
        raise Refused(_("Type the part that is copied: only an extract has one, and no extract is without."))
    require_in_original(values["extract"], original)
    require_signatory(
        series=series, signer=values["signer"], authority=values["authority"], authority_paper=values["authority_paper"],
        post_words=values["signer_post"], on=today,
    )  # fmt: skip
    posts = Post.objects.in_force(today).filter(user=by, role__in=[role.value for role in CLERK])
    return series, Office.objects.get(pk=posts.values("office")[:1]), source


# --- signing, numbering, issuing ---------------------------------------------------------------


def sign_copy(*, copy, version, by, now, made=None):
    """Sign in a try-out, with a self-made certificate that says so. Else people sign with their own devices."""
    made = made or make_signed(copy=copy, version=version, by=by, now=now)
    return _take(copy, "sign", version, by=by, now=now, **made)


def make_signed(*, copy, version, by, now):
    from documents.signing.writing import sign

    _begin(copy, "sign", version, by, now)
    key = person_key(by)
    content = sign(bytes_of(copy.drawn), key, field=SIGNER, place=signing_place(copy), now=now)
    return {"content": content, "facts": facts_of(key)}


def number_copy(*, copy, dated_on, version, by, now, number=None, made=None):
    """Give number and date and write them into their places; the signature goes on holding."""
    for _time in range(MOST_TRIES):
        made = made or make_numbered(copy=copy, dated_on=dated_on, version=version, by=by, now=now, number=number)
        with suppress(Overtaken):
            return _number(copy, number, dated_on, version, by=by, now=now, **made)
        made = None
    raise Conflict(_("Others are taking numbers of this series at this moment. Try again."))


def make_numbered(*, copy, dated_on, version, by, now, number=None):
    from documents.signing.places import fill_in

    _begin(copy, "number", version, by, now)
    prepared_on = timezone.localdate(copy.prepared_at)
    require_day_came(dated_on, now)
    if dated_on.year != prepared_on.year:
        raise Refused(_("The copy was drawn for %(year)s. Drop it and prepare it anew.") % {"year": prepared_on.year})
    if dated_on < prepared_on:
        raise Refused(
            _("The copy was prepared on %(day)s and is not dated before it. Choose that day or a later one.")
            % {"day": formats.vn_date(prepared_on)}
        )
    expected = number or upcoming_number(copy.series, copy.office, dated_on)
    content = fill_in(bytes_of(copy.signed), written_in(expected, dated_on), on=dated_on)
    return {"content": content, "expected": expected}


@transaction.atomic
def _number(copy, number, dated_on, version, *, by, now, content, expected):
    row = _locked_at(copy, "number", version, by)
    _require_turn(row, "number", by)
    signer = in_register(row.series, row.signer, row.authority, row.signer_post, timezone.localdate(now))
    entry = {
        "subject": f"{row.series.heading.capitalize()}: {row.called or named(row.original)}"[:500],
        "signer": signer, "recipients": row.recipients, "copies": 1, "note": "",
    }  # fmt: skip
    given = give_number(
        series=row.series, office=row.office, dated_on=dated_on, number=number, values=entry, by=by, now=now
    )
    if given.number != expected:
        raise Overtaken
    return _taken(row, "number", version, by=by, now=now, content=content, number=given)


def issue_copy(*, copy, version, by, now, made=None):
    """The agency's signature by its certificate file, which closes the copy: it is issued."""
    made = made or make_issued(copy=copy, version=version, by=by, now=now)
    return _take(copy, "issue", version, by=by, now=now, **made)


def make_issued(*, copy, version, by, now):
    _begin(copy, "issue", version, by, now)
    return sealed_by_agency(copy, now)


def upload_copy(*, copy, verb, version, by, now, file=None, made=None):
    """Take in what was signed outside: the very copy that was downloaded, with a signature after it."""
    made = made or make_uploaded(copy=copy, verb=verb, file=file, version=version, by=by, now=now)
    return _take(copy, verb, version, by=by, now=now, **made)


def make_uploaded(*, copy, verb, file, version, by, now):
    _begin(copy, verb, version, by, now)
    return verified_upload(copy, file, first=verb == "sign", by=by, now=now)


def drop_copy(*, copy, version, by, now, reason):
    """Drop a copy that has no number yet. It stays to be read, with the reason."""
    return _take(copy, "drop", version, by=by, now=now, reason=clean(reason))


TAKING = {"sign": sign_copy, "number": number_copy, "issue": issue_copy, "drop": drop_copy}
MAKING = {"sign": make_signed, "number": make_numbered, "issue": make_issued}


def may_take(user, copy, verb):
    """Whether the step is this person's now: what buttons ask."""
    try:
        _require_turn(copy, verb, user)
    except Refused:
        return False
    return True


def who_may_take(copy, verb, now):
    """Those whose the step is now."""
    roles = copy_move(verb, CopyState(copy.state)).roles
    people = (
        [copy.signer]
        if verb == "sign"
        else User.objects.holding(roles, timezone.localdate(now)).order_by("sort_key", "pk")
    )
    return [person for person in people if may_take(person, copy, verb)]


# --- shared ------------------------------------------------------------------------------------


def _begin(copy, verb, version, by, now):
    """The same checks as in the transaction, before files are made."""
    if copy.version != version:
        raise _overtaken(type(copy).objects.get(pk=copy.pk), verb, by)
    _require_turn(copy, verb, by)


def _overtaken(row, verb, by):
    return overtaken(row, still=may_take(by, row, verb))


def _locked_at(copy, verb, version, by):
    PaperCopy.objects.select_for_update(of=("self",)).get(pk=copy.pk)  # read once nobody else moves it
    row = PaperCopy.objects.select_related(*RELATED).get(pk=copy.pk)
    if row.version != version:
        raise _overtaken(row, verb, by)
    return row


def _require_turn(copy, verb, by):
    found = copy_move(verb, CopyState(copy.state))
    if found is None:
        raise Conflict(_("The copy is “%(state)s”; this can no longer be done.") % {"state": copy.get_state_display()})
    require(by, STEPS[verb])
    if not by.roles & found.roles:
        raise NotAllowed(_("Your role does not allow this."))
    if verb in ("sign", "number") and is_void(copy.original):
        raise Refused(_("The number of arrival of the paper is void. Drop the copy."))
    if verb in ("sign", "number") and is_corrected(copy):
        raise Refused(
            _("The paper or its scan was corrected after the copy was prepared. Drop the copy and prepare it anew.")
        )
    if verb in ("sign", "number") and says_otherwise(copy):
        raise Refused(_("The extract says what its original does not. Drop the copy and prepare it anew."))
    if copy.state == CopyState.SIGNING and copy.signer_id != by.pk and not (verb == "drop" and by.roles & OFFICE):
        raise NotAllowed(_("%(name)s does this: the paper is signed by them.") % {"name": copy.signer})


@transaction.atomic
def _take(copy, verb, version, *, by, now, **came):
    row = _locked_at(copy, verb, version, by)
    _require_turn(row, verb, by)
    return _taken(row, verb, version, by=by, now=now, **came)


def _taken(row, verb, version, *, by, now, content=None, stored=None, facts=None, reason="", **values):
    """Move the copy on, with the file as it is then."""
    row.state = copy_move(verb, CopyState(row.state)).target
    if content is not None:
        stored = keep_made(content, name=row.drawn.original_name, now=now)
    if verb == "sign":
        values |= {"signed": stored, "signed_at": now, "signature": facts}
    elif verb == "number":
        values |= {"numbered": stored}
    elif verb == "issue":
        values |= {"sealed": stored, "issued_at": now, "issued_by": actor_name(by)}
    else:
        values |= {"dropped_at": now, "dropped_by": actor_name(by), "dropped_reason": reason}
    for name, value in values.items():
        setattr(row, name, value)
    row.save_version(version, update_fields=["state", *values])
    said = {"number": row.number.symbol} if verb == "number" else {}
    record_event(EVENTS[verb], row, by=by, now=now, reason=reason, after={"state": row.state}, **said)
    if verb == "issue":
        record_event("paper copied", row.original, by=by, now=now, number=row.number.symbol)
    return row
