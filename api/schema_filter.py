"""URLs that the OpenAPI document describes: those of the API alone."""

from api.urls import resources

urlpatterns = resources
