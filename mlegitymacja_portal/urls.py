"""URLs of the portal."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

from mlegitymacja_portal import errors, health
from mlegitymacja_portal.metrics.views import metrics
from mlegitymacja_portal.start import start

admin.site.site_header = admin.site.site_title = _("Administracja portalu mLegitymacja")
admin.site.index_title = _("Dziekanat")

urlpatterns = [
    # First what is asked for most: addresses are compared with one pattern after another.
    path("", start, name="start"),
    path("", include("mdocs.urls")),
    path("", include("usos_api.urls")),
    path("", include("accounts.urls")),
    path("", include("mlegitymacja_portal.static_pages")),
    path("", include("mlegitymacja_portal.pwa")),
    path("", include("mlegitymacja_portal.security_txt")),
    path("", include("students.urls")),
    path("", include("notifications.urls")),
    path("", include("api.urls")),
    # Before the admin's own, which take any word for a key.
    path("admin/mdocs/order/", include("mdocs.office.urls")),
    # Where these lists of the admin were before they had an app of their own: bookmarks go on working.
    re_path(
        r"^admin/mdocs/(?P<rest>(message|pushservice)/.*)$",
        RedirectView.as_view(url="/admin/notifications/%(rest)s", query_string=True),
    ),
    path("admin/", admin.site.urls),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("metrics", metrics, name="metrics"),
]

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.not_found
handler500 = errors.server_error
