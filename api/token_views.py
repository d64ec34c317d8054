"""Page on which users create and end their own tokens. A token is shown once, at its creation."""

from datetime import timedelta

from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import events
from accounts.adapters import recently_authenticated
from accounts.event_models import EventKind
from api import keys
from api.forms import TokenForm
from api.models import MOST_TOKENS, Token
from api.scopes import TokenScope
from mdocs.page.decorators import SignedInRequest, personal
from students.models import User


@personal("GET", "HEAD", "POST")
def tokens(request: SignedInRequest) -> HttpResponse:
    """Show the user's tokens, and create one."""
    form = TokenForm(request.POST if request.method == "POST" else None, is_staff=request.user.is_staff)
    made, key = None, keys.new_token()
    if form.is_valid():
        if TokenScope.CODES in form.cleaned_data["scopes"] and not recently_authenticated(request):
            # Asks for the password or a factor, and then goes on with what was posted.
            raise ReauthenticationRequired
        made = _make(request.user, form, key)
        if made is None:
            form.add_error(None, _("Masz już tyle tokenów, ile można mieć. Zakończ któryś z nich."))
        else:
            events.record(request.user, EventKind.TOKEN_CREATED, request, detail=made.name)
            form = TokenForm(is_staff=request.user.is_staff)
    now = timezone.now()
    listed = [
        {
            "token": token,
            "scopes": [TokenScope(scope).label for scope in token.scopes],
            "works": token.works_at(now),
        }
        for token in Token.objects.of_user(request.user)
    ]
    context = {"form": form, "tokens": listed, "made": made, "key": key if made else ""}
    return render(request, "api/tokens.html", context, status=400 if form.errors else 200)


def _make(user: User, form: TokenForm, key: str) -> Token | None:
    now = timezone.now()
    with transaction.atomic():
        # Two windows at once do not make more than there may be.
        User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)
        if Token.objects.of_user(user).working_at(now).count() >= MOST_TOKENS:
            return None
        return Token.objects.create(
            user=user,
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            key_hash=keys.hash_of(key),
            prefix=key[: keys.SHOWN],
            created_at=now,
            expires_at=now + timedelta(days=form.cleaned_data["days"]),
        )


@personal("POST")
def end(request: SignedInRequest, token_id: int) -> HttpResponse:
    """End one of the user's tokens."""
    token = get_object_or_404(Token.objects.of_user(request.user), pk=token_id)
    token.end(timezone.now())
    messages.success(request, _("Token „%(name)s” już nie działa.") % {"name": token.name})
    return redirect("api:tokens")
