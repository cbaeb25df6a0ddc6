"""One file of settings; every value that differs between places comes from the environment."""

from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent

# --- where we are -----------------------------------------------------------------------------
ENVIRONMENT = env.choice("ENVIRONMENT", "tryout", ("tryout", "production"))
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.boolean("DEBUG", False)
SAMPLE_SECRET_KEY = "sample-secret-for-trying-out-only-0123456789-abcdefghijklmnopqrstuvwxyz"  # noqa: S105
SECRET_KEY = env.text("SECRET_KEY", SAMPLE_SECRET_KEY)
SEAL_KEY = env.text("SEAL_KEY", SECRET_KEY)
IDENTITY_KEYS = env.items("IDENTITY_KEY", [SECRET_KEY])  # the first one encrypts, every one opens
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / "var")))
DATA_DIR.mkdir(parents=True, exist_ok=True)
PORT = env.whole("PORT", 8000, least=1)
SITE_URL = env.text("SITE_URL", f"http://127.0.0.1:{PORT}")
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.items("CSRF_TRUSTED_ORIGINS")

# --- database ---------------------------------------------------------------------------------
_database = env.url("DATABASE_URL", ("postgresql", "postgres", "sqlite"))
_owner = env.url("DATABASE_OWNER_URL", ("postgresql", "postgres"))
if _database is None or _database.scheme == "sqlite":
    if _owner:
        raise ImproperlyConfigured("DATABASE_OWNER_URL is for PostgreSQL only; DATABASE_URL is SQLite.")
    _path = _database.path if _database and _database.path.strip("/") else str(DATA_DIR / "portal.sqlite3")
    DATABASES = {"default": env.sqlite(_path)}
else:
    DATABASES = {"default": env.postgres(_database)}
    if _owner:
        DATABASES["owner"] = env.postgres(_owner)
POSTGRES = "postgresql" in DATABASES["default"]["ENGINE"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- jobs -------------------------------------------------------------------------------------
_redis = env.url("REDIS_URL", ("redis", "rediss", "unix"))
REDIS_URL = env.text("REDIS_URL")
BROKER_DIR = DATA_DIR / "broker"
CELERY_BROKER_URL = REDIS_URL or "filesystem://"
CELERY_TASK_TIME_LIMIT = env.whole("JOB_TIME_LIMIT_SECONDS", 1800, least=30)
CELERY_TASK_SOFT_TIME_LIMIT = CELERY_TASK_TIME_LIMIT - 10
if _redis:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": CELERY_TASK_TIME_LIMIT + 600,
        "socket_connect_timeout": 1,
        "socket_timeout": 5,
    }
else:
    for _folder in ("queue", "done", "control"):
        (BROKER_DIR / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "processed_folder": str(BROKER_DIR / "done"),
        "control_folder": str(BROKER_DIR / "control"),
        "store_processed": False,
        "polling_interval": 0.2,
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = env.whole("WORKERS", 2, least=1)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Asia/Ho_Chi_Minh"

# --- rooms ------------------------------------------------------------------------------------
ROOMS = (
    "screens",
    "audit",
    "jobs",
    "accounts",
    "reference",
    "notices",
    "documents",
    "programme",
    "enterprises",
    "dossiers",
    "support",
    "reporting",
    "exchange",
)
INSTALLED_APPS = [
    *ROOMS,
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "config.static.StaticFiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "oauth2_provider",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "screens.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SignedInMiddleware",
    "accounts.middleware.AccessMiddleware",
    "accounts.middleware.ParkedMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.menus.navigation",
                "notices.bar.of_request",
            ],
        },
    }
]
FORM_RENDERER = "screens.forms.Renderer"
FILTERS_EMPTY_CHOICE_LABEL = _("All")
DJANGO_TABLES2_TEMPLATE = "screens/table.html"

# --- people -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "accounts.validators.LongEnough",
        "OPTIONS": {"min_length": 14},
    },
    {"NAME": "accounts.validators.HardToGuess"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
CSRF_FAILURE_VIEW = "accounts.views.csrf_failure"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.NewPasswordForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
}
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "20/15m/ip,5/15m/key",
    "reset_password": "20/h/ip,5/h/key",
}
PASSWORD_RESET_TIMEOUT = 3600
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_FORMS = {
    "authenticate": "accounts.forms.AuthenticateForm",
    "reauthenticate": "accounts.forms.MFAReauthenticateForm",
    "activate_totp": "accounts.forms.ActivateTOTPForm",
    "deactivate_totp": "accounts.forms.DeactivateTOTPForm",
    "generate_recovery_codes": "accounts.forms.GenerateRecoveryCodesForm",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an invitation went to the address: that verified it
MFA_TOTP_ISSUER = "SPCNCL Hà Nội"
MFA_TOTP_TOLERANCE = 1  # the code before and the one after count: clocks of telephones differ (RFC 6238, 5.2)
STAFF_MFA_REQUIRED = env.boolean("STAFF_MFA_REQUIRED", PRODUCTION)
SESSION_IDLE_MINUTES = env.whole("SESSION_IDLE_MINUTES", 15 if PRODUCTION else 480, least=1)
ADMIN_IDLE_MINUTES = env.whole("ADMIN_IDLE_MINUTES", 5 if PRODUCTION else 480, least=1)
SESSION_COOKIE_AGE = 12 * 3600  # measured from signing in, however busy the session is
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# --- cache: shared by every process, or rate limits are not limits ------------------------------
if REDIS_URL:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
else:
    CACHES = {
        "default": {
            "BACKEND": "accounts.cache.SharedFileCache",
            "LOCATION": str(DATA_DIR / "cache"),
            "OPTIONS": {"MAX_ENTRIES": 20_000},
        }
    }

# --- language, time, numbers ------------------------------------------------------------------
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Vietnamese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = "screens.localformats"

# --- files ------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
FILE_STORE = DATA_DIR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(FILE_STORE)}},
    "staticfiles": {"BACKEND": "config.static.Storage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_HANDLERS = [
    "documents.receiving.NoLongerThanTaken",
    "documents.receiving.InMemory",
    "documents.receiving.OnDisk",
]
UPLOAD_MEGABYTES = env.whole("UPLOAD_MEGABYTES", 30, least=1)
QUOTA_FILES = env.whole("QUOTA_FILES", 2000, least=1)
QUOTA_MEGABYTES = env.whole("QUOTA_MEGABYTES", 2000, least=1)
VISITOR_MEGABYTES = env.whole("VISITOR_MEGABYTES", 10, least=1)  # of a file of somebody who has not signed in
VISITOR_FILES_A_DAY = env.whole("VISITOR_FILES_A_DAY", 200, least=1)
IMPORT_MOST_ROWS = env.whole("IMPORT_MOST_ROWS", 200_000, least=1)
READER_MEGABYTES = env.whole("READER_MEGABYTES", 1024, least=256)
READER_SECONDS = env.whole("READER_SECONDS", 60, least=5)
CLAMD = env.text("CLAMD")
SERVE_UNSCANNED = env.boolean("SERVE_UNSCANNED", False)
SIGNING_CERTIFICATE = env.text("SIGNING_CERTIFICATE")  # PKCS #12 file of the agency's own signature
SIGNING_PASSWORD = env.text("SIGNING_PASSWORD")
API_FORM_MEGABYTES = env.whole("API_FORM_MEGABYTES", 200, least=1)  # of all files of one dossier that a system sends
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# --- mail -------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "Cổng SPCNCL <khong-tra-loi@spcncl.example>")
_mail = env.url("EMAIL_URL", ("smtp", "smtps"))
if _mail:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = _mail.hostname or "127.0.0.1"
    EMAIL_PORT = _mail.port or 25
    EMAIL_HOST_USER = _mail.username or ""
    EMAIL_HOST_PASSWORD = _mail.password or ""
    EMAIL_USE_SSL = _mail.scheme == "smtps"
    EMAIL_TIMEOUT = 10
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(DATA_DIR / "outbox")
SHOW_OUTBOX = not PRODUCTION

# --- other ways of telling people: gateways that take {"id", "to", "text"}; without an address they are off -------
SMS_URL = env.text("SMS_URL") if env.url("SMS_URL", ("https", "http")) else ""
SMS_TOKEN = env.text("SMS_TOKEN")
ZALO_URL = env.text("ZALO_URL") if env.url("ZALO_URL", ("https", "http")) else ""
ZALO_TOKEN = env.text("ZALO_TOKEN")

# Networks that are not public and to which events are sent all the same; http:// to those on this machine.
EVENTS_ALSO_TO = env.networks("EVENTS_ALSO_TO")
# Ports that events are sent to; on this machine, where it is allowed at all, any.
EVENTS_PORTS = env.ports("EVENTS_PORTS", [443])

# --- the API -----------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "URL_FORMAT_OVERRIDE": None,  # `format` is a parameter that there is not, like any other
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "exchange.errors.Handler",
    "EXCEPTION_FORMATTER_CLASS": "exchange.errors.Formatter",
}
SPECTACULAR_SETTINGS = {
    "VERSION": "1.1.0",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "DISABLE_DOCSTRING_DESCRIPTIONS": True,  # they speak one language
    "ENUM_NAME_OVERRIDES": {
        "CityMeasureEnum": "reporting.models.CityStatistic.Measure",
        "CityPricesEnum": "reporting.models.CityStatistic.Prices",
        "CityStateEnum": "reporting.models.CityStatistic.State",
        "DossierStateEnum": "exchange.api.dossiers.STATES",
        "FieldKindEnum": "exchange.api.dossiers.FIELD_KINDS",
        "FigurePricesEnum": "enterprises.models.FigureRevision.Prices",
        "FigureStateEnum": "enterprises.models.FigureRevision.State",
        "PaymentStateEnum": "exchange.api.payments.STATES",
        "PeriodStateEnum": "programme.models.Period.State",
        "TitleKindEnum": "enterprises.models.Title.Kind",
        "UnitLevelEnum": "reference.models.AdministrativeUnit.Kind",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "exchange.described.fields_may_be_chosen",
        "exchange.described.rows_and_bodies_are_told",
        "exchange.described.fields_leave",
        "exchange.described.expanded_fields_need_rights",
        "exchange.described.told_at_first",
        "exchange.described.how_to_get_in",
        "exchange.described.nothing_unknown",
        "exchange.examples.add_examples",
    ],
}
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "oauth2_provider.AccessToken"  # noqa: S105 - a model
OAUTH2_PROVIDER_ID_TOKEN_MODEL = "oauth2_provider.IDToken"  # noqa: S105 - a model
OAUTH2_PROVIDER_GRANT_MODEL = "oauth2_provider.Grant"
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "oauth2_provider.RefreshToken"  # noqa: S105 - a model
OAUTH2_PROVIDER_DEVICE_GRANT_MODEL = "oauth2_provider.DeviceGrant"
MIGRATION_MODULES = {"oauth2_provider": "exchange.oauth.migrations"}
OAUTH2_PROVIDER = {
    "OAUTH2_VALIDATOR_CLASS": "exchange.oauth.Validator",
    "SCOPES_BACKEND_CLASS": "exchange.oauth.Scopes",
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "OAUTH2_GRANT_TYPES_SUPPORTED": ["client_credentials"],
    "OAUTH2_RESPONSE_TYPES_SUPPORTED": [],
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "PKCE_REQUIRED": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
}

# --- security ---------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
BEHIND_TLS = env.boolean("BEHIND_TLS", PRODUCTION)
# How many proxies of ours write X-Forwarded-For; what came before them is not believed.
ALLAUTH_TRUSTED_PROXY_COUNT = env.whole("TRUSTED_PROXIES", 1 if BEHIND_TLS else 0)
if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

if PRODUCTION:
    refusals = [
        sentence
        for wrong, sentence in (
            (SECRET_KEY == SAMPLE_SECRET_KEY or len(SECRET_KEY) < 50, "SECRET_KEY is the sample or too short"),
            (SEAL_KEY == SECRET_KEY, "SEAL_KEY is not set apart from SECRET_KEY"),
            (
                any(key in (SECRET_KEY, SEAL_KEY) or len(key) < 50 for key in IDENTITY_KEYS),
                "IDENTITY_KEY is not set apart from SECRET_KEY and SEAL_KEY, or too short",
            ),
            (DEBUG, "DEBUG is on"),
            (not POSTGRES, "DATABASE_URL is not PostgreSQL"),
            (POSTGRES and not _owner, "DATABASE_OWNER_URL is not set"),
            (
                POSTGRES and _owner and DATABASES["owner"]["USER"] == DATABASES["default"]["USER"],
                "the application uses the owner's database role",
            ),
            (not REDIS_URL, "REDIS_URL is not set"),
            (not _mail, "EMAIL_URL is not set"),
            (not BEHIND_TLS, "BEHIND_TLS is off"),
        )
        if wrong
    ]
    if refusals:
        raise ImproperlyConfigured("This is not a production set-up: " + "; ".join(refusals) + ".")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"refusals": {"()": "config.logs.RefusalsInOneLine"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["refusals"]}},
    # A broker that is a folder has no host; the client says so of every connection.
    "loggers": {"kombu.connection": {"level": "ERROR"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "WARNING")},
}
