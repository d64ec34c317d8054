"""services/apisrv: the server, the installation and the calling consumer."""

from typing import Any

from django.conf import settings
from django.utils import timezone

from usos_api.lang_dicts import lang_dict
from usos_api.methods import METHODS, Call, Field, Need, declare_module, method
from usos_api.timestamps import format_timestamp

VERSION = "1.0"  # of this API

declare_module("services/apisrv", "Server", "What this installation is, and what time it has.")

_ANYBODY: dict[str, Any] = {"consumer": Need.IGNORED, "token": Need.IGNORED, "ssl": False}
# What clients ask for besides the primary fields.
_INSTALLATION_MORE = (
    Field("mobile_usos_support", "Whether Mobilny USOS is served: true.", primary=False),
    Field("machine_version", "Version of the software for programs; null.", primary=False),
    Field("usos_schema_version", "Version of the USOS database; null.", primary=False),
    Field(
        "institution",
        "The university.",
        primary=False,
        parts=(Field("name", "Its name (LangDict)."), Field("profile_url", "Its page; null.")),
    ),
    Field("schac_id", "Id of the university in schac; null.", primary=False),
)
# Parts of Mobilny USOS, and settings of these, that have nothing to do with cards.
_NOT_HERE = (
    *(
        f"enable_{part}"
        for part in (
            "grades",
            "examreps",
            "tests",
            "employee_tests",
            "timetable",
            "calendar",
            "groups",
            "student_surveys",
            "employee_surveys",
            "eid",
            "payments",
            "guide",
            "news",
            "map",
            "buildings",
            "qr_scanner",
            "theses",
            "attendance",
            "administrative_docs",
            "registrations",
        )
    ),
    *(
        f"calendar_hide_{part}"
        for part in ("links", "exam_sessions", "breaks", "holidays", "rector_days", "registrations")
    ),
    "payments_show_accounts_tab",
    "eid_show_user_id",
    "usos_mail_show_extra_tabs",
    "map_show_building_id",
    "news_no_faculties_tab",
    "enforce_biometric_for_staff",
    "enforce_biometric_for_all",
)


@method(
    "services/apisrv/now",
    "The server's time.",
    description="Local time with six digits of the fraction of a second.",
    consumer=Need.IGNORED,
    token=Need.IGNORED,
    ssl=False,
    returns="A string: YYYY-MM-DD HH:MM:SS.ffffff",
)
def now(call: Call) -> str:
    """Return the time."""
    return timezone.localtime(call.now).strftime("%Y-%m-%d %H:%M:%S.%f")


@method(
    "services/apisrv/installation",
    "What this installation is.",
    consumer=Need.IGNORED,
    token=Need.IGNORED,
    ssl=False,
    fields=(
        Field("base_url", "Prefix of the addresses of all methods."),
        Field("version", "Version of this API."),
        Field("institution_name", "The university (LangDict)."),
        Field("contact_emails", "Whom to write to about the API."),
        Field("mcards_support", "Whether mLegitymacje can be ordered here: true."),
        *_INSTALLATION_MORE,
    ),
)
def installation(call: Call) -> dict[str, Any]:
    """Return the description of the installation."""
    return _installation(call)


@method(
    "services/apisrv/installations",
    "The installations that this one knows of: itself.",
    **_ANYBODY,
    fields=(
        Field("base_url", "Prefix of the addresses of all methods."),
        Field("version", "Version of the API."),
        Field("institution_name", "The university (LangDict)."),
        Field("contact_emails", "Whom to write to about the API."),
    ),
)
def installations(call: Call) -> list[dict[str, Any]]:
    """Return the list of installations."""
    return [_installation(call)]


@method(
    "services/apisrv/mobile_usos_config",
    "What the application Mobilny USOS shows of this installation: the mLegitymacja.",
    **_ANYBODY,
    fields=(
        Field("contact_email", "Whom to write to, or null."),
        Field("usosweb_domain", "Host of the portal."),
        Field("enable_mcards", "Whether mLegitymacje are shown: true."),
        *(Field(name, "false: the portal has nothing of it.") for name in _NOT_HERE),
        Field("nfc_salt", "Salt of identification by NFC; null."),
    ),
)
def mobile_usos_config(call: Call) -> dict[str, Any]:
    """Return what the mobile application shows."""
    mailboxes = _contact_emails()
    return {
        "contact_email": mailboxes[0] if mailboxes else None,
        "usosweb_domain": call.request.get_host(),
        "enable_mcards": True,
        **dict.fromkeys(_NOT_HERE, False),
        "nfc_salt": None,
    }


def _installation(call: Call) -> dict[str, Any]:
    name = lang_dict(settings.INSTITUTION_NAME, settings.INSTITUTION_NAME)
    return {
        "base_url": call.request.build_absolute_uri("/"),
        "version": VERSION,
        "institution_name": name,
        "contact_emails": _contact_emails(),
        "mcards_support": True,
        "mobile_usos_support": True,
        "machine_version": None,
        "usos_schema_version": None,
        "institution": {"name": name, "profile_url": None},
        "schac_id": None,
    }


def _contact_emails() -> list[str]:
    return [mailbox for _name, mailbox in settings.ADMINS]


@method(
    "services/apisrv/consumer",
    "What is registered of the consumer that asks.",
    token=Need.OPTIONAL,
    fields_required=True,
    fields=(
        Field("name", "Name of the application."),
        Field("url", "Its website, or null."),
        Field("email", "Its authors' address."),
        Field("date_registered", "Since when it has been registered."),
        Field("administrative_methods", "Administrative methods that it may call."),
        Field("token_scopes", "Scopes of the token that the call is signed with; null without one."),
        Field("is_verified", "Whether the university has registered it: true.", primary=False),
    ),
)
def consumer(call: Call) -> dict[str, Any]:
    """Return the description of the consumer."""
    asking = call.consumer
    administrative = [method.name for method in METHODS.values() if method.administrative]
    return {
        "name": asking.name,
        "url": asking.url or None,
        "email": asking.email,
        "date_registered": format_timestamp(asking.date_registered),
        "administrative_methods": administrative if asking.is_administrative else [],
        "token_scopes": sorted(call.caller.scopes) if call.caller.token else None,
        "is_verified": True,
    }
