"""URLs of sign-in, sign-out, and the choice of a language."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts.languages import set_language
from accounts.views import SignIn

urlpatterns = [
    path("logowanie/", SignIn.as_view(), name="login"),
    path("wylogowanie/", LogoutView.as_view(), name="logout"),
    path("jezyk/", set_language, name="set_language"),
]
