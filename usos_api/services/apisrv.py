"""services/apisrv: the server, the installation and the calling consumer."""

from typing import Any

from django.conf import settings
from django.utils import timezone

from usos_api.lang_dicts import lang_dict
from usos_api.methods import METHODS, Call, Field, Need, declare_module, method
from usos_api.timestamps import format_timestamp

VERSION = "1.0"  # of this API

declare_module("services/apisrv", "Server", "What this installation is, and what time it has.")


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
    ),
)
def installation(call: Call) -> dict[str, Any]:
    """Return the description of the installation."""
    return {
        "base_url": call.request.build_absolute_uri("/"),
        "version": VERSION,
        "institution_name": lang_dict(settings.INSTITUTION_NAME, settings.INSTITUTION_NAME),
        "contact_emails": [mailbox for _name, mailbox in settings.ADMINS],
        "mcards_support": True,
    }


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
    }
