"""What a write through the API is given, read strictly: nothing is guessed, rounded, trimmed away or left unread."""

import json
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.http import parse_header_parameters
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, serializers
from rest_framework.fields import SkipField
from rest_framework.parsers import BaseParser

from exchange.filters import DAY, IDENTIFIER, none_of
from exchange.signs import LINES, OF_WORDS, is_unseen

MOST_BYTES = 4 * 2**20
MOST_NAMED = 30  # choices, in a refusal


class TooLarge(exceptions.APIException):
    status_code = 413
    default_code = "too_large"
    sentence = gettext_lazy("The body is too large: at most %(megabytes)s MB.")

    def __init__(self, most=MOST_BYTES):
        super().__init__(self.sentence % {"megabytes": most // 2**20})


def require_utf8(media_type):
    """Refuse a body that says of itself that it is written in anything else than UTF-8."""
    charset = (parse_header_parameters(media_type or "")[1].get("charset") or "utf-8").lower()
    if charset not in ("utf-8", "utf8"):
        raise OtherCharset({"charset": charset})


class OtherCharset(exceptions.APIException):
    status_code = 415
    default_code = "unsupported_charset"

    def __init__(self, charset):
        super().__init__(_("Send the body in UTF-8, not in %(charset)s.") % charset)


class Packed(exceptions.APIException):
    status_code = 415
    default_code = "unsupported_encoding"
    default_detail = gettext_lazy("Send the body as it is, without Content-Encoding: packed bodies are not taken.")


def require_as_it_is(request):
    """Refuse a body that says of itself that it is packed, whatever it is."""
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        raise Packed


class Json(BaseParser):
    """JSON as RFC 8259 has it: no NaN, no name twice in an object; never more than MOST_BYTES in memory."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        require_utf8(media_type)
        require_as_it_is(parser_context["request"])
        return _read(stream.read(MOST_BYTES + 1))


def _read(body):
    if len(body) > MOST_BYTES:
        raise TooLarge
    try:
        text = body.decode("utf-8")
        return json.loads(text, parse_constant=_refuse, parse_float=Decimal, object_pairs_hook=_each_once)
    except RecursionError:
        raise exceptions.ParseError(_("The body is nested too deeply.")) from None
    except UnicodeDecodeError as wrong:
        raise _no_json(_("byte %(number)s is none of UTF-8") % {"number": wrong.start + 1}) from None
    except json.JSONDecodeError as wrong:
        place = {"line": wrong.lineno, "column": wrong.colno}
        raise _no_json(_("look at line %(line)s, sign %(column)s") % place) from None
    except ValueError:
        raise _no_json(_("a number has too many digits")) from None


def _no_json(problem):
    return exceptions.ParseError(_("The body is no JSON: %(problem)s.") % {"problem": problem})


def _refuse(word):
    raise _no_json(_("%(word)s is no number") % {"word": word})


def _each_once(pairs):
    found = dict(pairs)
    if len(found) < len(pairs):
        ((twice, _times),) = Counter(name for name, _value in pairs).most_common(1)
        raise _no_json(_("“%(name)s” stands twice in an object") % {"name": twice})
    return found


class WithFiles(dict):
    """An object of JSON that came with files: `files` is {name of the part: [uploads]}."""

    def __init__(self, values, files):
        super().__init__(values)
        self.files = files


class JsonAndFiles(BaseParser):
    """A form of one part of JSON, called `json_part`, and of parts with files, each name as often as there are files of it.

    The view is told what it `received`, to be closed when it has answered.
    """

    media_type = "multipart/form-data"
    json_part = ""

    def parse(self, stream, media_type=None, parser_context=None):
        require_utf8(media_type)
        request = parser_context["request"]
        require_as_it_is(request)
        try:
            if int(request.META.get("CONTENT_LENGTH") or 0) > settings.API_FORM_MEGABYTES * 2**20:
                raise FormTooLarge
            sent = MultiPartParser(request.META, stream, request.upload_handlers, "utf-8")
            texts, files = sent.parse()
            parser_context["view"].received = files
        except RequestDataTooBig:
            raise TooLarge from None
        except (MultiPartParserError, SuspiciousOperation, ValueError):
            raise exceptions.ParseError(_("The form cannot be read: it is not multipart/form-data.")) from None
        parts = [*texts.getlist(self.json_part), *(file.read(MOST_BYTES + 1) for file in files.getlist(self.json_part))]
        faults = Faults()
        faults.named = {name: [_("Send this as a file, with a name.")] for name in texts if name != self.json_part}
        if len(parts) != 1:
            faults.named[self.json_part] = [_("Send this part once, as JSON.")]
        faults.refuse()
        values = _read(parts[0] if isinstance(parts[0], bytes) else _as_sent(parts[0]))
        if not isinstance(values, dict):
            return values
        return WithFiles(values, {name: files.getlist(name) for name in files if name != self.json_part})


def _as_sent(text):
    """The bytes of a text of a form; where a byte was none of UTF-8 they are no longer known."""
    if "\ufffd" in text:
        raise _no_json(_("it is not in UTF-8"))
    return text.encode()


class FormTooLarge(TooLarge):
    sentence = gettext_lazy("The form is too large: at most %(megabytes)s MB with all its files.")

    def __init__(self):
        super().__init__(settings.API_FORM_MEGABYTES * 2**20)


class Faults:
    """Gathers what several looks refuse, so that it is named at once."""

    def __init__(self):
        self.named = {}

    def look(self, do):
        """What `do` gives, or None where it refuses."""
        try:
            return do()
        except serializers.ValidationError as refusal:
            self.named |= refusal.detail

    def refuse(self):
        if self.named:
            raise serializers.ValidationError(self.named)


def merged(these, those):
    """The faults of both looks by name; of one name, unless both have names beneath it, what `those` say."""
    both = {
        name for name in these.keys() & those.keys() if isinstance(these[name], dict) and isinstance(those[name], dict)
    }
    return these | those | {name: merged(these[name], those[name]) for name in both}


class Body(serializers.Serializer):
    """All that is wrong is named at once: fields that are not here, are missing, are not what they should be, do not agree.

    `told` is what the description says of it.
    """

    def disagreeing(self, sent):
        """{field: [sentence]} of what does not agree with each other in the object that was `sent`, read or not."""
        return {}

    def to_internal_value(self, data):
        if not isinstance(data, Mapping):
            return super().to_internal_value(data)
        known = ", ".join(self.fields)
        sentence = _("There is no such field here. There are: %(known)s.") % {"known": known}
        faults = Faults()
        faults.named = {name: [sentence] for name in data if name not in self.fields}
        values = faults.look(lambda: super(Body, self).to_internal_value(data))
        faults.named = self.disagreeing(data) | faults.named
        faults.refuse()
        return self._with_files(values)

    def _with_files(self, values):
        return values | ({"files": self.initial_data.files} if isinstance(self.initial_data, WithFiles) else {})

    @property
    def readable(self):
        """The values of the fields that can be read, where not all can."""
        found = {}
        for name, field in self.fields.items() if isinstance(self.initial_data, Mapping) else ():
            with suppress(serializers.ValidationError, SkipField):
                found[name] = field.run_validation(field.get_value(self.initial_data))
        return self._with_files(found)


class Whole(serializers.IntegerField):
    """A whole number as JSON writes it: no text, no fraction, no exponent, no truth value."""

    def to_internal_value(self, data):
        if isinstance(data, bool) or not isinstance(data, int):
            raise serializers.ValidationError(
                _("Write a whole number, without quotes, fraction or exponent."), "not_whole"
            )
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """Text as JSON writes it, of which every sign is seen; in one line, unless it is `long`. Blanks around it do not count."""

    def __init__(self, *, long=False, **extra):
        self.known = OF_WORDS + LINES if long else OF_WORDS
        super().__init__(**extra)

    def to_internal_value(self, data):
        if not isinstance(data, str):
            raise serializers.ValidationError(_("Write a text in quotes."), "not_text")
        text = super().to_internal_value(data)
        if not self.is_seen(text):
            raise serializers.ValidationError(_("Leave away signs that are not seen."), "not_seen")
        return text

    def is_seen(self, text):
        return not any(is_unseen(sign, self.known) for sign in text)


class SeenText(Text):
    """A code: a sign of which nothing is seen by itself, or a blank of another kind, makes it another one."""

    def is_seen(self, text):
        return text.isprintable()


class Choice(serializers.ChoiceField):
    def fail(self, key, **given):
        if key == "invalid_choice" and len(self.choices) <= MOST_NAMED:
            raise serializers.ValidationError(none_of(given["input"], map(str, self.choices)), key)
        super().fail(key, **given)

    def to_internal_value(self, data):
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)


class Day(serializers.DateField):
    def to_internal_value(self, value):
        try:
            if isinstance(value, str) and DAY.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        raise serializers.ValidationError(_("Write a day as YYYY-MM-DD."), "not_a_day")


class Id(serializers.UUIDField):
    """An identifier as this API gives it."""

    def to_internal_value(self, data):
        if not (isinstance(data, str) and IDENTIFIER.fullmatch(data)):
            raise serializers.ValidationError(_("Write an identifier as this API gives it."), "not_an_identifier")
        return UUID(data)
