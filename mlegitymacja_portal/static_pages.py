"""Static pages: help, the privacy notice, and the accessibility statement that the law requires."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from mdocs.page.app_stores import ANDROID, IOS
from mlegitymacja_portal.personal_data_register import REGISTER
from students.conditions import ELS, RULES

PUBLISHED = date(2026, 11, 25)


@dataclass(frozen=True)
class Contact:
    """Contacts of the installation; a missing setting is empty."""

    institution: str
    address: str
    email: str
    phone: str
    dpo_email: str
    accessibility: str


def contact() -> Contact:
    """Return the contacts from the settings."""
    return Contact(
        settings.INSTITUTION_NAME,
        settings.INSTITUTION_ADDRESS,
        settings.HELP_EMAIL,
        settings.HELP_PHONE,
        settings.DPO_EMAIL,
        settings.ACCESSIBILITY_PERSON,
    )


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Show the help; the conditions are those of this installation."""
    context = {
        "contact": contact(),
        "conditions": RULES[settings.ELIGIBILITY_RULES],
        "needs_card": settings.ELIGIBILITY_RULES == ELS,
        "stores": (ANDROID, IOS),
    }
    return render(request, "information/help.html", context)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Show the privacy notice (RODO, art. 13 and 14)."""
    return render(request, "information/privacy.html", {"contact": contact(), "register": REGISTER})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Show the accessibility statement (ustawa z 4 kwietnia 2019 r. o dostępności cyfrowej, art. 10)."""
    context = {
        "contact": contact(),
        "published": PUBLISHED,
        "reviewed": settings.ACCESSIBILITY_REVIEWED,
        "address": request.build_absolute_uri("/"),
    }
    return render(request, "information/accessibility.html", context)


urlpatterns = [
    path("pomoc/", help_page, name="help"),
    path("prywatnosc/", privacy, name="privacy"),
    path("deklaracja-dostepnosci/", accessibility, name="accessibility"),
]
