"""The steps of papers and of copies in words, and what their signatures are."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.services.numbers import last_given, upcoming_number
from documents.signing.keys import has_agency_key, may_sign_here
from documents.signing.signatures import Signature
from screens import formats

# {verb: (title, what the button says, what is said when it is done, what it means)}
WORDS = {
    "send": (
        gettext_lazy("Send for initialling"),
        gettext_lazy("Send for initialling"),
        gettext_lazy("The paper is on its way to the head of the office."),
        gettext_lazy("The head of your office initials the content; the draft is not changed meanwhile."),
    ),
    "initial": (
        gettext_lazy("Initial the content"),
        gettext_lazy("Initial"),
        gettext_lazy("Initialled. The Department's Office checks the form now."),
        gettext_lazy("You answer for the content. The Department's Office checks the form next."),
    ),
    "check": (
        gettext_lazy("Check the form"),
        gettext_lazy("The form is right"),
        gettext_lazy("The form is found right. The paper waits to be signed."),
        gettext_lazy("The paper is drawn as it will be signed, with empty places for number and date."),
    ),
    "sign": (
        gettext_lazy("Sign"),
        gettext_lazy("Sign with a try-out certificate"),
        gettext_lazy("Signed. The records clerk gives number and date now."),
        gettext_lazy(
            "This portal is only tried out: the certificate is self-made and says that it has no legal value."
        ),
    ),
    "number": (
        gettext_lazy("Give number and date"),
        gettext_lazy("Give number and date"),
        gettext_lazy("Number and date stand on the paper and in the register."),
        gettext_lazy("They are written into their empty places; the signature goes on holding."),
    ),
    "seal": (
        gettext_lazy("Sign for the agency"),
        gettext_lazy("Sign for the agency"),
        gettext_lazy("Signed by the agency. The paper can be issued."),
        gettext_lazy("After the agency's signature nothing in the paper may change."),
    ),
    "issue": (
        gettext_lazy("Issue"),
        gettext_lazy("Issue"),
        gettext_lazy("The paper is issued."),
        gettext_lazy("Its code confirms it then to whoever holds it."),
    ),
    "return": (
        gettext_lazy("Send back"),
        gettext_lazy("Send back"),
        gettext_lazy("The paper is back with whoever drafted it."),
        gettext_lazy("The way begins anew; what was signed so far is not used."),
    ),
    "stop": (
        gettext_lazy("Stop the paper"),
        gettext_lazy("Stop the paper"),
        gettext_lazy("The paper is stopped and its number void."),
        gettext_lazy("Its number becomes void with this reason and is not given again."),
    ),
}
# likewise of copies
COPY_WORDS = {
    "sign": (
        gettext_lazy("Sign the copy"),
        gettext_lazy("Sign with a try-out certificate"),
        gettext_lazy("Signed. The records clerk gives number and date now."),
        gettext_lazy(
            "This portal is only tried out: the certificate is self-made and says that it has no legal value."
        ),
    ),
    "number": (
        gettext_lazy("Give number and date"),
        gettext_lazy("Give number and date"),
        gettext_lazy("Number and date stand on the copy and in the register."),
        gettext_lazy("They are written into their empty places; the signature goes on holding."),
    ),
    "issue": (
        gettext_lazy("Issue the copy"),
        gettext_lazy("Sign for the agency and issue"),
        gettext_lazy("The copy is issued and stands on the page of the original."),
        gettext_lazy("After the agency's signature nothing in the copy may change."),
    ),
    "drop": (
        gettext_lazy("Drop the copy"),
        gettext_lazy("Drop the copy"),
        gettext_lazy("The copy is dropped."),
        gettext_lazy("It stays to be read, with the reason. Another one may be prepared."),
    ),
}
# {verb: what was done}
STEP_WORDS = {
    "send": gettext_lazy("Sent on its way"),
    "initial": gettext_lazy("Content initialled"),
    "check": gettext_lazy("Form found right"),
    "sign": gettext_lazy("Signed"),
    "number": gettext_lazy("Number and date given"),
    "seal": gettext_lazy("Signed by the agency"),
    "issue": gettext_lazy("Paper issued"),
    "return": gettext_lazy("Sent back to whoever drafted it"),
    "stop": gettext_lazy("Paper stopped"),
}


def next_step(what, people, *, as_whom="", named=""):
    """What comes next, as whom somebody does it and who may, for everybody to read before they try; `named` where it is one
    person's, who is named even when they may not."""
    who = named or ", ".join(person.full_name for person in people)
    return {"turn": f"{what} – {': '.join(filter(None, [as_whom, who]))}", "nobody": not people}


def number_source(series, office, on):
    """Where the number of a paper or copy of the office would come from on the day `on`: who gives it, the last one, the next."""
    last, dated_on = last_given(series, office, on)
    named = {"series": series, "year": on.year, "number": last, "day": formats.vn_date(dated_on) if dated_on else ""}
    if not series.is_portals:
        who = _("The city's document system gives the number; it is typed in here with its date.")
        said = _("The last one typed in is %(number)s of %(day)s.") if last else _("None was typed in yet in %(year)s.")
        return f"{who} {said % named}"
    who = _("The portal gives the number, the next of the series “%(series)s” in %(year)s.") % named
    if dated_on:
        said = _("The last one is %(number)s of %(day)s.") % named
    else:
        said = (
            _("The last one, given before the portal, is %(number)s.") if last else _("None was given yet.")
        ) % named
    upcoming = series.symbol_of(upcoming_number(series, office, on), office=office, year=on.year)
    return f"{who} {said} {_('The next one is %(number)s.') % {'number': upcoming}}"


def can_do_here(verb):
    """Whether the portal has what the step needs: keys for signing."""
    return {"sign": may_sign_here, "seal": has_agency_key}.get(verb, lambda: True)()


def signature_words(facts):
    """Whose certificate a step was signed with."""
    if not facts:
        return ""
    if facts["tryout"]:
        return _("Try-out certificate without legal value: %(name)s") % {"name": facts["name"]}
    return _("Certificate of %(name)s, issued by %(issuer)s") % {"name": facts["name"], "issuer": facts["issuer"]}


def kept_of(row):
    """[Signature] of a file as they were verified when it came; None where they could not be read."""
    return signatures_kept(row.signatures)


def signatures_kept(signatures):
    return None if signatures is None else [Signature.of(each) for each in signatures]


def worth_when_it_came(row):
    """{kind, words} of what the signatures of a file were worth when it came; None where nobody looked then."""
    if not row.verified_at:
        return None
    kind, words = worth_of(kept_of(row))
    return {"kind": kind, "words": words}


def worth_of(signatures):
    """(kind of tag, words) of all signatures of a file together."""
    if signatures is None or any(each.unreadable for each in signatures):
        return "warn", _("the signatures could not be checked")
    if not any(not each.is_stamp for each in signatures):
        return "quiet", _("not signed digitally")
    if not all(each.holds for each in signatures):
        return "bad", _("changed after it was signed")
    if any(each.ran_out_before and not each.trusted for each in signatures):
        return "bad", _("intact; the certificate had run out when it was signed")
    if any(each.expired_at and not each.trusted for each in signatures):
        return "warn", _("intact; the certificate has run out since")
    if any(each.tryout for each in signatures):
        return "warn", _("intact; signed with a try-out certificate without legal value")
    if all(each.trusted for each in signatures):
        return "ok", _("intact; issued by an organisation of the portal's list")
    return "warn", _("intact; the certifying organisation is not known")
