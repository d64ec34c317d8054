"""Settings of the portal, read from top to bottom; every value that differs between installations is an
environment variable. A value of the wrong type stops the start with its name."""

from pathlib import Path

import django_stubs_ext
from environs import Env

# Lets generic classes of Django (ModelAdmin, QuerySet…) name their model at run time as the type checker asks.
django_stubs_ext.monkeypatch()

env = Env()

BASE_DIR = Path(__file__).resolve().parent.parent

# ── What kind of installation this is ─────────────────────────────────────────────────────────────────────────────
# Demo data (accounts whose password is "demo") is for trying the portal out; a production start refuses it.
DEMO_DATA = env.bool("DEMO_DATA", False)
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [])
# Everything that the portal writes to disk itself (photos) is below this folder.
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "var"))).resolve()

# ── The university ────────────────────────────────────────────────────────────────────────────────────────────────
INSTITUTION_CODE = env.str("INSTITUTION_CODE", "AIK")
INSTITUTION_NAME = env.str("INSTITUTION_NAME", "Akademia Ignatianum w Krakowie")
# Which conditions a student must meet: "els" (the manual of 2023) or "pesel" (art. 74 ust. 4b, since 1 October 2025).
ELIGIBILITY_RULES = env.str("ELIGIBILITY_RULES", "els")

# ── mDokumenty ────────────────────────────────────────────────────────────────────────────────────────────────────
MDOKUMENTY_URL = env.str("MDOKUMENTY_URL", "http://127.0.0.1:8001")
MDOKUMENTY_TIMEOUT = env.float("MDOKUMENTY_TIMEOUT", 10.0)  # seconds for one call as a whole
MDOKUMENTY_CERTIFICATE = env.str("MDOKUMENTY_CERTIFICATE", "")  # PEM files: ours, its key, the server's CA
MDOKUMENTY_KEY = env.str("MDOKUMENTY_KEY", "")
MDOKUMENTY_CA = env.str("MDOKUMENTY_CA", "")

# ── The engine ────────────────────────────────────────────────────────────────────────────────────────────────────
ENGINE_TICK = env.float("ENGINE_TICK", 1.0)  # seconds between the wake-ups that Celery beat guarantees
ENGINE_CONNECTIONS = env.int("ENGINE_CONNECTIONS", 16)  # calls side by side in one worker process
ENGINE_LEASE = env.float("ENGINE_LEASE", 45.0)  # seconds after which a silent worker's orders are free again

# ── Encryption at rest ────────────────────────────────────────────────────────────────────────────────────────────
# Fernet keys; the first encrypts, all decrypt (docs/runbook.md tells how to rotate them).
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS")
FIELD_INDEX_KEY = env.str("FIELD_INDEX_KEY")  # for the HMAC by which an encrypted value can be found

# ── Apps ──────────────────────────────────────────────────────────────────────────────────────────────────────────
INSTALLED_APPS = [
    "mdocs",
    "students",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_guid",
]
MIDDLEWARE = [
    "django_guid.middleware.guid_middleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "mlegitymacja_portal.urls"
WSGI_APPLICATION = "mlegitymacja_portal.wsgi.application"
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
            ],
        },
    },
]

# ── Storage ───────────────────────────────────────────────────────────────────────────────────────────────────────
DATABASES = {"default": env.dj_db_url("DATABASE_URL", conn_max_age=60, conn_health_checks=True)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR / "media"}},
    # Photos are never served by address: students.views hands one out after asking who wants it.
    "photos": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR / "photos"}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]

# ── Signing in ────────────────────────────────────────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "students.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# ── Language and time ─────────────────────────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "pl"
LANGUAGES = [("pl", "polski"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Warsaw"
USE_TZ = True

# ── Celery ────────────────────────────────────────────────────────────────────────────────────────────────────────
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
