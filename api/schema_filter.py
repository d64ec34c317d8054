"""What the OpenAPI document describes: the resources, and nothing else of the portal."""

from api.urls import resources

urlpatterns = resources
