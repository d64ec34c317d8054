"""Progressive web app: manifest, service worker, and the offline page.

The service worker caches that one page and nothing else: no page with data, and no code.
"""

import hashlib
import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

# What the page for when there is no network consists of, beside itself.
_PARTS = (*(f"portal/{name}.css" for name in ("colours", "ground", "frame", "parts")), "icon.svg")
_OFFLINE = "installable/offline.html"
HEADER_COLOUR = "#1f3a5f"  # as in static/portal/colours.css


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """Return the W3C Web Application Manifest, in the reader's language."""
    icons = [
        {"src": static("icons/icon-192.png"), "sizes": "192x192", "type": "image/png"},
        {"src": static("icons/icon-512.png"), "sizes": "512x512", "type": "image/png"},
        {
            "src": static("icons/icon-maskable-512.png"),
            "sizes": "512x512",
            "type": "image/png",
            "purpose": "maskable",
        },
    ]
    name = _("Portal studenta")
    description = {
        "id": "/",
        "name": f"{name} – {settings.INSTITUTION_NAME}",
        "short_name": "mLegitymacja",
        "description": _("Zamów mLegitymację i zobacz, co się z nią dzieje."),
        "lang": getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE),
        "start_url": reverse("mdocs:page"),
        "scope": "/",
        "display": "standalone",
        "theme_color": HEADER_COLOUR,
        "background_color": HEADER_COLOUR,
        "icons": icons,
        "shortcuts": [
            {"name": name, "url": reverse(address), "icons": icons[:1]}
            for name, address in (
                ("mLegitymacja", "mdocs:page"),
                (_("Wiadomości"), "notifications:messages"),
                (_("Moje dane"), "students:my_data"),
            )
        ],
    }
    return JsonResponse(
        description, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False}
    )


@require_safe
@cache_control(no_cache=True)
def service_worker(_request: HttpRequest) -> HttpResponse:
    """Serve the service worker (static/portal/service-worker.js) with its settings, for the whole portal.

    Its content changes, and browsers update it, whenever it or a cached file changes.
    """
    kept = [reverse("offline"), *map(static, _PARTS)]
    with override(settings.LANGUAGE_CODE):  # the service worker is the same in all languages
        version = hashlib.sha256(render_to_string(_OFFLINE).encode()).hexdigest()
    portal = {
        "kept": kept,
        "version": version[:16],
        "icon": static("icons/icon-192.png"),
        "badge": static("icons/badge-96.png"),
        "moved": reverse("notifications:move_device"),
    }
    script = json.dumps(static("portal/service-worker.js"))
    text = f"self.portal = {json.dumps(portal)};\nimportScripts({script});\n"
    return HttpResponse(text, content_type="text/javascript; charset=utf-8")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Show that the portal cannot be reached, in both languages, since the language is unknown offline."""
    return render(request, _OFFLINE)


urlpatterns = [
    path("manifest.webmanifest", manifest, name="manifest"),
    path("service-worker.js", service_worker, name="service_worker"),
    path("brak-polaczenia/", offline, name="offline"),
]
