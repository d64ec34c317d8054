"""Decorator of views that show somebody's own data."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from students.models import User


class SignedInRequest(HttpRequest):
    """A request whose user has an account."""

    user: User


View = Callable[..., HttpResponseBase]
READ = ("GET", "HEAD")


def personal(*methods: str) -> Callable[[View], View]:
    """Make a view of somebody's own data: only by these methods, only when signed in, and stored nowhere.

    After a sign-in that a button asked for, the page is shown, not the button's address.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def signed_in(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(
                    request.get_full_path() if request.method in READ else reverse("mdocs:page")
                )
            return view(request, *args, **kwargs)

        return require_http_methods(methods)(cache_control(private=True, no_store=True)(signed_in))

    return decorate
