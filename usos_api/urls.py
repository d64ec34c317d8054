"""URLs of the API and of the consent pages."""

from django.urls import path

from usos_api import photos
from usos_api.oauth import consent_views
from usos_api.views import MethodView

app_name = "usos_api"

GRANTS = "dla-studentow/polaczone-aplikacje/"

urlpatterns = [
    path("services/oauth/authorize", consent_views.authorize, name="authorize"),
    path("services/users/photo", photos.photo, name="photo"),
    path("services/<path:name>", MethodView.as_view(), name="method"),
    path(GRANTS, consent_views.grants, name="grants"),
    path(f"{GRANTS}<int:consent_id>/cofnij/", consent_views.withdraw, name="withdraw"),
]
