from django.conf import settings
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

KNOWN = {code for code, _name in settings.LANGUAGES}


def preferred(header):
    """The known language that stands first in an Accept-Language header; None where there is none."""
    asked = (language.partition("-")[0] for language, _weight in parse_accept_lang_header(header))
    return next((language for language in asked if language in KNOWN), None)


class LanguageMiddleware:
    """Vietnamese unless the reader asked for English with the switch; what the browser prefers is not asked.

    An office computer often says it prefers English, and nobody there chose that. Programs that call the API say what they
    mean.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path.startswith("/api/"):
            asked = preferred(request.headers.get("Accept-Language", ""))
        else:
            asked = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        language = asked if asked in KNOWN else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response
