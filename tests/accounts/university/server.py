"""A university's sign-in as a process of its own: CAS by django-mama-cas, OpenID Connect by django-oauth-toolkit.

Run as `python -m tests.accounts.university.server PORT FOLDER PORTAL`; it stays until it is killed. Its people, each
with the password "university": the login is the name, the surname is the album number, the first name is the level of
their sign-in (`authnContextClass`, `acr`).
"""

import sys
from pathlib import Path
from typing import Any

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.core.management import call_command

CLIENT_ID, CLIENT_SECRET = "portal", "portal-secret"
PASSWORD = "university"
# login: e-mail, album number, level
PEOPLE = {
    "anna.nowak": ("anna@uczelnia.example", "500500", ""),
    "dorota": ("dorota@uczelnia.example", "", "mfa"),
    "obcy": ("obcy@uczelnia.example", "999999", ""),
}


def attributes(user: Any, _service: str) -> dict[str, Any]:
    """Attributes of a person, for CAS."""
    return {
        "mail": user.email,
        "albumNumber": user.last_name,
        "authnContextClass": user.first_name,
        "schacPersonalUniqueCode": f"urn:schac:personalUniqueCode:int:esi:uczelnia.example:{user.last_name}",
    }


def configure(port: int, folder: Path) -> None:
    """Set Django up for this process."""
    key_file = folder / "oidc.pem"
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key_file.write_bytes(pem)
    settings.configure(
        SECRET_KEY="of-a-test-server-only",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="tests.accounts.university.server_urls",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "db.sqlite3"}},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "mama_cas",
            "oauth2_provider",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        # Beside the portal's on one host.
        SESSION_COOKIE_NAME="university_session",
        CSRF_COOKIE_NAME="university_csrf",
        LOGIN_URL="/login/",
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        MAMA_CAS_SERVICES=[
            {
                "SERVICE": ".*",
                "CALLBACKS": ["tests.accounts.university.server.attributes"],
                "LOGOUT_ALLOW": True,
            }
        ],
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_ISS_ENDPOINT": f"http://127.0.0.1:{port}/o",
            "OIDC_RSA_PRIVATE_KEY": pem.decode(),
            "OIDC_RP_INITIATED_LOGOUT_ENABLED": True,
            "OAUTH2_VALIDATOR_CLASS": "tests.accounts.university.server_claims.Claims",
            "SCOPES": {"openid": "", "profile": "", "email": ""},
            "PKCE_REQUIRED": True,
            "ALLOWED_REDIRECT_URI_SCHEMES": ["http", "https"],
        },
    )
    django.setup()


def fill(portal: str) -> None:
    """Make the tables, the people, and the portal as a client."""
    from django.contrib.auth.models import User
    from oauth2_provider.models import Application

    call_command("migrate", verbosity=0)
    for login, (email, album_number, level) in PEOPLE.items():
        User.objects.create_user(login, email, PASSWORD, last_name=album_number, first_name=level)
    Application.objects.create(
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        client_type="confidential",
        authorization_grant_type="authorization-code",
        algorithm="RS256",
        redirect_uris=f"{portal}/logowanie/oidc/",
        post_logout_redirect_uris=f"{portal}/logowanie/",
        skip_authorization=True,
    )


def main() -> None:
    """Serve until killed."""
    port, folder, portal = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    configure(port, folder)
    fill(portal)
    call_command("runserver", f"127.0.0.1:{port}", use_reloader=False, verbosity=0)


if __name__ == "__main__":
    main()
