"""All settings, from the environment, with types.

Without any variable the system runs on this machine alone: SQLite and a file-system broker under
``var/``. A district or more sets ``DATABASE_URL`` and ``CELERY_BROKER_URL`` (docs/operators-guide.md).
"""

from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").exists():
    env.read_env(str(BASE_DIR / ".env"))

VAR_DIR = Path(env.str("CITYMGMT_VAR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

# --- what kind of place this is ------------------------------------------------------------------
# "local" is one machine with made-up people; "production" refuses to start with any default secret.
MODE = env.str("CITYMGMT_MODE", default="local")
if MODE not in {"local", "production"}:
    raise ImproperlyConfigured("CITYMGMT_MODE is either 'local' or 'production'.")
LOCAL = MODE == "local"
DEBUG = env.bool("DEBUG", default=False)
# The role switch of /demo/ exists only where the one-command start asked for it.
DEMO = LOCAL and env.bool("CITYMGMT_DEMO", default=False)

_INSECURE_KEY = "local-machine-only-never-in-production"
SECRET_KEY = env.str("SECRET_KEY", default=_INSECURE_KEY)
# Salt of the digests that stand for personal data in the history; losing it breaks no chain.
PERSON_SALT = env.str("PERSON_SALT", default=_INSECURE_KEY)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"] if LOCAL else [])
CSRF_FAILURE_VIEW = "citymgmt.pages.errors.csrf_failed"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

if not LOCAL:
    if _INSECURE_KEY in {SECRET_KEY, PERSON_SALT} or len(SECRET_KEY) < 32:
        raise ImproperlyConfigured(
            "Production needs SECRET_KEY (32 characters or more) and PERSON_SALT in the environment."
        )
    if DEBUG or not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured("Production needs ALLOWED_HOSTS by name and DEBUG off.")

# --- applications --------------------------------------------------------------------------------
INSTALLED_APPS = [
    "citymgmt.apps.CitymgmtConfig",
    "cases.apps.CasesConfig",
    "notices.apps.NoticesConfig",
    "grids.apps.GridsConfig",
    "accounts.apps.AccountsConfig",
    "core.apps.CoreConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "guardian",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "citymgmt.middleware.AccessMiddleware",
    "citymgmt.middleware.InitialPasswordMiddleware",
    "citymgmt.middleware.SentenceMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "citymgmt.urls"
WSGI_APPLICATION = "citymgmt.wsgi.application"
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
                "django.template.context_processors.i18n",
                "citymgmt.context.chrome",
            ],
        },
    },
]

# --- database ------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'citymgmt.sqlite3'}")}
_db = DATABASES["default"]
if _db["ENGINE"] == "django.db.backends.sqlite3":
    _db["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000;",
    }
else:
    _db["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    _db["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- who may come in -----------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:login"
SESSION_COOKIE_AGE = env.int("SESSION_SECONDS", default=12 * 3600)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not LOCAL
SESSION_COOKIE_NAME = "citymgmt_session"
CSRF_COOKIE_NAME = "citymgmt_csrf"
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=not LOCAL)
SECURE_HSTS_SECONDS = 0 if LOCAL else env.int("SECURE_HSTS_SECONDS", default=31536000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not LOCAL
# How many reverse proxies stand in front; only then is X-Forwarded-For believed, that deep.
PROXIES = env.int("PROXIES", default=0)
if PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
GUARDIAN_RAISE_403 = False
ANONYMOUS_USER_NAME = None
AXES_FAILURE_LIMIT = env.int("LOGIN_FAILURES", default=8)
AXES_COOLOFF_TIME = env.float("LOGIN_COOLOFF_HOURS", default=0.25)
# Wrong tries in an hour from one address, and for one name from anywhere.
LOGIN_TRIES_PER_ADDRESS_PER_HOUR = env.int("LOGIN_TRIES_PER_ADDRESS_PER_HOUR", default=120)
LOGIN_TRIES_PER_NAME_PER_HOUR = env.int("LOGIN_TRIES_PER_NAME_PER_HOUR", default=40)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "accounts.views.locked_out"
AXES_CLIENT_IP_CALLABLE = "core.clients.client_ip"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *env.list("TILE_HOSTS", default=[])],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

# --- API -----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "knox.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "citymgmt.api.problem_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "citymgmt",
    "DESCRIPTION": "城管进社区 · report, verify, plan, approve, dispatch, handle, check, call back.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "StageEnum": "cases.workflow.Stage",
        "TrackEnum": "cases.workflow.Track",
        "SourceEnum": "cases.models.case.Source",
        "AskedEnum": "cases.workflow.Asked",
        "RoleEnum": "accounts.roles.Role",
        "ClassKindEnum": "cases.models.CaseClass.Kind",
        "PartKindEnum": "cases.models.UnitPart.Kind",
        "UnitKindEnum": "accounts.models.Unit.Kind",
        "BatchKindEnum": "cases.models.PlanBatch.Kind",
        "PlanStateEnum": "cases.models.ActionPlan.State",
        "ChangeEnum": "cases.plan_difference.CHANGES",
        "PieceChangeEnum": "cases.plan_difference.PRESENCES",
        "AreaChangeKindEnum": "grids.models.AreaJob.Kind",
        "AreaChangeStateEnum": "grids.models.AreaJob.State",
        "AbsenceKindEnum": "grids.models.Absence.Kind",
        "RuleKindEnum": "cases.serializers.limits.KINDS",
        "RuleSourceEnum": "cases.serializers.limits.WHOSE",
        "RuleStageEnum": "cases.serializers.limits.STAGES_IN_ORDER",
        "RuleTrackEnum": "cases.serializers.limits.TRACKS",
        "RobotKindEnum": "notices.models.Robot.Kind",
        "NoticeGroupEnum": "notices.kinds.Group",
        "SaidInGroupsEnum": "notices.shapes.SAID_IN_GROUPS",
        "DeliveryStateEnum": "notices.models.ChannelDelivery.State",
    },
}
# A device that has not been used to log in for a month asks again.
REST_KNOX = {"TOKEN_TTL": timedelta(days=env.int("TOKEN_DAYS", default=30)), "AUTH_HEADER_PREFIX": "Token"}

# --- language, time, files -----------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
NODE_MODULES = BASE_DIR / "node_modules"
STATICFILES_DIRS: list[object] = [BASE_DIR / "static"]
VENDOR_DISTS = {"htmx": "htmx.org/dist", "leaflet": "leaflet/dist"}
STATICFILES_DIRS += [
    (f"vendor/{name}", NODE_MODULES / dist)
    for name, dist in VENDOR_DISTS.items()
    if (NODE_MODULES / dist).exists()
]
WHITENOISE_USE_FINDERS = LOCAL
WHITENOISE_AUTOREFRESH = LOCAL
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MAX_PHOTO_BYTES = env.int("MAX_PHOTO_MB", default=20) * 1024 * 1024
MAX_PHOTO_PIXELS = env.int("MAX_PHOTO_MEGAPIXELS", default=60) * 1_000_000
MAX_PHOTOS_PER_STEP = env.int("MAX_PHOTOS_PER_STEP", default=9)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
TILE_URL = env.str("TILE_URL", default="")
TILE_ATTRIBUTION = env.str("TILE_ATTRIBUTION", default="")

# --- what a city sets for itself -----------------------------------------------------------------
SIMILAR_METRES = env.float("SIMILAR_METRES", default=50)
SIMILAR_HOURS = env.float("SIMILAR_HOURS", default=24)
FIELD_CHECK_SHARE = env.float("FIELD_CHECK_SHARE", default=0.2)
PUBLIC_REPORTS_PER_HOUR = env.int("PUBLIC_REPORTS_PER_HOUR", default=20)
PUBLIC_LOOKUPS_PER_HOUR = env.int("PUBLIC_LOOKUPS_PER_HOUR", default=120)

# How long name and number of whoever reported are kept after the case is done, and those of colleagues
# after they left, in days; 0 keeps them.
REPORTER_KEPT_DAYS = env.int("REPORTER_KEPT_DAYS", default=3 * 365)
STAFF_KEPT_DAYS = env.int("STAFF_KEPT_DAYS", default=3 * 365)
# Seconds a name and number stay on the screen; looks by one person in an hour before the bureau is told.
REVEAL_SECONDS = env.int("REVEAL_SECONDS", default=60)
REVEALS_PER_HOUR = env.int("REVEALS_PER_HOUR", default=30)
PUBLIC_FORGETS_PER_HOUR = env.int("PUBLIC_FORGETS_PER_HOUR", default=10)

# --- where each day's digest of all histories is sent; empty means nowhere -----------------------
DIGEST_FILE = env.str("DIGEST_FILE", default="")
DIGEST_MAIL = env.list("DIGEST_MAIL", default=[])
DIGEST_WEBHOOK_URL = env.str("DIGEST_WEBHOOK_URL", default="")
DIGEST_WEBHOOK_SECRET = env.str("DIGEST_WEBHOOK_SECRET", default="")
if DIGEST_WEBHOOK_URL and not DIGEST_WEBHOOK_URL.startswith(("https://", "http://")):
    raise ImproperlyConfigured("DIGEST_WEBHOOK_URL begins with https:// or http://.")
if DIGEST_WEBHOOK_URL and not DIGEST_WEBHOOK_SECRET:
    raise ImproperlyConfigured("DIGEST_WEBHOOK_URL needs DIGEST_WEBHOOK_SECRET, which signs what is sent.")
# Without a mail server the letters of a local machine are kept as files, so that the pages can be tried.
_mail = env.email_url(
    "EMAIL_URL", default=f"filemail:///{VAR_DIR.resolve()}/mail" if LOCAL else "smtp://localhost:25"
)
EMAIL_BACKEND, EMAIL_FILE_PATH = _mail["EMAIL_BACKEND"], _mail["EMAIL_FILE_PATH"]
EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"] or "localhost", _mail["EMAIL_PORT"] or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"] or "", _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="citymgmt@localhost")

# --- how notices leave the house -----------------------------------------------------------------
# Where the site is found from outside, for the links in letters and group messages; "" leaves them out.
_host = "127.0.0.1:8000" if LOCAL else ALLOWED_HOSTS[0].lstrip(".")
SITE_URL = env.str("SITE_URL", default=f"{'http' if LOCAL else 'https'}://{_host}").rstrip("/")
# Hosts that robots of units may stand on: names, ".ending", or "*" for every host with a public address.
WEBHOOK_HOSTS = env.list("WEBHOOK_HOSTS", default=["qyapi.weixin.qq.com", "oapi.dingtalk.com"])
# A proxy for HTTPS to the outside, and a file with the certificates of the city's own authority.
WEBHOOK_PROXY = env.str("WEBHOOK_PROXY", default=env.str("HTTPS_PROXY", default=""))
WEBHOOK_CA_FILE = env.str("WEBHOOK_CA_FILE", default="")
# A message that could not be sent for so long is given up; it stays in the inbox and can be sent again.
DELIVERY_HOURS = env.float("DELIVERY_HOURS", default=24)

# --- messages ------------------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", default="")
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=REDIS_URL or "filesystem://")
if CELERY_BROKER_URL.startswith("filesystem"):
    _queue = VAR_DIR / "queue"
    _queue.mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_queue),
        "data_folder_out": str(_queue),
        "control_folder": str(_queue / "control"),
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE = {
    "escalate-due": {"task": "core.tasks.escalate_due", "schedule": 1.0, "options": {"expires": 5}},
    "drain-outbox": {"task": "core.tasks.drain_outbox", "schedule": 1.0, "options": {"expires": 5}},
    "drain-channels": {"task": "notices.tasks.drain_channels", "schedule": 1.0, "options": {"expires": 5}},
    "forget-deliveries": {"task": "notices.tasks.forget_deliveries", "schedule": 3600.0},
    "run-area-jobs": {"task": "grids.tasks.run_area_jobs", "schedule": 5.0, "options": {"expires": 5}},
    "run-rearm-jobs": {"task": "cases.tasks.run_rearm_jobs", "schedule": 5.0, "options": {"expires": 5}},
    "forget-old-rows": {"task": "core.tasks.forget_old_rows", "schedule": 3600.0},
    "reassign-orphans": {
        "task": "cases.tasks.reassign_orphans",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "forget-unused-photos": {"task": "cases.tasks.forget_unused_photos", "schedule": 3600.0},
    "forget-reporters": {"task": "cases.tasks.forget_reporters", "schedule": 3600.0},
    "forget-colleagues": {"task": "accounts.tasks.forget_colleagues", "schedule": 24 * 3600.0},
    # One row a day; asked often, so that a machine that slept at midnight takes it when it wakes.
    "digest-heads": {"task": "cases.tasks.digest_heads", "schedule": 600.0, "options": {"expires": 500}},
}

# --- timers --------------------------------------------------------------------------------------
# How many run_timers processes there are to be; the health page misses those that are not there.
TIMER_RUNNERS = env.int("TIMER_RUNNERS", default=0)
# Seconds by which the database's clock and a dispatcher's may differ before it refuses to fire.
CLOCK_SKEW_SECONDS = env.float("CLOCK_SKEW_SECONDS", default=5.0)
# Prometheus shows this as its bearer token at /metrics; without one the address does not exist, except for
# this machine itself in local mode.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

# Records are covered where they are made (core/logs.py); statements with their values are never logged.
DEFAULT_EXCEPTION_REPORTER_FILTER = "core.logs.ErrorReportFilter"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "loggers": {"django.db.backends": {"level": "INFO"}},
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {
        "handlers": ["console"],
        "level": env.str("LOG_LEVEL", default="INFO" if not LOCAL else "WARNING"),
    },
}
