import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()


def refuse_without_guards():
    """A database that lost its guards serves nobody."""
    from audit.guards import missing_guards

    missing = missing_guards()
    if missing:
        raise SystemExit(f"The database lacks guards ({', '.join(missing)}). Run: manage.py migrate")


refuse_without_guards()
