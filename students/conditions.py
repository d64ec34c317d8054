"""Conditions for an mLegitymacja, each written once, as an expression that the database evaluates.

One annotated query answers for one student and for fifty thousand. The texts are the manual's
(docs/reference/manual.md, Conditions); the two sets of rules: docs/reference/domain.md, Two sets of rules.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ImproperlyConfigured
from django.db.models import (
    BooleanField,
    Case,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Least
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from students.expressions import Once
from students.half_years import extension_target
from students.models.cards import StudentCard, StudentCardQuerySet
from students.models.studies import Enrolment, EnrolmentQuerySet
from students.names import name_key_of

ELS, PESEL = "els", "pesel"
FOREVER = date.max  # as the last day of rights whose end nobody knows


@dataclass(frozen=True)
class Condition:
    """A condition: its text, the remedy, who can help, and the expression over Student.

    `needs` is the code of the condition without which this one cannot be answered.
    """

    code: str
    text: StrOrPromise
    remedy: StrOrPromise
    helper: StrOrPromise
    met: Callable[[date], Q | Exists]
    needs: str | None = None

    @property
    def annotation(self) -> str:
        """Return the name of the annotation that `with_conditions` adds for it."""
        return f"meets_{self.code}"


def _enrolments(today: date) -> EnrolmentQuerySet:
    return Enrolment.objects.current(today).filter(student=OuterRef("pk"))


def _card(today: date) -> StudentCardQuerySet:
    return StudentCard.objects.in_use().filter(student=OuterRef("pk"), issued_on__lte=today)


def _data_unchanged(today: date) -> Exists:
    return Exists(
        _card(today)
        .annotate(
            issued_to=Coalesce(F("holder_pesel_index"), Value("")),
            first_names_key=name_key_of("holder_first_names"),
            last_name_key=name_key_of("holder_last_name"),
        )
        .filter(
            first_names_key=name_key_of(OuterRef("first_names")),
            last_name_key=name_key_of(OuterRef("last_name")),
            issued_to=Coalesce(OuterRef("pesel_index"), Value("")),
        )
    )


_STUDENT_OFFICE = _("biuro spraw studenckich Twojego wydziału")
_DEANS_OFFICE = _("dziekanat Twojego wydziału")

ACTIVE_STUDENT = Condition(
    code="active_student",
    text=_("Jesteś aktywnym studentem"),
    remedy=_(
        "Nie masz teraz studiów, które trwają. Jeśli to pomyłka albo właśnie wracasz na studia, "
        "poproś dziekanat o sprawdzenie Twojego statusu."
    ),
    helper=_DEANS_OFFICE,
    met=lambda today: Exists(_enrolments(today)),
)
# What is said instead where studies are still to begin; nobody has to help with that.
STUDIES_BEGIN = _(
    "Twoje studia zaczynają się {day}. Od tego dnia możesz zamówić mLegitymację, o ile spełnisz pozostałe warunki."
)
HAS_PESEL = Condition(
    code="has_pesel",
    text=_("Masz numer PESEL"),
    remedy=_(
        "W systemie nie ma Twojego numeru PESEL. Jeśli go masz, zgłoś się z dokumentem, na którym jest "
        "zapisany. Jeśli nie masz, możesz wystąpić o niego w urzędzie gminy; do tego czasu korzystaj "
        "z legitymacji plastikowej."
    ),
    helper=_STUDENT_OFFICE,
    met=lambda today: Q(pesel_index__isnull=False),
)
HAS_ALBUM_NUMBER = Condition(
    code="has_album_number",
    text=_("Masz numer albumu"),
    remedy=_("Nie nadano Ci jeszcze numeru albumu. Zapytaj w dziekanacie, kiedy to nastąpi."),
    helper=_DEANS_OFFICE,
    met=lambda today: Q(album_number__isnull=False),
)
HAS_PHOTO = Condition(
    code="has_photo",
    text=_("Masz zdjęcie w USOS"),
    remedy=format_lazy(
        _(
            "Dostarcz aktualne zdjęcie legitymacyjne: plik JPEG, co najmniej {width}×{height} pikseli, najwyżej 5 MB."
        ),
        width=settings.PHOTO_SMALLEST[0],
        height=settings.PHOTO_SMALLEST[1],
    ),
    helper=_STUDENT_OFFICE,
    met=lambda today: Q(photo__isnull=False),
)
HAS_CARD = Condition(
    code="has_card",
    text=_("Masz Elektroniczną Legitymację Studencką (plastikową)"),
    remedy=_("Zamów i odbierz plastikową legitymację (ELS). Jeśli Twoja zginęła, poproś o wydanie nowej."),
    helper=_DEANS_OFFICE,
    met=lambda today: Exists(_card(today)),
)
CARD_EXTENDED = Condition(
    code="card_extended",
    text=_("Twoja (plastikowa) ELS została przedłużona w USOS"),
    remedy=_("Ważność Twojej legitymacji minęła. Przynieś ją do przedłużenia na bieżący semestr."),
    helper=_DEANS_OFFICE,
    met=lambda today: Exists(_card(today).filter(valid_until__gte=today)),
    needs=HAS_CARD.code,
)
DATA_UNCHANGED = Condition(
    code="data_unchanged",
    text=_("Twoje dane osobowe nie zmieniły się od czasu wydania ELS"),
    remedy=_(
        "Imiona, nazwisko lub numer PESEL różnią się od tych, na które wydano legitymację. Poproś o wymianę "
        "legitymacji na nową, z aktualnymi danymi."
    ),
    helper=_DEANS_OFFICE,
    met=_data_unchanged,
    needs=HAS_CARD.code,
)

RULES: dict[str, tuple[Condition, ...]] = {
    ELS: (
        ACTIVE_STUDENT,
        HAS_PESEL,
        HAS_ALBUM_NUMBER,
        HAS_PHOTO,
        HAS_CARD,
        CARD_EXTENDED,
        DATA_UNCHANGED,
    ),
    PESEL: (ACTIVE_STUDENT, HAS_PESEL, HAS_ALBUM_NUMBER, HAS_PHOTO),
}


def rights_until(today: date) -> Case:
    """Return the expression over Student for the last day of the rights that they have on `today`.

    FOREVER where no end is known: a planned end is none, and neither is an end that is followed, without a day between,
    by studies that go on. NULL for those without rights to an mLegitymacja.
    """
    now = _enrolments(today).entitling().with_rights_end()
    latest = now.annotate(until=F("rights_end")).order_by("-until").values("until")[:1]
    upcoming = Enrolment.objects.entitling().ongoing().filter(student=OuterRef("pk"), started_on__gt=today)
    before = (
        Enrolment.objects.current(today).entitling().filter(student=OuterRef("student")).with_rights_end()
    )
    begins_in_time = ExpressionWrapper(OuterRef("started_on") - Value(1), output_field=DateField())
    follows_on = upcoming.filter(Exists(before.filter(Q(rights_end__gte=begins_in_time))))
    endless = Exists(now.filter(Q(rights_end__isnull=True))) | Exists(follows_on)
    return Case(When(endless, then=Value(FOREVER)), default=Subquery(latest), output_field=DateField())


def _entitled_until(today: date, rules: str) -> Subquery | Case:
    if rules == ELS:
        return Subquery(_card(today).order_by().values("valid_until")[:1])
    # PostgreSQL's LEAST passes over NULL: who has no rights has no date.
    has_rights = Exists(_enrolments(today).entitling())
    return Case(
        When(has_rights, then=Least(rights_until(today), Value(extension_target(today)))),
        output_field=DateField(),
    )


def _studies_begin(today: date) -> Subquery:
    """Return the expression over Student for the first day of entitling studies that are still to begin."""
    upcoming = Enrolment.objects.entitling().ongoing().filter(student=OuterRef("pk"), started_on__gt=today)
    return Subquery(upcoming.order_by("started_on").values("started_on")[:1])


def annotations(today: date, rules: str | None = None) -> dict[str, Any]:
    """Return the annotations of `Student.objects.with_conditions`.

    `rules` is a key of RULES, by default the setting ELIGIBILITY_RULES. Raises ImproperlyConfigured for any other.
    """
    rules = rules or settings.ELIGIBILITY_RULES
    if rules not in RULES:
        raise ImproperlyConfigured(f"ELIGIBILITY_RULES is one of {', '.join(RULES)}, not {rules!r}")
    outcomes: dict[str, Any] = {
        condition.annotation: Once(condition.met(today), output_field=BooleanField())
        for condition in RULES[rules]
    }
    entitling, any_level = Exists(_enrolments(today).entitling()), Exists(_enrolments(today))
    return {
        "eligibility_rules": Value(rules, output_field=TextField()),
        "current_levels": ArraySubquery(_enrolments(today).order_by().values("programme__level").distinct()),
        **outcomes,
        # Without any studies it is the first condition that fails, not this one.
        "level_allowed": Once(Q(entitling) | ~Q(any_level), output_field=BooleanField()),
        "may_order": Once(
            Q(level_allowed=True, **dict.fromkeys(outcomes, True)), output_field=BooleanField()
        ),
        "entitled_until": _entitled_until(today, rules),
        "studies_begin": _studies_begin(today),
    }
