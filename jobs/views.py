from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from jobs import health


@never_cache
def healthz(request):
    """The web server answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
def readyz(request):
    """Each part, and 503 when one is away without which pages cannot be served."""
    parts = health.state_of_parts(now=timezone.now())
    ready = all(parts[name] for name in health.NEEDED)
    return JsonResponse({"ready": ready, **parts}, status=200 if ready else 503)
