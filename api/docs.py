"""The OpenAPI document, and the page to try it, all of whose files are the portal's own."""

from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_page
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny

_KEPT_FOR = (
    60 * 60
)  # seconds; the document changes with the portal's version only, and takes a moment to write


@method_decorator(cache_page(_KEPT_FOR), name="dispatch")
class Document(SpectacularAPIView):
    """The OpenAPI document: the same for everybody."""

    authentication_classes = []
    permission_classes = [AllowAny]


# The page's own icons are data: addresses in its style sheet.
@method_decorator(csp_update({"img-src": ["data:"]}), name="dispatch")
class Docs(SpectacularSwaggerSplitView):
    """The page to try the API: Swagger UI, its script a file of its own."""

    authentication_classes = []
    permission_classes = [AllowAny]
    url_name = "api:schema"
    url_self = None
    template_name = "api/docs.html"
