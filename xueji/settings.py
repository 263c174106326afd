"""All settings, read once from the environment; docs/operations.md lists the variables."""

import ipaddress
import os
import secrets
from datetime import timedelta
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

ROOT = Path(__file__).resolve().parent.parent


def _flag(name: str) -> bool:
    return os.environ.get(name, "") in {"1", "true", "yes"}


def _words(name: str, default: str) -> list[str]:
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def _secret(name: str) -> str:
    """The value of a variable, or of the file that ``<name>_FILE`` names."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    return os.environ.get(name, "")


def _one_of(name: str, *choices: str) -> str:
    """One of ``choices``; the first when nothing is set."""
    chosen = os.environ.get(name) or choices[0]
    if chosen not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}.")
    return chosen


# -- state: keys, secrets and private files live in one folder outside the repository ----------
STATE = Path(os.environ.get("XUEJI_STATE", ROOT / ".state"))
STATE.mkdir(mode=0o700, parents=True, exist_ok=True)
XUEJI_KEYRING = STATE / "keyring.json"
PRIVATE_FILES = STATE / "files"


def _secret_key() -> str:
    path = STATE / "secret_key"
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text()


SECRET_KEY = _secret("XUEJI_SECRET_KEY") or _secret_key()
DEBUG = False
DEMO = _flag("XUEJI_DEMO")
ALLOWED_HOSTS = _words("XUEJI_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("XUEJI_ALLOWED_HOSTS must name the hosts; '*' is refused.")

# -- applications -------------------------------------------------------------------------------
WORKFLOWS = ["enrollment", "transfers"]
INSTALLED_APPS = [
    "xueji",
    "numbering",
    *WORKFLOWS,
    "reports",
    "guardian",
    "simple_history",
    "csp",
    "django_htmx",
    "django.forms",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "xueji.pages.proxies.client_address",
    "xueji.pages.answered.answered",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "xueji.pages.middleware.answers",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "xueji.pages.middleware.AccessMiddleware",
]
ROOT_URLCONF = "xueji.urls"
WSGI_APPLICATION = "xueji.wsgi.application"
FORM_RENDERER = "xueji.pages.renderers.Renderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                f"xueji.pages.templatetags.{name}" for name in ("xueji", "rules", "forms")
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "xueji.pages.shell.shell",
            ],
        },
    },
]

# -- database: the application role for serving, the owner for migrations and tests -------------
ROLE = os.environ.get("XUEJI_ROLE", "application")
APPLICATION_ROLE = conninfo_to_dict(_secret("DATABASE_URL")).get("user") or "xueji_app"
_url = _secret("DATABASE_OWNER_URL" if ROLE == "owner" else "DATABASE_URL")
_database = conninfo_to_dict(_url)
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _database.pop("dbname", "xueji"),
        "USER": _database.pop("user", "xueji_app"),
        "PASSWORD": _database.pop("password", ""),
        "HOST": _database.pop("host", ""),
        "PORT": str(_database.pop("port", "")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        # prepared is what asks for it and nothing else; None, Django's default, forbids that too.
        # Compiling a list of leavers took PostgreSQL 0.9 s, and reading it 0.2.
        "OPTIONS": {
            "connect_timeout": 3,
            "prepare_threshold": 1_000_000,
            "options": "-c jit=off",
            **_database,
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- people -------------------------------------------------------------------------------------
AUTH_USER_MODEL = "xueji.User"
AUTHENTICATION_BACKENDS = ["xueji.accounts.backends.Accounts"]
PASSWORD_HASHERS = ["xueji.accounts.hashers.Argon2"]
PASSWORD_PROFILE = _one_of("XUEJI_PASSWORD_PROFILE", "mlps", "asvs")
# who must show a second factor: posts of county and above and of administration, or everybody
SECOND_FACTOR = _one_of("XUEJI_SECOND_FACTOR", *(["none"] if DEMO else []), "county", "all", "none")
SEALED_AFTER = timedelta(days=int(os.environ.get("XUEJI_SEAL_DAYS", "0" if DEMO else "183")))
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
SIMPLE_HISTORY_DATE_INDEX = False  # a history is asked for by its row or its pupil
# guardian's look-ups are not used: xueji.accounts.access joins its rows with posts and dates.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "desk"
SESSION_ENGINE = "xueji.accounts.sessions"
SESSION_COOKIE_AGE = 60 * int(os.environ.get("XUEJI_IDLE_MINUTES", "30"))
SESSION_AT_MOST = timedelta(hours=int(os.environ.get("XUEJI_SESSION_HOURS", "12")))
SESSION_SAVE_EVERY_REQUEST = False
# messages name pupils: they stay on the server and go with the session
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# whole numbers of pupils that one person looks at in a day: from here on auditors are told, and
# beyond there the day is over
REVEALS_TOLD, REVEALS_AT_MOST = (
    int(os.environ.get("XUEJI_REVEALS_TOLD", "50")),
    int(os.environ.get("XUEJI_REVEALS_AT_MOST", "200")),
)

# addresses of the proxies in front, whose word on where a request came from is taken
PROXIES = [ipaddress.ip_network(word) for word in _words("XUEJI_PROXIES", "")]

# -- what the browser may do --------------------------------------------------------------------
SECURE_COOKIES = _flag("XUEJI_SECURE_COOKIES")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_NAME = "__Host-xueji" if SECURE_COOKIES else "xueji"
CSRF_COOKIE_NAME = "__Host-xueji-csrf" if SECURE_COOKIES else "xueji-csrf"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = SECURE_COOKIES
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_COOKIES else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_COOKIES
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE_COOKIES else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "xueji.pages.views.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DOCUMENT_MAX_BYTES = 5 * 1024 * 1024

# -- what goes by itself ------------------------------------------------------------------------
DRAFTS_KEPT = timedelta(days=int(os.environ.get("XUEJI_DRAFT_DAYS", "30")))  # since the last save
# a workbook of new pupils, its rows and faults, until somebody confirms
IMPORTS_KEPT = timedelta(days=int(os.environ.get("XUEJI_IMPORT_DAYS", "7")))
NOTICES_KEPT = timedelta(days=90)
FORM_KEYS_KEPT = timedelta(days=int(os.environ.get("XUEJI_FORM_KEY_DAYS", "2")))
EXPORT_DAYS = int(os.environ.get("XUEJI_EXPORT_DAYS", "7"))  # a roster can be fetched so long
EXPORT_JOB_ROWS = 5000  # a longer roster is made by a worker

# -- language, time, files ----------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATIC_ROOT = STATE / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [ROOT / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

# -- jobs: the Job row is the truth, Celery carries its id ----------------------------------------
REDIS_URL = _secret("REDIS_URL")
CELERY_BROKER_URL = REDIS_URL or None
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 1800
CELERY_TASK_SOFT_TIME_LIMIT = 1500
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1}
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 1,
    "socket_timeout": 3,
}
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 600_000
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False  # its lines would quote exceptions
CELERY_BEAT_SCHEDULE = {
    # a sweep that nobody took before the next one is of no use
    "sweep": {
        "task": "xueji.jobs.tasks.sweep",
        "schedule": 60,
        "options": {"expires": 60, "retry": False},
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "xueji.logs.WithoutValues",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        },
        "json": {"()": "xueji.logs.Json"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": _one_of("XUEJI_LOG", "line", "json"),
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django.server": {"level": "WARNING"}},
}
