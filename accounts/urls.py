"""URLs of sign-in and sign-out, passwords, second factors, the security page, and the choice of a language.

Names that begin with `account_` and `mfa_` are those that django-allauth asks for.
"""

from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path
from django.views.generic import RedirectView

from accounts import password_views, security
from accounts.kept_forms import kept_form
from accounts.languages import set_language
from accounts.passkey_views import PasskeyConfirmation, PasskeySignIn, SecondFactor
from accounts.removal_views import RemoveApp, RemovePasskey
from accounts.university import views as university
from accounts.views import SignIn, SignOut

FACTORS = "konto/drugi-skladnik/"

urlpatterns = [
    path("logowanie/", SignIn.as_view(), name="login"),
    path("logowanie/", SignIn.as_view(), name="account_login"),
    path("logowanie/drugi-skladnik/", SecondFactor.as_view(), name="mfa_authenticate"),
    path("logowanie/klucz/", PasskeySignIn.as_view(), name="mfa_login_webauthn"),
    path("logowanie/uczelnia/", university.sign_in, name="university_sign_in"),
    path("logowanie/cas/", university.cas_return, name="cas_return"),
    path("logowanie/oidc/", university.oidc_return, name="oidc_return"),
    path("logowanie/oidc/wylogowanie/", university.oidc_logout, name="oidc_logout"),
    path("wylogowanie/", SignOut.as_view(), name="logout"),
    path("wylogowanie/", SignOut.as_view(), name="account_logout"),
    path("jezyk/", set_language, name="set_language"),
    path("haslo/", password_views.ForgottenPassword.as_view(), name="forgotten_password"),
    path("haslo/wyslano/", password_views.ForgottenPasswordSent.as_view(), name="forgotten_password_sent"),
    path("haslo/nowe/<uidb64>/<token>/", password_views.SetForgottenPassword.as_view(), name="set_password"),
    path(
        "haslo/zaproszenie/<uidb64>/<token>/",
        password_views.AcceptInvitation.as_view(),
        name="accept_invitation",
    ),
    path("konto/haslo/", password_views.ChangePassword.as_view(), name="change_password"),
    path("konto/formularz/", kept_form, name="kept_form"),
    path("konto/bezpieczenstwo/", security.page, name="security"),
    path("konto/bezpieczenstwo/sesja/", security.end_session, name="end_session"),
    path("konto/bezpieczenstwo/wszedzie/", security.end_everywhere, name="end_everywhere"),
    path(
        "konto/potwierdzenie/",
        password_views.GivePasswordAgain.as_view(),
        name="account_reauthenticate",
    ),
    path("konto/potwierdzenie/kod/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("konto/potwierdzenie/klucz/", PasskeyConfirmation.as_view(), name="mfa_reauthenticate_webauthn"),
    path("konto/potwierdzenie/uczelnia/", university.reauthenticate, name="university_reauthenticate"),
    path(FACTORS, RedirectView.as_view(pattern_name="security"), name="mfa_index"),
    path(f"{FACTORS}aplikacja/", totp.activate_totp, name="mfa_activate_totp"),
    path(f"{FACTORS}aplikacja/usun/", RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path(f"{FACTORS}klucze/", RedirectView.as_view(pattern_name="security"), name="mfa_list_webauthn"),
    path(f"{FACTORS}klucze/nowy/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path(f"{FACTORS}klucze/<int:pk>/usun/", RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path(f"{FACTORS}kody/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(f"{FACTORS}kody/nowe/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path(f"{FACTORS}kody/plik/", recovery_codes.download_recovery_codes, name="mfa_download_recovery_codes"),
]
