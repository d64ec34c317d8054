"""URLs of the university's sign-in."""

from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.urls import include, path


class SignIn(LoginView):
    """A sign-in page that needs no template: what is posted counts."""

    def render_to_response(self, context: object, **_kwargs: object) -> HttpResponse:
        token = get_token(self.request)
        return HttpResponse(f'<form><input name="csrfmiddlewaretoken" value="{token}"></form>')


def up(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("up")


urlpatterns = [
    path("up/", up),
    path("login/", SignIn.as_view()),
    path("cas/", include("mama_cas.urls")),
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
]
