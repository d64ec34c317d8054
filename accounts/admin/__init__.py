"""Accounts in the dean's office: invitations, and the sessions and tokens of a person that it may see."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin

from accounts.admin import student_section  # noqa: F401  # registers itself

# The library's own lists: e-mail addresses are the account's, and a factor is taken away on the account's page.
for model in (EmailAddress, Authenticator):
    if admin.site.is_registered(model):
        admin.site.unregister(model)
