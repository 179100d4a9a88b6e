"""Settings, read from the environment; README.md lists every variable.

One prefix, PORTAL_; besides it only the two customary names DATABASE_URL and REDIS_URL. Any variable
may be given as a file: PORTAL_SECRET_KEY_FILE=/run/secrets/key.
"""

import sys
import tomllib
from pathlib import Path

import environ
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured

from portal.logs import logging_config
from portal.up.places import socket_path

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()

# All state of an installation stands below this folder.
VAR = Path(env.str("PORTAL_VAR", default=str(BASE_DIR / "var"))).resolve()

DEBUG = env.bool("PORTAL_DEBUG", default=False)
# `manage.py up` makes a key of its own in VAR (0600); commands read the same file. Without any, Django refuses
# whatever needs one.
_key_file = VAR / "secret_key"
SECRET_KEY = env.str(
    "PORTAL_SECRET_KEY",
    default=_key_file.read_text().strip() if _key_file.exists() else "",
).strip()
ALLOWED_HOSTS = env.list("PORTAL_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("PORTAL_CSRF_TRUSTED_ORIGINS", default=[])
# Set by `up` alone, and only where it made the database itself and listens on loopback.
PORTAL_DEMO = env.bool("PORTAL_DEMO", default=False)
PORTAL_VERSION = "0.1.0"
# `up` writes it while nobody is there yet; who knows it may make the first administrator.
FIRST_RUN_KEY_FILE = VAR / "first_run_key"

INSTALLED_APPS = [
    "portal",  # for its commands: `up` and what it starts
    "apps.common",
    "apps.audit",
    "apps.organization",
    "apps.signatures",
    "apps.reliability",
    "apps.delivery",
    "apps.specs",
    "apps.signoff",
    "apps.integrations",
    "apps.desk",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",  # for allauth's page of passkeys
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",  # for its command, which writes docs/openapi.yaml
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "apps.common.request_lines.RequestLineMiddleware",  # outermost: it gives the id, and sees every answer
    "django.middleware.security.SecurityMiddleware",
    "apps.common.middleware.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "apps.common.middleware.NulMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "apps.organization.authentication.TokenAtPageMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.common.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "apps.common.middleware.RefusedMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
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
                "apps.common.context.frame",
            ],
            "builtins": [
                f"apps.common.templatetags.{library}"
                for library in ("components", "blocks", "charts", "drawn", "fields", "panel", "strips")
            ],
        },
    },
]

# --- Data ---------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR / 'portal.sqlite3'}")}
# The role that migrates and owns the tables, where the portal runs as another (portal/owner.py).
DATABASE_OWNER = env.db_url("DATABASE_OWNER_URL", default="") if "DATABASE_OWNER_URL" in env.ENVIRON else {}
# A connection opened for each write costs more than fifty writes on one that stays.
DATABASES["default"]["CONN_MAX_AGE"] = None
# One that a server or a firewall closed meanwhile is noticed, and opened anew, before a request uses it.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Whoever writes takes turns; by SQLite alone some of many wait for ever.
    DATABASES["default"]["ENGINE"] = "portal.sqlite"
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        # The default mode takes the write lock late, and fails under contention.
        "transaction_mode": "IMMEDIATE",
        # synchronous=NORMAL may lose the last commits at a power cut; a signature must not be among them.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
else:
    # Seconds; a host that is gone answers nothing, and people wait.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
# Where backups go that are given no folder; where the programs of PostgreSQL stand, if not on PATH.
BACKUPS = Path(env.str("PORTAL_BACKUPS", default=str(VAR / "backups"))).resolve()
PG_BIN = env.str("PORTAL_PG_BIN", default="")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default=f"unix://{socket_path(VAR)}").strip()
# Django's cache lives in the process: nothing that must be right depends on it.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# --- People -------------------------------------------------------------------------------------
AUTH_USER_MODEL = "organization.Person"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "apps.organization.backends.SeatBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "apps.organization.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_FORMS = {
    "login": "apps.organization.forms.passwords.SignInForm",
    "reset_password_from_key": "apps.organization.forms.passwords.NewPasswordForm",
}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 120  # seconds; signatures check it themselves, see apps.signatures
# For so long nobody signs after somebody else changed their mail address, or had their password set anew.
SIGNING_HOLD_HOURS = env.int("PORTAL_SIGNING_HOLD_HOURS", default=24)
# Counted in each web process by itself, since the cache is.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "5/5m/key,50/5m/ip",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
}
# How many proxies stand before the portal: without it, all who come through one share its address.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("PORTAL_PROXIES", default=0)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Administrators vouch for addresses: nothing here verifies them by mail.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Browsers offer passkeys over TLS and on localhost only; without TLS this is such a localhost.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not env.bool("PORTAL_TLS", default=False)

# --- Web ----------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "apps.common.finders.PlotlyFinder",  # the script that draws charts, from its wheel
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
TLS = env.bool("PORTAL_TLS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS
SESSION_COOKIE_NAME = "__Host-sessionid" if TLS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if TLS else "csrftoken"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # pages carry the token themselves
SECURE_SSL_REDIRECT = TLS
# Probes ask from inside, before the proxy.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
# Whether the domain's other hosts speak TLS only is for its owner to say, in the proxy.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TLS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Passkeys are left out: they are in use, and on one's own pages alone by default.
PERMISSIONS_POLICY = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()"
# Named as in Django 6, so that its own middleware can take over from ours.
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "connect-src": ["'self'"],
    "img-src": ["'self'", "data:", "blob:"],
    "font-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
    "manifest-src": ["'self'"],
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
USE_I18N = False
# Such as smtp+tls://user:password@host:587; without one mail goes to files.
_mail = env.email_url("PORTAL_EMAIL_URL", default="filemail://")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"] or "localhost", _mail["EMAIL_PORT"] or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"] or "", _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = str(VAR / "mail")
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env.str("PORTAL_FROM_EMAIL", default="portal@localhost")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apps.organization.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    # Closed unless a view opens it: LoginRequiredMiddleware leaves REST framework alone.
    "DEFAULT_PERMISSION_CLASSES": ["apps.common.access.Closed"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "apps.common.problems.problem_handler",
    # `?format=` names the format of a report, never that of an answer.
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_SCHEMA_CLASS": "apps.common.endpoints.schema.OperationSchema",
    "NUM_PROXIES": ALLAUTH_TRUSTED_PROXY_COUNT,
    "SCHEMA_COERCE_PATH_PK": False,
}
# How often one account may ask, such as 600/min; counted in each web process by itself.
API_RATE = env.str("PORTAL_API_RATE", default="600/min")
# Exactly one effect of a request that comes again.
API_ONCE = "apps.organization.idempotency.once"
SPECTACULAR_SETTINGS = {
    "TITLE": "Triad",
    "VERSION": "v1",
    "OAS_VERSION": "3.1.0",
    "DESCRIPTION": "What the pages of the portal show and do, for programs. docs/api.md is a guide with examples.",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [],  # enums stay where they are
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "description": "A token of a service account."},
            "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE_NAME},
            "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRFToken"},
        }
    },
}

# --- Background work ----------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://") if REDIS_URL.startswith("unix") else REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Suites take minutes: a worker of their own runs them, so that nobody waits behind one.
CELERY_TASK_ROUTES = {"specs.run_execution": {"queue": "suites"}}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_TIME_LIMIT = 1800
CELERY_TASK_SOFT_TIME_LIMIT = 1740
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,  # above the hard time limit, else a long task runs twice
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
    "socket_timeout": 5,  # a broker that stands still is like one that is gone
    "max_retries": 1,
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "run" / "beat")
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    # An old ring says nothing: it ends unheard after its ten seconds.
    "beat": {"task": "common.beat", "schedule": 10.0, "options": {"expires": 10}},
    "sweep_imports": {"task": "delivery.sweep_imports", "schedule": 10.0, "options": {"expires": 10}},
    "sweep_promises": {"task": "signoff.sweep_promises", "schedule": 30.0, "options": {"expires": 30}},
    "sweep_executions": {"task": "specs.sweep_executions", "schedule": 10.0, "options": {"expires": 10}},
    "follow_log": {"task": "desk.follow_log", "schedule": 10.0, "options": {"expires": 10}},
    "refresh_slos": {"task": "reliability.refresh_slos", "schedule": 60.0, "options": {"expires": 60}},
    "sweep_measurements": {"task": "integrations.sweep_measurements", "schedule": 30.0, "options": {"expires": 30}},
    # Where each five minutes of the clock end; later it would tell of others.
    "count_own_requests": {
        "task": "integrations.count_own_requests",
        "schedule": crontab(minute="*/5"),
        "options": {"expires": 30},
    },
    "judge_decisions": {"task": "reliability.judge_decisions", "schedule": 300.0, "options": {"expires": 300}},
    "expire_decisions": {"task": "reliability.expire_decisions", "schedule": 300.0, "options": {"expires": 300}},
    "refresh_headroom": {"task": "reliability.refresh_headroom", "schedule": crontab(hour=0, minute=7)},
    "sweep_letters": {"task": "organization.sweep_letters", "schedule": 10.0, "options": {"expires": 10}},
    "forget_answers": {"task": "organization.forget_answers", "schedule": crontab(minute=17)},
    "housekeeping": {"task": "common.housekeeping", "schedule": crontab(hour=3, minute=30)},
    "audit-verify-log": {"task": "audit.verify_log", "schedule": crontab(hour=2, minute=30)},
}

# --- Suites that the portal runs itself ------------------------------------------------------------
# The operator's, from a file of TOML (apps/specs/running/suites.py says what stands in it), and the portal's own: its
# stories drive a private instance of the portal, with the same code and nothing else.
_suites_file = env.str("PORTAL_SUITES", default="")
try:
    SUITES: dict[str, dict[str, object]] = tomllib.loads(Path(_suites_file).read_text()) if _suites_file else {}
except (OSError, ValueError, RecursionError) as error:
    raise ImproperlyConfigured(f"PORTAL_SUITES={_suites_file} cannot be read: {error}") from error
if "portal" in SUITES:
    # It would be trusted.
    raise ImproperlyConfigured(f"PORTAL_SUITES={_suites_file}: “portal” is the portal's own suite; take another name.")
OWN_STORIES = BASE_DIR / "tests" / "features"
if OWN_STORIES.is_dir():
    SUITES["portal"] = {
        "title": "The portal's own stories",
        "folder": str(OWN_STORIES),
        "command": [
            *(sys.executable, "-m", "behave", "--format=json", "--outfile={report}"),
            *("--format=plain", "--no-color", "{features}"),
        ],
        "format": "behave-json",
        "covers": ["Triad itself"],
        "revision": PORTAL_VERSION,
        "environment": {"PYTHONPATH": str(BASE_DIR)},
        "readable": sorted(
            {sys.prefix, sys.base_prefix, *(str(BASE_DIR / name) for name in ("apps", "portal", "static", "templates"))}
        ),
        "on_change": True,
    }
TRUSTED_SUITES = frozenset({"portal"})

# --- Prometheus servers that measure SLIs --------------------------------------------------------
# Such as main=https://prometheus.example:9090,shop=http://10.0.0.7:9090; no other host is ever asked.
PROMETHEUS: dict[str, str] = env.dict("PORTAL_PROMETHEUS", default={})
# Bearer tokens by the same names.
PROMETHEUS_TOKENS: dict[str, str] = env.dict("PORTAL_PROMETHEUS_TOKENS", default={})
# How long one question may take, in all.
PROMETHEUS_SECONDS = env.float("PORTAL_PROMETHEUS_SECONDS", default=10.0)

# --- What it tells of itself ----------------------------------------------------------------------
LOG_FORMAT = env.str("PORTAL_LOG_FORMAT", default="line" if sys.stderr.isatty() else "json")
try:
    LOGGING = logging_config(style=LOG_FORMAT, level=env.str("PORTAL_LOG_LEVEL", default="WARNING").upper())
except ValueError as error:
    raise ImproperlyConfigured(str(error)) from error
# The web's processes count here what they answer; workers of the same machine read it.
WEB_COUNTS = VAR / "run" / "counts"
# Who may read /metrics from elsewhere than the machine itself.
METRICS_TOKEN = env.str("PORTAL_METRICS_TOKEN", default="").strip()
# How long outputs of suites and old logs are kept.
KEEP_DAYS = env.int("PORTAL_KEEP_DAYS", default=90)
WEB_WORKERS = env.int("PORTAL_WEB_WORKERS", default=2)
