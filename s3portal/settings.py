"""The one settings file. Everything that differs between installations comes from the environment.

A value that is missing or malformed stops the start with the variable's name. All are in ``.env.example``.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from s3portal.schedule import BEAT_SCHEDULE

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def required_secret(name: str, *, trial_value: str) -> str:
    """A secret from the environment; the trial may do without, production may not."""
    value = env.str(name, default="")
    if value:
        return str(value)
    only_in_trial(name)
    return trial_value


def only_in_trial(name: str) -> None:
    """The trial starts a server of its own where ``name`` says none; production may not."""
    if not S3_TRIAL:
        raise ImproperlyConfigured(f"Miljövariabeln {name} saknas. Se .env.example.")


# With no DATABASE_URL there is nothing of production here: the trial's own servers are used.
DATABASE_URL = env.str("DATABASE_URL", default="")
S3_TRIAL = env.bool("S3_TRIAL", default=not DATABASE_URL)
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = required_secret("SECRET_KEY", trial_value="trial-only-not-a-secret")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if S3_TRIAL else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
BASE_URL = env.str("BASE_URL", default=f"http://127.0.0.1:{env.str('PORT', default='8000')}").rstrip("/")
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.forms",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "crispy_forms",
    "csp",
    "django_htmx",
    "pgtrigger",
    "s3portal.common",
    "s3portal.audit",
    "s3portal.accounts",
    "s3portal.outbox",
    "s3portal.organisations",
    "s3portal.diary",
    "s3portal.copies",
    "s3portal.archive",
    "calls",
    "applications",
    "decisions",
    "s3portal.home",
    "s3portal.exchange",
]
if S3_TRIAL:
    INSTALLED_APPS.append("s3portal.trial")

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "s3portal.common.middleware.PermissionsPolicyMiddleware",
    "s3portal.common.middleware.HugeBodyMiddleware",
    "s3portal.accounts.middleware.PrivatePagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "s3portal.accounts.middleware.KeepTypedTextMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "s3portal.accounts.middleware.SuspendedRequestMiddleware",
    "s3portal.accounts.middleware.StaffSecondFactorMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "s3portal.accounts.middleware.ButtonAddressMiddleware",
    "s3portal.common.middleware.RefusalMiddleware",
    # Asked before the one above it: the last in the list hears first of what a view raises.
    "s3portal.common.middleware.HeldFileMiddleware",
    "s3portal.common.middleware.HeadWritesNothingMiddleware",
]

ROOT_URLCONF = "s3portal.urls"
WSGI_APPLICATION = "s3portal.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "s3portal.common.context_processors.portal",
            ],
            "builtins": ["s3portal.common.templatetags.s3"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = ["s3"]
CRISPY_TEMPLATE_PACK = "s3"
CRISPY_FAIL_SILENTLY = False

# --- Data -----------------------------------------------------------------------------------------------
if not DATABASE_URL:
    only_in_trial("DATABASE_URL")
    from s3portal.trial.servers import embedded_database_url

    DATABASE_URL = embedded_database_url()
DATABASES: dict[str, dict[str, Any]] = {"default": env.db_url_config(DATABASE_URL)}
if not DATABASES["default"]["ENGINE"].endswith("postgresql"):
    raise ImproperlyConfigured("DATABASE_URL ska peka på PostgreSQL.")
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
if not REDIS_URL:
    only_in_trial("REDIS_URL")
    from s3portal.trial.servers import embedded_redis_url

    REDIS_URL = embedded_redis_url()
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 3, "socket_timeout": 3},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# Everything uploaded or made is private; it is streamed only by views that have checked the right.
MEDIA_ROOT = VAR_DIR / "files"
if env.str("S3_BUCKET", default=""):
    _default_storage: dict[str, Any] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env.str("S3_BUCKET"),
            "endpoint_url": env.str("S3_ENDPOINT_URL", default=None),
            "access_key": env.str("S3_ACCESS_KEY"),
            "secret_key": env.str("S3_SECRET_KEY"),
            "default_acl": "private",
            "file_overwrite": False,
        },
    }
else:
    _default_storage = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(MEDIA_ROOT), "base_url": None},
    }
STORAGES = {
    "default": _default_storage,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
CLAMD_URL = env.str("CLAMD_URL", default="")

# --- Accounts -------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
# The address is unique in any case of letters (user_email_unique_any_case), which this check cannot see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home:after_login"
ACCOUNT_LOGOUT_REDIRECT_URL = "home:start"
ACCOUNT_ADAPTER = "s3portal.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "s3portal.accounts.forms.SignupForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = env.int("REAUTHENTICATION_SECONDS", default=300)
# What anybody may send without an account is counted like logins are (s3portal.common.visitors).
VISITOR_RATE_LIMITS = {
    "visitor_ask": "10/h/ip",
    "visitor_subscribe": "20/h/ip,4/h/key",
    "visitor_request": "20/h/ip",
    "visitor_register": "30/h/ip,10/h/key",
    "visitor_verify": "60/h/ip",
}
ACCOUNT_RATE_LIMITS: dict[str, str] | bool = (
    VISITOR_RATE_LIMITS if env.bool("RATE_LIMITS", default=True) else False
)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "S3-portalen"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = S3_TRIAL
# Staff reach the inner pages only with a second factor; off only in the trial.
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=not S3_TRIAL)
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": []}}
if env.str("OIDC_SERVER_URL", default=""):
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"].append(
        {
            "provider_id": "region",
            "name": env.str("OIDC_NAME", default="Logga in med e-legitimation"),
            "client_id": env.str("OIDC_CLIENT_ID"),
            "secret": env.str("OIDC_CLIENT_SECRET"),
            "settings": {"server_url": env.str("OIDC_SERVER_URL")},
        }
    )
SOCIALACCOUNT_LOGIN_ON_GET = False
SESSION_COOKIE_AGE = int(timedelta(hours=env.int("SESSION_HOURS", default=12)).total_seconds())
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "s3portal.home.views.csrf_failure"

# --- Safety ---------------------------------------------------------------------------------------------
HTTPS = env.bool("HTTPS", default=not S3_TRIAL)
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
# Login attempts are counted by address. Behind a proxy that is what the proxy wrote last in X-Forwarded-For;
# else all people share the proxy's own address, and the thirty-first in a minute would be turned away.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=1 if HTTPS else 0)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        # Designsystemet's stylesheet carries its icons as data: addresses.
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
MAX_UPLOAD_BYTES = env.int("MAX_UPLOAD_MB", default=25) * 1024 * 1024

# --- Language and time ----------------------------------------------------------------------------------
LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", "Svenska")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Stockholm"
USE_I18N = True
USE_TZ = True

# --- Work in the background -----------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
# A task is acknowledged when done, so one whose worker was killed is delivered again; tasks are idempotent.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300
# Kilobytes. Each document leaves some 80 kB behind: a process that has grown to twice its normal size is
# replaced when it has finished what it does.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 600_000
# Who presses a button does not wait long for a broker that is away: beat finds what was not handed over.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 900, "socket_connect_timeout": 3}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = env.str("CELERY_QUEUE", default="s3portal")
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = BEAT_SCHEDULE
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")

# --- Mail -----------------------------------------------------------------------------------------------
EMAIL_CONFIG = env.email_url(
    "EMAIL_URL", default="smtp://127.0.0.1:8025" if S3_TRIAL else "smtp://localhost:25"
)
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="S3-portalen <regionalutveckling@regionjh.se>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- The seal on decisions ------------------------------------------------------------------------------
# PKCS#12 with the region's certificate for electronic seals. The trial makes its own under VAR_DIR.
SEAL_PKCS12 = env.str("SEAL_PKCS12", default="")
SEAL_PASSWORD = env.str("SEAL_PASSWORD", default="")
# Or a key that stays in a security module: its PKCS#11 library, and the certificate with its issuers (PEM).
SEAL_PKCS11_MODULE = env.str("SEAL_PKCS11_MODULE", default="")
SEAL_PKCS11_TOKEN = env.str("SEAL_PKCS11_TOKEN", default="")
SEAL_PKCS11_KEY = env.str("SEAL_PKCS11_KEY", default="")
SEAL_PKCS11_PIN = env.str("SEAL_PKCS11_PIN", default="")
SEAL_CERTIFICATE = env.str("SEAL_CERTIFICATE", default="")
SEAL_ROOTS = env.list("SEAL_ROOTS", default=[])
SEAL_TSA_URL = env.str("SEAL_TSA_URL", default="")

# --- The region -----------------------------------------------------------------------------------------
REGION = {
    "name": env.str("REGION_NAME", default="Region Jämtland Härjedalen"),
    # The part of the country it answers for, in running text.
    "place": env.str("REGION_PLACE", default="Jämtland Härjedalen"),
    "org_number": env.str("REGION_ORG_NUMBER", default="232100-0214"),
    "address": env.str("REGION_ADDRESS", default="Box 654, 831 27 Östersund"),
    "phone": env.str("REGION_PHONE", default="063-14 75 00"),
    "email": env.str("REGION_EMAIL", default="region@regionjh.se"),
    "contact_email": env.str("REGION_CONTACT_EMAIL", default="regionalutveckling@regionjh.se"),
    # The court that tries the region's decisions (KL 13 kap.).
    "court": env.str("REGION_COURT", default="Förvaltningsrätten i Härnösand"),
    # The court that tries a refusal to give out a document (OSL 6:8).
    "secrecy_court": env.str("REGION_SECRECY_COURT", default="Kammarrätten i Sundsvall"),
}
DIARY_PREFIX = env.str("DIARY_PREFIX", default="RUN")

# --- How long what people tell us is kept ---------------------------------------------------------------
# To whom the portal has sent mail and what it said; the row stays and tells that something was sent.
OUTBOX_DAYS = env.int("OUTBOX_DAYS", default=180)
# Who asked about a call, counted from the answer or from when the call was concluded.
INQUIRY_ASKER_WEEKS = env.int("INQUIRY_ASKER_WEEKS", default=12)
# Who has asked for copies of documents, counted from the answer; so long the copies can be fetched too.
REQUESTER_DAYS = env.int("REQUESTER_DAYS", default=60)
# Packages for the archive: copies of what the diary holds, counted from when they were made.
ARCHIVE_DAYS = env.int("ARCHIVE_DAYS", default=14)
# Where Gotenberg makes copies in PDF/A for the packages.
ARCHIVE_PDFA_URL = env.str("ARCHIVE_PDFA_URL", default="")
# An archive time stamp whose certificate runs out within so many days gets a new one over it.
SEAL_RENEW_DAYS = env.int("SEAL_RENEW_DAYS", default=365)
# The comments on a decision's draft and its versions, counted from the signature.
DRAFT_MATERIAL_DAYS = env.int("DRAFT_MATERIAL_DAYS", default=30)
# What people want to eat may tell of health or belief, and is of no use after the meeting; counted from it.
MEAL_WISHES_WEEKS = env.int("MEAL_WISHES_WEEKS", default=2)
# How long a notice that has been taken down is still shown on the public notice board.
BOARD_DAYS = env.int("BOARD_DAYS", default=365)
# A signed decision that is on no list to the nämnd after so many days is warned of.
UNREPORTED_DAYS = env.int("UNREPORTED_DAYS", default=30)
# Whether a förvaltningschef has a list of the decisions made by those who got the right from them.
SUBDELEGATED_TO_CHIEF = env.bool("SUBDELEGATED_TO_CHIEF", default=True)
# The registrar is warned so many days before the last day to report to a meeting.
AGENDA_NEAR_DAYS = env.int("AGENDA_NEAR_DAYS", default=3)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"masked_keys": {"()": "s3portal.common.logs.MaskedKeys"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["masked_keys"]}
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
