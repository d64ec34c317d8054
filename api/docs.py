"""OpenAPI document, and a page to try the API, whose files are all the portal's own."""

from collections.abc import Callable
from typing import Any

from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_page
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.views.base import as_problem

# Seconds; the document changes with the portal's version only, and takes a moment to write.
_KEPT_FOR = 60 * 60


class _ForEverybody(APIView):
    """Base of the public read-only views."""

    authentication_classes = []
    permission_classes = [AllowAny]
    http_method_names = ["get", "head"]

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Answer in the form that `format` names (json, yaml), whatever the header Accept says; else as that says."""
        wanted = request.query_params.get("format")
        found = next((each for each in self.get_renderers() if wanted and each.format == wanted), None)
        return (found, found.media_type) if found else super().perform_content_negotiation(request, force)

    def get_exception_handler(self) -> Callable[..., Response | None]:
        """Answer with problem details, as everywhere below /api/."""
        return as_problem


@method_decorator(cache_page(_KEPT_FOR), name="dispatch")
class Document(_ForEverybody, SpectacularAPIView):
    """View of the OpenAPI document, which is public."""


# The page's own icons are data: addresses in its style sheet.
@method_decorator(csp_update({"img-src": ["data:"]}), name="dispatch")
class Docs(_ForEverybody, SpectacularSwaggerSplitView):
    """Swagger UI page, with its script in a file of its own."""

    url_name = "api:schema"
    url_self = None
    template_name = "api/docs.html"
