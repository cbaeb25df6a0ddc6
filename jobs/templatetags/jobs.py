from django import template
from django.utils import timezone

from jobs.services import worker_alive

register = template.Library()


@register.simple_tag
def worker_is_silent():
    """Whether nothing takes up long work at the moment."""
    return not worker_alive(timezone.now())
