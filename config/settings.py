"""The one settings file, in the order a reader needs. Environments differ by environment variables (`.env.example`)."""

import re
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config.schedule import SCHEDULE

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").exists():
    env.read_env(str(BASE_DIR / ".env"))

# Where everything that Waymark writes lies: database, uploads, the schedule's memory.
DATA_DIR = Path(env.str("WAYMARK_DATA", default=str(BASE_DIR / ".waymark")))
DATA_DIR.mkdir(parents=True, exist_ok=True)

# ---- what kind of installation this is
# An installation that has been told nothing, neither a secret nor a database, is the demonstration.
_TOLD_NOTHING = not (env.str("SECRET_KEY", default="") or env.str("DATABASE_URL", default=""))
DEMO = env.bool("WAYMARK_DEMO", default=_TOLD_NOTHING)
DEBUG = env.bool("DEBUG", default=False)


def _secret() -> str:
    """The secret of this installation; the demonstration makes one for itself and keeps it."""
    if given := str(env.str("SECRET_KEY", default="")):
        return given
    if not (DEMO or DEBUG):
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. Put a long random text into it, for example the output of: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    kept = DATA_DIR / "secret-key"
    if not kept.exists():
        import secrets  # noqa: PLC0415 - only the demonstration needs it

        kept.write_text(secrets.token_urlsafe(50))
        kept.chmod(0o600)
    return kept.read_text()


SECRET_KEY = _secret()
# What signs the heads of the ledger. Its own, where the secret key is changed now and then.
LEDGER_KEY = env.str("LEDGER_KEY", default="") or SECRET_KEY
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL.startswith("https://") else []

# ---- the centre
CENTRE_NAME = env.str("CENTRE_NAME", default="Northgate Learning" if DEMO else "Your centre")
CENTRE_EMAIL = env.str("CENTRE_EMAIL", default="centre@waymark.invalid")

# ---- what it is made of
INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "core.apps.CoreConfig",
    "accounts.apps.AccountsConfig",
    "programmes.apps.ProgrammesConfig",
    "enrolment.apps.EnrolmentConfig",
    "workshops.apps.WorkshopsConfig",
    "assignments.apps.AssignmentsConfig",
    "verification.apps.VerificationConfig",
    "reporting.apps.ReportingConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "verification.watch.ExternalViews",
    "core.middleware.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
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
                "core.views.ui",
                "config.navigation.navigation",
            ],
            "builtins": ["core.templatetags.ui", "core.templatetags.addresses"],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---- database: SQLite in the data folder unless DATABASE_URL names a PostgreSQL
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'waymark.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Write-ahead log, the write lock taken at the start, and patience: without them SQLite loses writes under load.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    # Pages look up single rows of large tables: no compiling of statements, and an index costs what it does on an SSD.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault(
        "options",
        env.str("POSTGRES_OPTIONS", default="-c jit=off -c random_page_cost=1.1 -c plan_cache_mode=force_generic_plan"),
    )
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=600)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

# ---- background work: in this process unless REDIS_URL names a Redis
REDIS_URL = env.str("REDIS_URL", default="")
CELERY_BROKER_URL = REDIS_URL or "memory://localhost/"
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600} if REDIS_URL else {"polling_interval": 0.05}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A dead broker may cost a request a tenth of a second, not more.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Europe/London"
CELERY_BEAT_SCHEDULE = SCHEDULE
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL and REDIS_URL.startswith(("redis://", "rediss://"))
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# ---- what is kept in line with every event, in its transaction: called with the event and what it is about
EVENT_FOLLOWERS = ["verification.queueing.follow"]

# ---- signing in: by e-mail and invitation; there is no sign-up
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_CHANGE_EMAIL = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_FORMS = {
    "login": "accounts.sign_in_forms.LoginForm",
    "reset_password": "accounts.sign_in_forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.sign_in_forms.ResetPasswordKeyForm",
    "change_password": "accounts.sign_in_forms.ChangePasswordForm",
    "reauthenticate": "accounts.sign_in_forms.ReauthenticateForm",
}
MFA_ADAPTER = "accounts.adapter.SecondStepAdapter"
MFA_FORMS = {
    "authenticate": "accounts.sign_in_forms.CodeForm",
    "reauthenticate": "accounts.sign_in_forms.CodeAgainForm",
    "activate_totp": "accounts.sign_in_forms.ActivateAppForm",
    "deactivate_totp": "accounts.sign_in_forms.RemoveAppForm",
    "add_webauthn": "accounts.sign_in_forms.AddKeyForm",
    "edit_webauthn": "accounts.sign_in_forms.RenameKeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Waymark"
# Staff and the external verifier (EQA) set up a second step before they see anything.
REQUIRE_SECOND_FACTOR = env.bool("REQUIRE_SECOND_FACTOR", default=not DEMO)
# Whom the sign-in page of the demonstration offers: a list of {email, name, role, finds}, written by its loader.
DEMO_PEOPLE = DATA_DIR / "demo-people.json"
AXES_USERNAME_FORM_FIELD = "email"
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_VERBOSE = False
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# ---- safety
_HTTPS = SITE_URL.startswith("https://")
SECURE_SSL_REDIRECT = _HTTPS
SESSION_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_SECURE = _HTTPS
SECURE_HSTS_SECONDS = 31536000 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _HTTPS
SECURE_HSTS_PRELOAD = _HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# ---- files
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_USE_FINDERS = DEMO or DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEMO or DEBUG
        else "core.addresses.HashedFiles"
    },
}
MEDIA_ROOT = DATA_DIR / "media"  # never served by address: every download goes through a view that asks who you are
MEDIA_URL = ""
LEDGER_HEADS = DATA_DIR / "ledger"
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
UPLOAD_LIMIT = 25 * 1024 * 1024
EVIDENCE_LIMIT = env.int("EVIDENCE_LIMIT_MB", default=500) * 1024 * 1024

# ---- the time the centre gives itself to answer, in working days; for marking it is in the qualification
TURNAROUND = {
    "drafts": env.int("DRAFT_DAYS", default=5),
    "questions": env.int("QUESTION_DAYS", default=2),
    "catch_ups": env.int("CATCH_UP_DAYS", default=10),
    "registers": env.int("REGISTER_DAYS", default=1),
}
for _kind, _days in TURNAROUND.items():
    if not 0 <= _days <= 260:
        raise ImproperlyConfigured(f"The time for {_kind} is {_days} working days. Choose a number from 0 to 260.")

# ---- claims: after how many days without an answer a claim is overdue
CLAIM_ANSWER_DAYS = env.int("CLAIM_ANSWER_DAYS", default=28)
if not 1 <= CLAIM_ANSWER_DAYS <= 365:
    raise ImproperlyConfigured(f"CLAIM_ANSWER_DAYS is {CLAIM_ANSWER_DAYS}. Choose a number of days from 1 to 365.")

# ---- how many months after the last standardisation of a qualification a tutor is warned
STANDARDISATION_MONTHS = env.int("STANDARDISATION_MONTHS", default=12)
if not 1 <= STANDARDISATION_MONTHS <= 60:
    raise ImproperlyConfigured(f"STANDARDISATION_MONTHS is {STANDARDISATION_MONTHS}. Choose a number from 1 to 60.")

# ---- cases: how long each stage may take, as "stage 10w" in working or "stage 30d" in calendar days
CASE_TIMES = {
    "appeal": env.str(
        "APPEAL_TIMES", default="received 3w, acknowledged 3w, review 15w, decided 10w, panel 20w, awarding 40w"
    ),
    "complaint": env.str(
        "COMPLAINT_TIMES", default="received 3w, acknowledged 3w, review 15w, decided 10w, panel 20w, awarding 40w"
    ),
    "data_protection": env.str(
        "DATA_COMPLAINT_TIMES", default="received 30d, acknowledged 10d, review 30d, decided 10w, panel 30d"
    ),
    "malpractice": env.str(
        "MALPRACTICE_TIMES",
        default="suspected 2w, investigation 15w, reported 5w, hearing 10w, decided 5w, sanctioned 5w",
    ),
}
# How long after a result is released the learner may appeal against it; and when a case is reminded of before its day.
APPEAL_WITHIN = env.str("APPEAL_WITHIN", default="20w")
CASE_REMINDER = env.str("CASE_REMINDER", default="2w")
for _text in (*", ".join(CASE_TIMES.values()).split(","), f"appeal {APPEAL_WITHIN}", f"reminder {CASE_REMINDER}"):
    if not re.fullmatch(r"\s*[a-z]+ [1-9][0-9]{0,2}[wd]\s*", _text):
        raise ImproperlyConfigured(
            f"“{_text.strip()}” is no time for a case. Write a stage with 10w or 30d, such as review 15w."
        )

# ---- the virus scanner: nothing is scanned unless CLAMD_URL names a clamd
CLAMD_URL = env.str("CLAMD_URL", default="")
if CLAMD_URL and not CLAMD_URL.startswith(("tcp://", "unix:///")):
    raise ImproperlyConfigured(f"CLAMD_URL is {CLAMD_URL}. Write tcp://host:3310 or unix:///run/clamav/clamd.ctl")

# ---- mail: to a server if EMAIL_URL names one, else only into the outbox and the log
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="dummymail://")
EMAIL_BACKEND = EMAIL_CONFIG["EMAIL_BACKEND"]
EMAIL_HOST = EMAIL_CONFIG.get("EMAIL_HOST", "")
EMAIL_PORT = EMAIL_CONFIG.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = EMAIL_CONFIG.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = EMAIL_CONFIG.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = EMAIL_CONFIG.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = EMAIL_CONFIG.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("FROM_EMAIL", default=CENTRE_EMAIL)

# ---- language and time
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
# One language, English: nothing is translated, and nothing is asked for a translation.
USE_I18N = False
USE_TZ = True

# ---- log: lines to standard error, no personal data
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
