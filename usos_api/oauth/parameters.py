"""Parameters of a call, from the header, the query and a form-encoded body."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from django.http import HttpRequest, QueryDict
from django.utils.encoding import escape_uri_path
from oauthlib.oauth1.rfc5849.utils import parse_authorization_header

from usos_api.errors import NotAuthentic, ParamInvalid

FORM = "application/x-www-form-urlencoded"
Pair = tuple[str, str]


@dataclass(frozen=True)
class Parameters:
    """Unique parameters, and the other signed parts of a request."""

    values: dict[str, str]
    http_method: str
    url: str

    def get(self, name: str) -> str:
        """Return a parameter; an empty one counts as missing."""
        return self.values.get(name, "")

    @property
    def arguments(self) -> dict[str, str]:
        """Return the arguments of the method: all but OAuth's own, of which two are for methods too."""
        for_methods = {"oauth_callback", "oauth_verifier"}
        return {
            name: value
            for name, value in self.values.items()
            if value and (name in for_methods or not name.startswith("oauth_"))
        }


def collect(request: HttpRequest) -> Parameters:
    """Return the parameters of a request.

    A pair that comes twice counts once, as real clients send it so (docs/reference/usos-api.md, Signatures). Raises
    `param_invalid` for a name with two different values, and NotAuthentic for a malformed header.
    """
    request.encoding = "utf-8"  # as OAuth requires, not as the Content-Type says
    values: dict[str, str] = {}
    for name, value in (*_from_header(request), *_from_query(request), *_from_body(request)):
        if values.setdefault(name, value) != value:
            raise ParamInvalid(name, f"Parameter {name} is given twice, with different values.")
    # The address as the client used it: what the proxy says of it is believed as the settings and gunicorn allow.
    url = request.build_absolute_uri(escape_uri_path(request.path))
    return Parameters(values, str(request.method), url)


def _from_header(request: HttpRequest) -> Iterator[Pair]:
    header = request.headers.get("Authorization", "")
    if not header.lower().startswith("oauth "):
        return  # another scheme is no business of ours
    try:
        pairs = parse_authorization_header(header)
    except ValueError:
        raise NotAuthentic("The Authorization header cannot be read.") from None
    for name, value in pairs:
        if name != "realm":
            yield unquote(name), unquote(value)


def _from_query(request: HttpRequest) -> Iterable[Pair]:
    return [(name, value) for name, values in request.GET.lists() for value in values]


def _from_body(request: HttpRequest) -> Iterable[Pair]:
    # A body of another content type is not part of the signature, so nothing in it can be believed.
    if request.content_type != FORM:
        return []
    # Clients that sign in the body do so with GET as well, where Django does not look for a form.
    form = QueryDict(request.body, encoding=request.encoding)
    return [(name, value) for name, values in form.lists() for value in values]
