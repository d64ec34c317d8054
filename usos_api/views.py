"""View of all methods: authenticates the caller, validates the arguments, and runs the method.

Django REST framework calls the checks; the declaration of the method (`usos_api.methods`) configures them.
"""

from collections.abc import Callable
from typing import Any

from auditlog.context import auditlog_value
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from students.rate_limits import TooManyRequests
from usos_api import errors
from usos_api.fields import pick, select
from usos_api.methods import METHODS, Call, Caller, Method, Need
from usos_api.oauth.authentication import OAuth
from usos_api.oauth.parameters import Parameters, collect
from usos_api.renderers import OPEN, AsciiJson, FormEncoded, Json, Negotiation, TokenPair
from usos_api.secure import is_insecure
from usos_api.throttling import Bursts, Calls


class MayCall(BasePermission):
    """Require what the declaration of the method requires of the caller."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return True; raise MethodForbidden with the contract's reason."""
        method: Method = view.method
        caller: Caller = request.auth or Caller()  # type: ignore[assignment]  # DRF knows no type for it
        if method.consumer is Need.REQUIRED and caller.consumer is None:
            raise errors.MethodForbidden("The call has to be signed by a consumer.", "consumer_missing")
        if method.administrative and not (caller.consumer and caller.consumer.is_administrative):
            raise errors.MethodForbidden(
                "Only administrative consumers may call this.", "administrative_consumer_required"
            )
        if method.token is Need.REQUIRED and caller.token is None:
            raise errors.MethodForbidden("The call has to be signed with a user's token.", "user_missing")
        missing = [scope for scope in method.scopes if scope not in caller.scopes]
        if missing:
            raise errors.MethodForbidden(
                f"The token lacks scopes: {', '.join(missing)}.", "scope_missing", missing_scopes=missing
            )
        return True


class MethodView(APIView):
    """Run the methods.

    GET does all that POST does, as clients call so (docs/reference/usos-api.md, Calls and answers).
    """

    http_method_names = ["get", "post", "options"]
    authentication_classes = [OAuth]
    permission_classes = [MayCall]
    throttle_classes = [Calls, Bursts]
    content_negotiation_class = Negotiation
    renderer_classes = [Json]  # of errors, and unless `format` says otherwise
    schema = None  # described by services/apiref, not by the OpenAPI document of the other API

    method: Method
    parameters: Parameters

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the method and collect the parameters before authentication and the other checks."""
        if request.method == "OPTIONS":
            return  # a browser's question whether it may call, before it does
        if str(request.method).lower() not in self.http_method_names:
            raise errors.WrongHttpMethod("Call methods by GET or POST.")
        self.method = self._find(f"services/{kwargs['name']}")
        if self.method.ssl and is_insecure(request):
            raise errors.MethodForbidden("The call has to come over HTTPS.", "secure_required")
        self.parameters = collect(request._request)
        super().initial(request, *args, **kwargs)

    @staticmethod
    def _find(name: str) -> Method:
        if name not in METHODS:
            raise errors.UnknownMethod("There is no such method. See services/apiref/method_index.")
        return METHODS[name]

    def get(self, request: Request, name: str) -> Response:
        """Run the method."""
        caller: Caller = request.auth or Caller()  # type: ignore[assignment]  # DRF knows no type for it
        arguments = self._arguments()
        selection = select(self.parameters.get("fields"), self.method, caller) if self.method.fields else None
        call = Call(self.method, request, caller, arguments, selection, timezone.now())
        # Audit log entries of this call name the token's user, not the one signed in in the same browser.
        auditlog_value.get({}).update(actor=call.user_if_any)
        result = self.method.run(call)
        if isinstance(result, TokenPair):
            request.accepted_renderer = FormEncoded()
            request.accepted_media_type = FormEncoded.media_type
        return Response(pick(result, selection))

    post = get

    def _arguments(self) -> dict[str, str]:
        given = self.parameters.arguments
        for argument in self.method.arguments:
            if argument.required and argument.name not in given:
                raise errors.ParamMissing(argument.name)
            if argument.default is not None:
                given.setdefault(argument.name, argument.default)
        if self.method.fields_required and "fields" not in given:
            raise errors.ParamMissing("fields")
        return given

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Allow calls from pages of other sites (CORS)."""
        return Response(status=204)

    def get_exception_handler(self) -> Callable[..., Response | None]:
        """Return the handler of errors."""
        return error_response

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Allow reading from pages of other sites, and forbid caching."""
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in OPEN.items():
            response[name] = value
        if request.method == "OPTIONS":
            response["Access-Control-Allow-Methods"] = "GET, POST"
            response["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
            response["Access-Control-Max-Age"] = "86400"
        return response


def error_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the error response of a refusal; leave any other exception, which is a bug, to Django."""
    if isinstance(error, exceptions.APIException | Http404 | PermissionDenied):
        error = errors.UsosError(str(error))
    if isinstance(error, BadRequest | SuspiciousOperation):
        error = errors.UnreadableRequest()
    if isinstance(error, TooManyRequests):
        error = errors.TooManyCalls(error.seconds)
    if not isinstance(error, errors.UsosError):
        return None
    context["request"].accepted_renderer = AsciiJson()  # JSONP too: a script with an error status is not run
    context["request"].accepted_media_type = Json.media_type
    return Response(error.body, status=error.status, headers=error.headers)
