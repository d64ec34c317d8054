"""Settings of the portal.

Every value that differs between installations is an environment variable. A value of the wrong type stops the start
with its name.
"""

import logging
import os
import sys
from datetime import date
from pathlib import Path
from typing import Any

import django_stubs_ext
from csp.constants import NONE, SELF
from django_guid.integrations.celery import CeleryIntegration
from environs import Env, validate
from prometheus_client import values

from mlegitymacja_portal.beat_schedule import beat_schedule
from mlegitymacja_portal.broker import broker_url
from mlegitymacja_portal.inline_styles import block
from mlegitymacja_portal.process_identity import process_identity

# Lets generic classes of Django (ModelAdmin, QuerySet…) name their model at run time as the type checker asks.
django_stubs_ext.monkeypatch()

env = Env()

BASE_DIR = Path(__file__).resolve().parent.parent

# A developer's machine has a .env, which the scripts write (script/lib/dotenv.py). It is the whole environment or none
# of it: an installation that has set any of these stops at what it has forgotten, and is never completed from there.
if not {"ENVIRONMENT", "SECRET_KEY", "DATABASE_URL"} & os.environ.keys():
    env.read_env(BASE_DIR / ".env", recurse=False)

# ── What kind of installation this is ─────────────────────────────────────────────────────────────────────────────
# "production" switches everything on that a public installation needs, and refuses what it must not have
# (mlegitymacja_portal/checks.py). Forgetting a setting never selects development.
ENVIRONMENT = env.str("ENVIRONMENT", "production", validate=validate.OneOf(["production", "development"]))
PRODUCTION = ENVIRONMENT == "production"
# Demo data (accounts with the password "demo") is for trying the portal out; a production start refuses it.
DEMO_DATA = env.bool("DEMO_DATA", False)
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
# Where people find the portal, for what leads them there from elsewhere: https://legitymacja.example.edu
PORTAL_URL = env.str("PORTAL_URL", "" if PRODUCTION else "http://127.0.0.1:8000").rstrip("/")
# Everything that the portal writes to disk itself (photos) is below this folder.
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "var"))).resolve()

# ── The university ────────────────────────────────────────────────────────────────────────────────────────────────
# No default in production: a forgotten setting must not order in another university's name.
INSTITUTION_CODE = env.str("INSTITUTION_CODE", "" if PRODUCTION else "AIK")
INSTITUTION_NAME = env.str("INSTITUTION_NAME", "" if PRODUCTION else "Akademia Ignatianum w Krakowie")
# Contacts for students, and what the privacy notice and the accessibility statement have to name. What is
# empty is left out of the pages.
INSTITUTION_ADDRESS = env.str("INSTITUTION_ADDRESS", "")
HELP_EMAIL = env.str("HELP_EMAIL", "")
HELP_PHONE = env.str("HELP_PHONE", "")
DPO_EMAIL = env.str("DPO_EMAIL", "")  # of the data protection officer (inspektor ochrony danych)
SECURITY_CONTACT = env.str("SECURITY_CONTACT", "")  # mailto:… or https://…, for /.well-known/security.txt
ACCESSIBILITY_PERSON = env.str("ACCESSIBILITY_PERSON", "")  # person or office responsible for accessibility
# When the statement was last reviewed; the law asks for it once a year.
ACCESSIBILITY_REVIEWED = env.date("ACCESSIBILITY_REVIEWED", date(2026, 11, 25))
# After how many months what is over goes (students/retention.py); 0 keeps it until the university decides.
RETENTION_MONTHS: dict[str, int] = {
    name: env.int(f"KEEP_{name.upper()}_MONTHS", 0, validate=validate.Range(min=0))
    for name in ("orders", "photos", "people", "audit", "looks")
}
# How students read who looked at or changed their data: by the staff's role, by name, or as "staff" alone.
LOOKS_SHOWN_AS = env.str("LOOKS_SHOWN_AS", "role", validate=validate.OneOf(["role", "name", "staff"]))
# The address that opens mObywatel on a phone; empty: pages have no such button.
MOBYWATEL_LINK = env.str("MOBYWATEL_LINK", "")
# Which conditions a student must meet: "els" (the manual of 2023) or "pesel" (art. 74 ust. 4b, since 1 October 2025).
ELIGIBILITY_RULES = env.str("ELIGIBILITY_RULES", "els")
# An import that ends more documents than this number, and than this share of its rows, has to be accepted by their
# number; so has a daily sweep that ends more of all documents.
MOST_ENDINGS = env.int("MOST_ENDINGS", 10, validate=validate.Range(min=0))
MOST_ENDINGS_SHARE = env.float("MOST_ENDINGS_SHARE", 0.01, validate=validate.Range(min=0, max=1))
# What a photo has to be, in pixels (width, height); larger ones are scaled down. Its height to its width. And the
# proportions to which one is cut.
_TWO = validate.Length(equal=2)
_width, _height = env.list("PHOTO_SMALLEST", [354, 496], subcast=int, delimiter="x", validate=_TWO)
PHOTO_SMALLEST: tuple[int, int] = (_width, _height)
_width, _height = env.list("PHOTO_LARGEST", [1062, 1488], subcast=int, delimiter="x", validate=_TWO)
PHOTO_LARGEST: tuple[int, int] = (_width, _height)
_least, _greatest = env.list("PHOTO_PROPORTIONS", [1.0, 4.2], subcast=float, delimiter="-", validate=_TWO)
PHOTO_PROPORTIONS: tuple[float, float] = (_least, _greatest)
_width, _height = env.list("PHOTO_FRAME", [35, 45], subcast=int, delimiter="x", validate=_TWO)
PHOTO_FRAME: tuple[int, int] = (_width, _height)
# Under "pesel": whether the portal extends the mLegitymacje of all who go on studying by itself, from 1 October and
# from 1 March on, or leaves it to the dean's office to confirm them cohort by cohort.
AUTOMATIC_CONFIRMATION = env.bool("AUTOMATIC_CONFIRMATION", True)

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

# One line for each order that leaves for mDokumenty (mdocs/engine/references.py): by it a restored database finds what
# it has lost. Beside the backup, on another disk than the database's.
REFERENCES_FILE = env.str("REFERENCES_FILE", "")

ENGINE_WORKERS = env.int("ENGINE_WORKERS", 1)  # processes of a lane's worker, each with that many connections

# ── Encryption at rest ────────────────────────────────────────────────────────────────────────────────────────────
# Fernet keys; the first encrypts, all decrypt (docs/runbook.md says how to rotate them).
FIELD_ENCRYPTION_KEYS: list[str] = env.list("FIELD_ENCRYPTION_KEYS")
FIELD_INDEX_KEY = env.str("FIELD_INDEX_KEY")  # for the HMAC by which an encrypted value can be found

# ── Apps ──────────────────────────────────────────────────────────────────────────────────────────────────────────
INSTALLED_APPS = [
    "mlegitymacja_portal.apps.PortalConfig",
    "operations",
    "usos_api",
    "api",
    "notifications",
    "mdocs",
    "students",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "accounts",
    "mlegitymacja_portal.apps.PortalAdminConfig",  # django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_guid",
    "auditlog",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
MIDDLEWARE = [
    "mlegitymacja_portal.request_ids.one_spelling",
    "django_guid.middleware.guid_middleware",
    "mlegitymacja_portal.metrics.requests.count_requests",
    "django.middleware.security.SecurityMiddleware",
    "mlegitymacja_portal.health.by_any_host",  # before all that asks for the host
    "mlegitymacja_portal.content_security_policy.PolicyMiddleware",
    "mlegitymacja_portal.permissions_policy.permissions_policy",
    "mlegitymacja_portal.signed_out.drop_pages",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "accounts.languages.LanguageMiddleware",  # before all that may answer with words
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.middleware.UserMiddleware",
    "mlegitymacja_portal.maintenance_page.MaintenanceMiddleware",
    "accounts.middleware.SessionUseMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.kept_forms.KeptFormMiddleware",
    "mlegitymacja_portal.audit.AuditMiddleware",
    "mlegitymacja_portal.looks.LooksMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "mlegitymacja_portal.errors.wrong_method_page",
    "mlegitymacja_portal.errors.TooManyRequestsMiddleware",
    "mlegitymacja_portal.unusable_values.UnusableValuesMiddleware",
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
                "notifications.messages.unread.unread_messages",
            ],
        },
    },
]

# ── Storage ───────────────────────────────────────────────────────────────────────────────────────────────────────
DATABASES = {"default": env.dj_db_url("DATABASE_URL", conn_max_age=60, conn_health_checks=True)}
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)  # seconds
# Behind PgBouncer in transaction mode a connection is another one after each transaction: nothing may be asked of it at
# its start, and no cursor outlives a transaction. jit is then switched off in the database (docs/deployment.md).
PGBOUNCER = env.bool("PGBOUNCER", False)
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = PGBOUNCER
# The rules' conditions are long: to compile them to machine code takes PostgreSQL seconds, to answer milliseconds.
if not PGBOUNCER:
    DATABASES["default"]["OPTIONS"].setdefault("options", "-c jit=off")
# Whether PostgreSQL keeps plans for a connection (students/prepared.py); a PgBouncer that shares connections between
# transactions has to know of them (max_prepared_statements).
PREPARED_STATEMENTS = env.bool("PREPARED_STATEMENTS", not PGBOUNCER)
DATABASES["default"]["OPTIONS"].setdefault("prepare_threshold", 5 if PREPARED_STATEMENTS else None)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL")
CACHES = {
    # For what second factors count and must not accept twice: in the database, so that all processes share it.
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "accounts_cache"},
}
# Photos and uploaded tables are written by the web and read by the workers: below DATA_DIR, which several machines then
# have to share, or in a bucket of S3 or its kin. Without an access key, the machine's own role is used.
S3_BUCKET = env.str("S3_BUCKET", "")
S3_ENDPOINT = env.str("S3_ENDPOINT", "")  # for example https://minio.example.edu:9000; empty: Amazon's
S3_REGION = env.str("S3_REGION", "")
S3_ACCESS_KEY = env.str("S3_ACCESS_KEY", "")
S3_SECRET_KEY = env.str("S3_SECRET_KEY", "")


def _shared(folder: str) -> dict[str, Any]:
    """Return the private storage of files that every machine needs."""
    if S3_BUCKET:
        options: dict[str, Any] = {
            "bucket_name": S3_BUCKET,
            "location": folder,
            "endpoint_url": S3_ENDPOINT or None,
            "region_name": S3_REGION or None,
            "access_key": S3_ACCESS_KEY or None,
            "secret_key": S3_SECRET_KEY or None,
        }
        return {"BACKEND": "mlegitymacja_portal.bucket_files.BucketFiles", "OPTIONS": options}
    options = {
        "location": DATA_DIR / folder,
        "file_permissions_mode": 0o600,
        "directory_permissions_mode": 0o700,
    }
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}


STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "media"},
    },
    # Photos are never served by address: students.views serves one after a permission check.
    "photos": _shared("photos"),
    # Tables from USOS, until they have been imported.
    "jobs": _shared("jobs"),
    "staticfiles": {"BACKEND": "mlegitymacja_portal.static_files.CompressedOnce"},
}
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(DATA_DIR / "static")))  # where collectstatic puts them
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "mlegitymacja_portal.static_files.NeededFiles",
]

# ── Signing in ────────────────────────────────────────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "students.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.AccountBackend"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
# Whether people sign in with passwords, and by which sign-in of the university: "cas", "oidc" or none.
PASSWORDS = env.bool("PASSWORDS", True)
UNIVERSITY_SIGN_IN = env.str("UNIVERSITY_SIGN_IN", "", validate=validate.OneOf(["", "cas", "oidc"]))
UNIVERSITY_SIGN_IN_LABEL = env.str("UNIVERSITY_SIGN_IN_LABEL", "")  # words of its button
CAS_URL = env.str("CAS_URL", "").rstrip("/")  # for example https://cas.example.edu/cas
OIDC_ISSUER = env.str("OIDC_ISSUER", "").rstrip("/")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", "")
OIDC_SCOPES = env.str("OIDC_SCOPES", "openid profile email")
# Whether attributes are also asked for at the userinfo endpoint.
OIDC_USERINFO = env.bool("OIDC_USERINFO", False)
# The attribute (empty: the name itself), and what it is of an account: login, email, album_number, esi.
SIGN_IN_ATTRIBUTE = env.str("SIGN_IN_ATTRIBUTE", "")
SIGN_IN_MATCH = env.str(
    "SIGN_IN_MATCH", "login", validate=validate.OneOf(["login", "email", "album_number", "esi"])
)
ESI_INSTITUTION = env.str("ESI_INSTITUTION", "")  # of European Student Identifiers: example.edu or a PIC
# By which attribute, with which values, the university says that it has checked a second factor.
SIGN_IN_FACTOR_ATTRIBUTE = env.str("SIGN_IN_FACTOR_ATTRIBUTE", "")  # acr, amr, authnContextClass…
SIGN_IN_FACTOR_VALUES: list[str] = env.list("SIGN_IN_FACTOR_VALUES", [])
# Roles from an attribute: value=role, value=role. Without a mapping no role is ever taken from the university.
SIGN_IN_ROLE_ATTRIBUTE = env.str("SIGN_IN_ROLE_ATTRIBUTE", "")
SIGN_IN_ROLES: dict[str, str] = env.dict("SIGN_IN_ROLES", {})

AUTH_PASSWORD_VALIDATORS = [
    *(
        {"NAME": f"django.contrib.auth.password_validation.{name}"}
        for name in (
            "UserAttributeSimilarityValidator",
            "MinimumLengthValidator",
            "CommonPasswordValidator",
            "NumericPasswordValidator",
        )
    ),
    {"NAME": "accounts.password_validation.StaffLengthValidator"},
]
STAFF_PASSWORD_LENGTH = env.int("STAFF_PASSWORD_LENGTH", 12, validate=validate.Range(min=8))  # characters
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # of before
]
PASSWORD_RESET_TIMEOUT = 7 * 24 * 60 * 60  # seconds: the longest life of a link (accounts.links)

# Second factor: "staff" (required for the office) or "optional". A demo or a developer's portal is for looking around.
SECOND_FACTOR = env.str(
    "SECOND_FACTOR",
    "staff" if PRODUCTION else "optional",
    validate=validate.OneOf(["staff", "optional"]),
)
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60  # seconds
MFA_ADAPTER = "accounts.adapters.SecondFactorAdapter"
MFA_FORMS = {
    f"{name}_webauthn": f"accounts.passkey_forms.{form}"
    for name, form in (
        ("login", "SignInForm"),
        ("authenticate", "SecondFactorForm"),
        ("reauthenticate", "ConfirmationForm"),
        ("add", "NewPasskeyForm"),
    )
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # periods of 30 seconds that a phone's clock may be off
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION

SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds: a working day, not a fortnight on a shared computer
# Seconds without use after which a session ends before that.
IDLE_END = env.int("IDLE_END", 2 * 60 * 60, validate=validate.Range(min=60))
IDLE_END_STAFF = env.int("IDLE_END_STAFF", 30 * 60, validate=validate.Range(min=60))
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
# A name that browsers take only from this host, over https, for the whole of it.
_HOST_PREFIX = "__Host-" if PRODUCTION else ""
SESSION_COOKIE_NAME = f"{_HOST_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{_HOST_PREFIX}csrftoken"
DEVICE_COOKIE_NAME = f"{_HOST_PREFIX}device"
LANGUAGE_COOKIE_NAME = f"{_HOST_PREFIX}language"
MESSAGES_COOKIE_NAME = f"{_HOST_PREFIX}messages"
# Names of networks for the list of sessions: 10.0.0.0/8=sieć uczelni
NETWORKS: dict[str, str] = env.dict("NETWORKS", {})
MESSAGE_STORAGE = "mlegitymacja_portal.message_storage.MessageStorage"  # costs no query

# ── Security headers ──────────────────────────────────────────────────────────────────────────────────────────────
# Behind a proxy that ends TLS, gunicorn believes its X-Forwarded-Proto (FORWARDED_ALLOW_IPS names the proxy).
SECURE_SSL_REDIRECT = PRODUCTION
# The proxy itself asks /health/, Prometheus /metrics of each machine. A redirect would break the signatures of the
# mobile API, which refuses http itself.
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$", r"^services/(?!oauth/authorize)"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 365 * 24 * 60 * 60 if PRODUCTION else 0)
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # the university's other hosts are not ours to promise HTTPS for,
    "security.W021",  # nor to put on the browsers' list
]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# What a page needs before it can be drawn; with DEBUG they stay files, whose changes are seen at once.
INLINE_STYLES = {
    "frame": block("colours", "ground", "frame", "parts", "languages"),
    "order": block("order", "phone"),
}
# Everything comes from the portal itself, scripts as files of their own: a script injected into a page does not run.
# The styles that a page has in it are known by their hashes.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        **{f"{kind}-src": [SELF] for kind in ("script", "img", "font", "connect", "manifest", "worker")},
        "style-src": [SELF, *(styles.source for styles in INLINE_STYLES.values())],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
# Failed attempts to sign in as somebody from one address before it is asked to wait, and for how long (seconds).
SIGN_IN_ATTEMPTS = env.int("SIGN_IN_ATTEMPTS", 10, validate=validate.Range(min=1))
SIGN_IN_PAUSE = 5 * 60
# Of one address over all accounts; of one account over all addresses within an hour, after which unknown browsers are
# slowed down.
SIGN_IN_ATTEMPTS_OF_ADDRESS = env.int("SIGN_IN_ATTEMPTS_OF_ADDRESS", 200, validate=validate.Range(min=1))
SIGN_IN_ATTEMPTS_OF_ACCOUNT = env.int("SIGN_IN_ATTEMPTS_OF_ACCOUNT", 50, validate=validate.Range(min=1))
# How often one account (or, of calls without one, one consumer from one address) may do something, and within how many
# seconds; beyond that it is asked to wait (429).
_HOUR = 60 * 60
RATE_LIMITS: dict[str, tuple[int, int]] = {
    "orders": (env.int("ORDERS_PER_HOUR", 120, validate=validate.Range(min=1)), _HOUR),
    "codes": (env.int("LOOKS_AT_CODES_PER_HOUR", 120, validate=validate.Range(min=1)), _HOUR),
    "pesel_searches": (env.int("PESEL_SEARCHES_PER_HOUR", 200, validate=validate.Range(min=1)), _HOUR),
    "data_copies": (env.int("DATA_COPIES_PER_HOUR", 5, validate=validate.Range(min=1)), _HOUR),
    "services": (env.int("SERVICES_CALLS_PER_MINUTE", 600, validate=validate.Range(min=1)), 60),
}
CSRF_FAILURE_VIEW = "mlegitymacja_portal.errors.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # bytes of a form without its files
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # a larger file (a photo) waits on disk
FILE_UPLOAD_PERMISSIONS = 0o600

# Proxies of ours between a browser and gunicorn: how many entries at the end of X-Forwarded-For are to be believed.
PROXIES = env.int("PROXIES", 0, validate=validate.Range(min=0))
# For a proxy that changes the Host header: the mobile API checks signatures over the address that the client used.
USE_X_FORWARDED_HOST = env.bool("USE_X_FORWARDED_HOST", PROXIES > 0)
# Entries of the audit log have the request's id, so that the log's lines are found with it.
AUDITLOG_CID_GETTER = "django_guid.get_guid"

# ── The API for scripts ───────────────────────────────────────────────────────────────────────────────────────────
API_CALLS_PER_MINUTE = env.int("API_CALLS_PER_MINUTE", 300, validate=validate.Range(min=1))  # of one user
REST_FRAMEWORK = {"URL_FORMAT_OVERRIDE": None, "DEFAULT_SCHEMA_CLASS": "api.openapi.ResourceSchema"}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.1",
    "TITLE": "Portal mLegitymacja",
    "VERSION": "1",
    "DESCRIPTION": "For scripts of students and staff and for other systems of the university. The same rules, "
    "permissions and faculties hold as on the pages.",
    "CONTACT": {"name": INSTITUTION_NAME, **({"url": PORTAL_URL} if PORTAL_URL else {})},
    "TAGS": [
        {"name": "Me", "description": "The right of the student who calls, and their plastic cards."},
        {"name": "My orders", "description": "Orders of the student who calls, and the codes."},
        {"name": "Students", "description": "For staff: students of their faculties."},
        {"name": "Cards", "description": "For staff: plastic cards (ELS)."},
        {"name": "Orders", "description": "For staff: orders of the students of their faculties."},
        {"name": "Jobs", "description": "For staff: imports and other long work."},
        {"name": "Webhooks", "description": "For administrators: what other systems are told."},
    ],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_URLCONF": "api.schema_filter",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "OrderStatus": "mdocs.statuses.Status",
        "EventReason": "mdocs.statuses.Reason",
        "RevocationReason": "mdocs.statuses.RevocationReason",
        "OrderEndReason": "mdocs.statuses.STAFFS_REASONS",
        "CardEndReason": "students.models.EndReason",
        "StudyLevel": "students.models.Level",
        "EnrolmentStatus": "students.models.EnrolmentStatus",
    },
    "POSTPROCESSING_HOOKS": [
        "api.openapi.add_webhooks",
        "drf_spectacular.hooks.postprocess_schema_enums",
        "api.openapi.postprocess",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# ── Language and time ─────────────────────────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "pl"
LANGUAGES = [("pl", "polski"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale/admin"]
FORMAT_MODULE_PATH = ["mlegitymacja_portal.formats"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60  # seconds
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = PRODUCTION
TIME_ZONE = "Europe/Warsaw"
USE_TZ = True

# ── E-mail ────────────────────────────────────────────────────────────────────────────────────────────────────────
# For example smtp://user:password@mail.example.edu:587/?tls=True. Where somebody tries the portal out, e-mails are
# written to files.
vars().update(
    env.dj_email_url("EMAIL_URL", "smtp://localhost:25" if PRODUCTION else f"file:///{DATA_DIR / 'mail'}")
)
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", "mlegitymacja@localhost")
ADMINS = [("", mailbox) for mailbox in env.list("ADMINS", [], subcast=str)]  # for critical log records
# Those units of systemd with a timer (operations/timed_units.py) that are missed when they have not succeeded in time.
TIMED_UNITS: list[str] = env.list(
    "TIMED_UNITS",
    [],
    validate=validate.ContainsOnly(
        ["mlegitymacja-backup", "mlegitymacja-base-backup", "mlegitymacja-import"]
    ),
)

# ── Webhooks ──────────────────────────────────────────────────────────────────────────────────────────────────────
# Names of hosts and networks (10.1.0.0/16) to which webhooks may be sent although they are not public or not HTTPS.
WEBHOOK_ALLOWED = env.list("WEBHOOK_ALLOWED", [] if PRODUCTION else ["localhost", "127.0.0.0/8", "::1/128"])

# ── Messages to phones (Web Push) ─────────────────────────────────────────────────────────────────────────────────
# The key that signs them (VAPID): 32 bytes in URL-safe base64. Without one there are none. After a change
# every student has to turn them on again (docs/deployment.md).
PUSH_KEY = env.str("PUSH_KEY", "")
# To which servers the portal sends what browsers ask for: those of Chrome and its kin, Firefox, Safari, Edge.
PUSH_SERVICES: list[str] = env.list(
    "PUSH_SERVICES",
    [
        "https://fcm.googleapis.com",
        "https://*.push.services.mozilla.com",
        "https://*.push.apple.com",
        "https://*.notify.windows.com",
    ],
)

# ── Celery ────────────────────────────────────────────────────────────────────────────────────────────────────────
CELERY_BROKER_URL = broker_url(REDIS_URL)
# A click must not wait for a Redis that is away: the order is in the database, and beat wakes the engine.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 0.5, "socket_timeout": 1.0, "max_retries": 0}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for Redis however long it is away
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT = 10 * 60  # seconds; a call to mDokumenty has its own, much shorter limit
CELERY_TASK_TIME_LIMIT = CELERY_TASK_SOFT_TIME_LIMIT + 30
CELERY_TIMEZONE = TIME_ZONE
CELERY_DB_REUSE_MAX = sys.maxsize  # connections end as Django's do: mlegitymacja_portal/celery.py
CELERY_WORKER_CONCURRENCY = ENGINE_WORKERS
# A worker for each lane, so that a mDokumenty that hangs on orders does not keep the questions waiting, and the number
# of calls side by side is what was configured. Each kind of server that may be slow has a queue: mail, push, webhooks.
# Everything else has the queue that Celery uses by default.
CELERY_TASK_ROUTES = {
    "mdocs.send_due": {"queue": "send"},
    "mdocs.poll_due": {"queue": "poll"},
    "students.run_jobs": {"queue": "jobs"},
    # Many calls to mDokumenty one after the other, which nobody waits for: not in the way of polls, nor of the watch.
    "mdocs.reconcile": {"queue": "jobs"},
    "mdocs.revoke_orphans": {"queue": "jobs"},
    "notifications.dispatch_events": {"queue": "messages"},
    "notifications.send_emails": {"queue": "emails"},
    "accounts.send_emails": {"queue": "emails"},
    "notifications.send_push": {"queue": "push"},
    "api.send_webhooks": {"queue": "webhooks"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000  # KiB
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_BEAT_SCHEDULER = "operations.celery_signs:SigningScheduler"
CELERY_BEAT_SCHEDULE = beat_schedule(ENGINE_TICK)

# ── Metrics ───────────────────────────────────────────────────────────────────────────────────────────────────────
# Prometheus sends it as a bearer token; without one there is no /metrics.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
# Where the processes of one machine keep their counters: a folder of this machine alone (not of several, as DATA_DIR
# may be), best in memory.
METRICS_DIR = env.str("METRICS_DIR", "")
if METRICS_DIR:
    Path(METRICS_DIR).mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = METRICS_DIR
    values.ValueClass = values.MultiProcessValue(process_identity)  # type: ignore[no-untyped-call]

# ── Logging ───────────────────────────────────────────────────────────────────────────────────────────────────────
# One line each, with the id that a request keeps from the browser to the worker. Never personal data.
LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
LOG_FORMAT = env.str("LOG_FORMAT", "text", validate=validate.OneOf(["text", "json"]))
DJANGO_GUID = {
    "GUID_HEADER_NAME": "X-Request-Id",
    "EXPOSE_HEADER": False,  # it would replace the list of exposed headers that a view has set
    "INTEGRATIONS": [CeleryIntegration(use_django_logging=True)],
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "mlegitymacja_portal.logs.RequestId"},
        "one_line_outage": {"()": "mlegitymacja_portal.outage_logs.OneLineOutage"},
        "without_traceback": {"()": "mlegitymacja_portal.logs.WithoutTraceback"},
    },
    "formatters": {
        "line": {"()": "mlegitymacja_portal.logs.line_formatter", "log_format": LOG_FORMAT},
        "mail": {"()": "mlegitymacja_portal.logs.formatter", "log_format": "text"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["request_id", "one_line_outage"],
            "formatter": "line",
        },
        "mail": {
            "class": "mlegitymacja_portal.logs.MailHandler",
            "level": "CRITICAL",
            "filters": ["request_id"],
            "formatter": "mail",
        },
    },
    "root": {"handlers": ["console", "mail"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        # What these say of every call and every tick is noise; httpx names addresses, oauthlib what was signed.
        **{name: {"level": "WARNING"} for name in ("httpx", "httpcore", "django_guid", "oauthlib")},
        **{
            f"celery.{name}": {"level": "WARNING"}
            for name in ("app.trace", "worker.strategy", "worker.request")
        },
        "celery.beat": {"level": "WARNING", "filters": ["without_traceback"]},
    },
}
logging.captureWarnings(True)  # Python prints them itself, in a format of its own
