"""Reads settings from the environment; nonsense is refused at start with a sentence."""

import os
from ipaddress import ip_network
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def text(name, default=""):
    return os.environ.get(name, "").strip() or default


def boolean(name, default):
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise ImproperlyConfigured(f"{name}={value!r} is neither true nor false.")


def whole(name, default, least=0):
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not (value.isascii() and value.isdigit()) or int(value) < least:
        raise ImproperlyConfigured(f"{name}={value!r} is not a whole number of at least {least}.")
    return int(value)


def choice(name, default, allowed):
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name}={value!r} is not one of: {', '.join(allowed)}.")
    return value


def items(name, default=()):
    return [item.strip() for item in text(name).split(",") if item.strip()] or list(default)


def networks(name):
    """Networks by commas, such as 10.20.0.0/16; a single address is one too."""
    found = items(name)
    for network in found:
        try:
            ip_network(network)
        except ValueError:
            raise ImproperlyConfigured(f"{name}={network!r} is no network, such as 10.20.0.0/16.") from None
    return found


def ports(name, default):
    """Ports by commas."""
    found = items(name) or [str(each) for each in default]
    for port in found:
        if not (port.isascii() and port.isdigit() and 1 <= int(port) <= 65535):
            raise ImproperlyConfigured(f"{name}={port!r} is no port: a whole number from 1 to 65535 is.")
    return [int(port) for port in found]


def url(name, schemes):
    """The parts of an address, or None when the variable is not set."""
    value = text(name)
    if not value:
        return None
    parts = urlsplit(value)
    if parts.scheme not in schemes:
        raise ImproperlyConfigured(f"{name} must begin with one of: {', '.join(s + '://' for s in schemes)}.")
    try:
        parts.port  # noqa: B018 - reading it checks it
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}.") from error
    return parts


def postgres(parts):
    """Django's DATABASES entry for a postgresql:// address."""
    if not parts.path.strip("/"):
        raise ImproperlyConfigured("The PostgreSQL address names no database.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5},
    }


def sqlite(path):
    """Django's DATABASES entry for a SQLite file: WAL, immediate transactions, a patient lock."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
            "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;",
        },
    }
