"""Texts of the states of an order: what is happening, what happens next, and what the student can do."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from mdocs.statuses import Status


@dataclass(frozen=True)
class Situation:
    """A state of an order: its heading, what is happening, what happens next, and what the student can do.

    `next_under_els` takes the place of `next` under the rules `els`, and `next_if_automatic` where the portal
    confirms who goes on by itself; `if_may_order` is for those who meet the conditions. Over an order that has ended
    what can be done depends on the conditions: `pages` adds it.
    """

    heading: StrOrPromise
    now: StrOrPromise
    next: StrOrPromise = ""
    next_under_els: StrOrPromise = ""
    next_if_automatic: StrOrPromise = ""
    you_can: StrOrPromise = ""
    if_may_order: StrOrPromise = ""


SITUATIONS: dict[Status, Situation] = {
    Status.WAITING: Situation(
        heading=_("Twoje zamówienie jest przetwarzane"),
        now=_("Zamówienie jest przyjęte i czeka na przekazanie do rządowego serwera mDokumenty."),
        next=_(
            "Portal przekaże je sam, zwykle w ciągu kilku sekund. Gdy mLegitymacja będzie gotowa, na tej stronie "
            "pojawią się kod QR i kod aktywacyjny."
        ),
        you_can=_("Nie musisz czekać na tej stronie. Możesz też anulować zamówienie."),
    ),
    Status.PROCESSING: Situation(
        heading=_("Twoje zamówienie jest przetwarzane"),
        now=_("Rządowy serwer mDokumenty przyjął zamówienie i przygotowuje mLegitymację."),
        next=_(
            "Zwykle trwa to kilka minut. Gdy mLegitymacja będzie gotowa, na tej stronie pojawią się kod QR i kod "
            "aktywacyjny."
        ),
        you_can=_("Nie musisz czekać na tej stronie. Możesz też anulować zamówienie."),
    ),
    Status.READY: Situation(
        heading=_("Twoja mLegitymacja jest gotowa do pobrania"),
        now=_("Aby ją zainstalować w telefonie, należy wykonać poniższe kroki."),
    ),
    Status.COLLECTED: Situation(
        heading=_("Twoja mLegitymacja jest w aplikacji mObywatel"),
        now=_("mLegitymacja została dodana do aplikacji mObywatel i możesz się nią posługiwać."),
        next=_(
            "Jest ważna do podanego terminu. Gdy uczelnia potwierdzi, że studiujesz dalej, portal sam ją przedłuży."
        ),
        next_under_els=_(
            "Jeśli uczelnia przedłuży Twoje uprawnienia na kolejny semestr, portal sam przedłuży mLegitymację."
        ),
        next_if_automatic=_(
            "Jest ważna do podanego terminu. Dopóki studiujesz, portal sam ją przedłuża: od 1 października do 31 "
            "marca, a od 1 marca do 31 października."
        ),
        you_can=_("Jeśli zgubisz telefon, unieważnij mLegitymację."),
        if_may_order=_("Jeśli zmieniasz telefon albo mLegitymacja zniknęła z aplikacji, zamów ją ponownie."),
    ),
    Status.CANCELLING: Situation(
        heading=_("Anulowanie zamówienia jest w toku"),
        now=_("Portal poprosił rządowy serwer mDokumenty o anulowanie zamówienia i czeka na potwierdzenie."),
        next=_(
            "Dopiero po potwierdzeniu zamówienie będzie anulowane; zwykle trwa to kilka sekund. Jeśli mLegitymacja "
            "została w tym czasie odebrana, portal ją unieważni."
        ),
        you_can=_("Nie musisz nic robić."),
        if_may_order=_("Potem możesz zamówić mLegitymację od nowa."),
    ),
    Status.REVOKING: Situation(
        heading=_("Unieważnianie mLegitymacji jest w toku"),
        now=_(
            "Portal poprosił rządowy serwer mDokumenty o unieważnienie mLegitymacji i czeka na potwierdzenie."
        ),
        next=_(
            "Zwykle trwa to kilka sekund. Potem mLegitymacja przestanie działać także w aplikacji mObywatel."
        ),
        you_can=_("Nie musisz nic robić."),
    ),
    Status.REJECTED: Situation(
        heading=_("Twoje zamówienie zostało odrzucone"),
        now=_("Rządowy serwer mDokumenty odmówił wydania mLegitymacji."),
    ),
    Status.EXPIRED: Situation(
        heading=_("Kod QR i kod aktywacyjny wygasły"),
        now=_(
            "Kod QR po jakimś czasie przedawnia się, a tych kodów nie użyto w terminie. Nie można ich ponownie "
            "wykorzystać: w aplikacji mObywatel pojawi się komunikat „mLegitymacja nie istnieje”."
        ),
    ),
    Status.CANCELLED: Situation(
        heading=_("Twoje zamówienie zostało anulowane"),
        now=_("To zamówienie jest zakończone i żadna mLegitymacja z niego nie powstanie."),
    ),
    Status.REVOKED: Situation(
        heading=_("Twoja mLegitymacja została unieważniona"),
        now=_("Nie działa już w aplikacji mObywatel, a mWeryfikator pokaże, że jest nieważna."),
    ),
    Status.LAPSED: Situation(
        heading=_("Twoja mLegitymacja wygasła"),
        now=_("Minął jej termin ważności i nie została przedłużona."),
    ),
}

MAY_ORDER_NEW = _("Nową mLegitymację możesz zamówić przyciskiem „Zamów mLegitymację” na tej stronie.")
MAY_NOT_ORDER_NEW = _("Nową mLegitymację zamówisz, gdy spełnisz wszystkie warunki opisane na tej stronie.")

REVOKED_BY_MDOKUMENTY = _("Unieważnił ją rządowy serwer mDokumenty, bez prośby uczelni.")
AGAIN_FOLLOWS = _(
    "Gdy mDokumenty to potwierdzą, portal sam złoży nowe zamówienie. Nie musisz zamawiać ponownie."
)
AGAIN_IMPOSSIBLE = _("Portal nie mógł złożyć nowego zamówienia, bo nie wszystkie warunki były spełnione.")
CODES_OVER = _("Termin ważności kodów minął i nie można ich już użyć.")
CODES_OVER_AGAIN = _("Kliknij „Zamów ponownie”, aby otrzymać nowe kody.")
