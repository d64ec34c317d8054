"""Advice for staff: why an order does not go on by itself, or mDokumenty is unwell, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from mdocs.mdokumenty import CertificateProblem
from mdocs.models import Breaker
from mdocs.statuses import Attention


@dataclass(frozen=True)
class Advice:
    """Reason why something does not go on by itself, and what staff can do about it."""

    why: StrOrPromise
    do: StrOrPromise


FOR_STAFF: Mapping[str, Advice] = {
    Attention.OUR_MISTAKE: Advice(
        Attention.OUR_MISTAKE.label,
        _(
            "Błąd jest w portalu albo zmieniły się zasady mDokumentów. Podaj administratorowi numer zamówienia; kod "
            "odpowiedzi stoi w historii zamówienia. Po naprawie ponów zamówienie."
        ),
    ),
    Attention.UNKNOWN_THERE: Advice(
        Attention.UNKNOWN_THERE.label,
        _(
            "Zapytaj ministerstwo, podając numer w mDokumentach. Portal sam pyta ponownie co kwadrans. Jeśli "
            "ministerstwo potwierdzi, że zamówienia tam nie ma, zamknij je."
        ),
    ),
    Attention.KEY_CONFLICT: Advice(
        Attention.KEY_CONFLICT.label,
        _(
            "Zapytaj ministerstwo, podając numer zamówienia. Portal sam próbuje ponownie co kwadrans i pójdzie "
            "dalej, gdy ministerstwo to wyjaśni."
        ),
    ),
    Attention.EARLIER_UNNAMED: Advice(
        Attention.EARLIER_UNNAMED.label,
        _(
            "Student ma w mDokumentach ważny dokument naszej uczelni, a one nie podały jego numeru albo podały numer "
            "z zamówienia innego studenta, więc portal go nie unieważnia. Zapytaj ministerstwo, podając numer "
            "zamówienia. Portal sam próbuje ponownie co kwadrans."
        ),
    ),
    Attention.DATA_UNREADABLE: Advice(
        Attention.DATA_UNREADABLE.label,
        _(
            "Administrator musi przywrócić plik zdjęcia albo klucz szyfrowania; potem ponów zamówienie. Jeśli "
            "się nie da, anuluj zamówienie: student złoży nowe."
        ),
    ),
    Attention.INTERNAL_ERROR: Advice(
        Attention.INTERNAL_ERROR.label,
        _(
            "Podaj administratorowi numer zamówienia: pod nim dziennik serwera wskazuje miejsce błędu. Portal sam "
            "próbuje ponownie co kwadrans."
        ),
    ),
}
LATE = Advice(
    _("czeka na mDokumenty ponad dobę"),
    _(
        "Nic nie przepadło, a portal sam ponawia próby. Sprawdź stan mDokumentów: jeśli działają, zgłoś zamówienie "
        "ministerstwu, podając jego numer."
    ),
)
ACCOUNT_OFF = Advice(
    _("konto studenta jest wyłączone, a mLegitymacja trwa"),
    _(
        "Wyłączone konto nie kończy studiów. Jeśli student studiuje, włącz je; jeśli nie, popraw status w USOS. Jeśli "
        "student zmarł, zakończ zamówienie z powodem „śmierć studenta”: portal nikogo o tym nie zawiadomi."
    ),
)
NOT_EXTENDED = Advice(
    _("mDokumenty nie potwierdzają przedłużenia ponad dobę"),
    _(
        "Portal sam ponawia próby. Sprawdź stan mDokumentów: jeśli działają, zgłoś ministerstwu numer w mDokumentach. "
        "Tydzień po terminie ważności portal uzna mLegitymację za wygasłą; student może wcześniej zamówić ponownie."
    ),
)

REFUSED: Mapping[str, Advice] = {
    "holder_unknown": Advice(
        _("odrzucone: w rejestrze PESEL nie ma osoby o tych danych"),
        _(
            "Porównaj numer PESEL, imiona i nazwisko z dowodem osobistym studenta i popraw je w USOS. Potem student "
            "zamawia ponownie."
        ),
    ),
    "holder_data_mismatch": Advice(
        _("odrzucone: dane różnią się od danych w rejestrze PESEL"),
        _(
            "Porównaj imiona, nazwisko, datę urodzenia i numer PESEL z dowodem osobistym studenta i popraw je w USOS. "
            "Potem student zamawia ponownie."
        ),
    ),
    "photo_rejected": Advice(
        _("odrzucone: zdjęcie nie zostało przyjęte"),
        _(
            "Poproś studenta o aktualne zdjęcie legitymacyjne: twarz na wprost, jasne tło. Po jego dodaniu student "
            "zamawia ponownie."
        ),
    ),
    "institution_not_authorised": Advice(
        _("odrzucone: mDokumenty nie przyjmują zamówień naszej uczelni"),
        _(
            "Przyczyna nie leży po stronie studenta. Powiadom administratora: umowę z ministerstwem trzeba wyjaśnić. "
            "Potem student zamawia ponownie."
        ),
    ),
    "": Advice(
        _("odrzucone bez podania powodu"),
        _("Sprawdź dane i zdjęcie studenta w USOS. Potem student zamawia ponownie."),
    ),
}
REFUSED_UNLISTED = Advice(
    _("odrzucone z kodem %(code)s"),
    _("Podaj ten kod administratorowi: objaśni go umowa z ministerstwem. Potem student zamawia ponownie."),
)

# How mDokumenty is, where that holds up every order.
UNWELL: Mapping[str, Advice] = {
    Breaker.State.OPEN: Advice(
        _("mDokumenty nie odpowiadają"),
        _(
            "Studenci mogą zamawiać, ale na nowe mLegitymacje poczekają. Nic nie przepadło: portal wyśle zamówienia "
            "sam, gdy mDokumenty odpowiedzą. Jeśli trwa to ponad godzinę, zawiadom administratora portalu."
        ),
    ),
    Breaker.State.NOT_ACCEPTED: Advice(
        _("mDokumenty nie przyjmują teraz zamówień naszej uczelni"),
        _(
            "Studenci mogą zamawiać, ale na nowe mLegitymacje poczekają. Nic nie przepadło: portal wyśle zamówienia "
            "sam. Przyczynę musi usunąć administrator portalu: zawiadom go, jeśli jeszcze o tym nie wie."
        ),
    ),
}

CERTIFICATE_PROBLEMS: Mapping[str, StrOrPromise] = {
    CertificateProblem.CERTIFICATE_UNREADABLE: _("certyfikatu nie da się odczytać (MDOKUMENTY_CERTIFICATE)"),
    CertificateProblem.CERTIFICATE_WEAK: _(
        "certyfikat ma zbyt słaby klucz lub podpis (MDOKUMENTY_CERTIFICATE)"
    ),
    CertificateProblem.KEY_UNREADABLE: _("klucza nie da się odczytać albo ma hasło (MDOKUMENTY_KEY)"),
    CertificateProblem.NOT_A_PAIR: _("certyfikat i klucz nie pasują do siebie"),
    CertificateProblem.NOT_YET_VALID: _("certyfikat jeszcze nie jest ważny (MDOKUMENTY_CERTIFICATE)"),
    CertificateProblem.EXPIRED: _("certyfikat stracił ważność (MDOKUMENTY_CERTIFICATE)"),
    CertificateProblem.CA_UNREADABLE: _("certyfikatu urzędu nie da się odczytać (MDOKUMENTY_CA)"),
    CertificateProblem.CA_EXPIRED: _("certyfikat urzędu stracił ważność (MDOKUMENTY_CA)"),
}
CERTIFICATE_UNUSABLE = _("Połóż na ich miejsce właściwe pliki i uruchom workery ponownie.")
CERTIFICATE_ENDS_SOON = _("Poproś ministerstwo o następny; można go wymienić, zanim ten się skończy.")
