"""The door: every request is checked against the one table before its view runs."""

import uuid

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed, JsonResponse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from accounts.access import allowed, routes, row_for
from audit.context import source
from screens.kept import keep_form


class AccessMiddleware:
    """Refuses what the table does not allow: anonymous → sign-in, wrong role → 403, wrong method → 405."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.id = uuid.uuid4().hex[:16]
        with source("web", request_id=request.id, address=request.META.get("REMOTE_ADDR", "")):
            response = self.get_response(request)
        response.headers["X-Request-ID"] = request.id
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    def process_view(self, request, view, args, kwargs):
        name = request.resolver_match.view_name
        if name not in routes():
            raise PermissionDenied(_("This address is not in the table of permissions."))
        needed = row_for(name, request.method)
        if needed is None:
            if not request.user.is_authenticated and not any(a.anyone for a in routes()[name].values()):
                return self.sign_in(request)
            return HttpResponseNotAllowed(sorted(routes()[name]))
        if allowed(request.user, needed):
            return None
        if not request.user.is_authenticated:
            return self.sign_in(request)
        raise PermissionDenied(_("Your role does not allow this."))

    def sign_in(self, request):
        if request.path.startswith("/api/"):
            return JsonResponse({"detail": "not signed in"}, status=401)
        if request.method == "POST":
            return keep_form(request)
        return redirect_to_login(request.get_full_path())
