"""Texts of the student's page in each situation; no rules. The manual's words where it has some."""

from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from mdocs.statuses import RevocationReason, Status
from students.moments import write_day


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


@dataclass(frozen=True)
class Ending:
    """Reason why an order or an mLegitymacja ended, and advice to a student who may not order a new one yet."""

    why: StrOrPromise
    advice: StrOrPromise = ""


ENDINGS: dict[RevocationReason, Ending] = {
    RevocationReason.HOLDER_REQUEST: Ending(why=_("Powód: Twoja prośba.")),
    RevocationReason.CARD_NOT_EXTENDED: Ending(
        why=_("Powód: Twoja plastikowa legitymacja (ELS) nie została przedłużona w terminie."),
        advice=_("Przynieś ELS do przedłużenia do dziekanatu Twojego wydziału."),
    ),
    RevocationReason.CARD_INVALIDATED: Ending(
        why=_("Powód: Twoja plastikowa legitymacja (ELS) została utracona, zwrócona lub unieważniona."),
        advice=_("Poproś dziekanat Twojego wydziału o nową ELS."),
    ),
    RevocationReason.STUDENT_STATUS_LOST: Ending(
        why=_("Powód: nie masz już studiów, które dają prawo do mLegitymacji."),
        advice=_("Jeśli to pomyłka, poproś dziekanat Twojego wydziału o sprawdzenie Twojego statusu."),
    ),
    RevocationReason.HOLDER_DATA_CHANGED: Ending(
        why=_("Powód: Twoje imiona, nazwisko lub numer PESEL zmieniły się od czasu zamówienia."),
        advice=_("Jeśli to pomyłka, poproś dziekanat Twojego wydziału o sprawdzenie danych."),
    ),
    RevocationReason.ISSUED_IN_ERROR: Ending(
        why=_("Powód: wydano ją omyłkowo."),
        advice=_("Szczegóły wyjaśni dziekanat Twojego wydziału."),
    ),
    RevocationReason.HOLDER_DECEASED: Ending(why=_("Powód: śmierć studenta.")),
    RevocationReason.REPLACED: Ending(
        why=_("Powód: przed końcem terminu ważności nie udało się jej użyć ani przedłużyć.")
    ),
    RevocationReason.DATE_PASSED: Ending(why=_("Powód: minął termin ważności.")),
}
# The student's wish, which the office has carried out.
ENDED_BY_OFFICE = Ending(
    why=_(
        "Powód: Twoja prośba, którą wykonał pracownik uczelni. Jeśli o to nie prosisz, zgłoś się do dziekanatu "
        "Twojego wydziału."
    )
)


@dataclass(frozen=True)
class Refusal:
    """Reason why mDokumenty rejected a holder, and what the student can do about it."""

    why: StrOrPromise
    advice: StrOrPromise


# The codes of a 422 (docs/reference/mdokumenty.md, POST /v1/orders).
REFUSALS: dict[str, Refusal] = {
    "holder_unknown": Refusal(
        why=_("W rejestrze PESEL nie znaleziono osoby o Twoich danych."),
        advice=_(
            "Poproś dziekanat Twojego wydziału o sprawdzenie numeru PESEL, imion i nazwiska w USOS. Po poprawieniu "
            "danych zamów mLegitymację ponownie."
        ),
    ),
    "holder_data_mismatch": Refusal(
        why=_("Twoje dane w USOS różnią się od danych w rejestrze PESEL."),
        advice=_(
            "Poproś dziekanat Twojego wydziału o porównanie imion, nazwiska, daty urodzenia i numeru PESEL z Twoim "
            "dowodem osobistym. Po poprawieniu danych zamów mLegitymację ponownie."
        ),
    ),
    "photo_rejected": Refusal(
        why=_("Twoje zdjęcie nie zostało przyjęte."),
        advice=_(
            "Dostarcz nowe zdjęcie legitymacyjne do biura spraw studenckich Twojego wydziału: aktualne, z twarzą "
            "na wprost, na jasnym tle. Potem zamów mLegitymację ponownie."
        ),
    ),
    "institution_not_authorised": Refusal(
        why=_("Serwer nie przyjmuje teraz zamówień naszej uczelni. Przyczyna nie leży po Twojej stronie."),
        advice=_(
            "Spróbuj zamówić mLegitymację ponownie za jakiś czas. Jeśli to się powtórzy, powiadom dziekanat Twojego "
            "wydziału."
        ),
    ),
}
REFUSAL_UNKNOWN = Refusal(
    why=_("Kod odmowy: %(code)s."),
    advice=_(
        "Podaj ten kod w dziekanacie Twojego wydziału; tam dowiesz się, co trzeba poprawić. Potem zamów mLegitymację "
        "ponownie."
    ),
)
REFUSAL_UNTOLD = Refusal(
    why=_("Serwer nie podał powodu."),
    advice=_(
        "Sprawdź w dziekanacie Twojego wydziału, czy Twoje dane i zdjęcie w USOS są aktualne, i zamów mLegitymację "
        "ponownie."
    ),
)


@dataclass(frozen=True)
class Notice:
    """A remark beside the state: how urgent it looks (a class of the style sheet), a title and a text."""

    level: str
    title: StrOrPromise
    text: StrOrPromise
    by_the_office: bool = False  # what it is about is mended there

    def of(self, day: date) -> "Notice":
        """Return the notice with this day in its text."""
        return replace(self, text=self.text % {"date": write_day(day)})


NEEDS_STAFF = Notice(
    "warning",
    _("Zamówieniem zajmuje się pracownik uczelni"),
    _("Portal nie mógł dokończyć go sam. Nic nie przepadło i nie musisz zamawiać ponownie."),
)
REISSUE_REQUIRED = Notice(
    "warning",
    _("Tej mLegitymacji nie można przedłużyć"),
    _(
        "Straci ważność w podanym terminie. Wtedy portal sam zamówi nową, a Ty dodasz ją do aplikacji mObywatel. "
        "Możesz to zrobić wcześniej: użyj przycisku „Zamów ponownie”."
    ),
)
NOT_EXTENDABLE = Notice(
    "warning",
    _("Tej mLegitymacji nie można przedłużyć"),
    _("Straci ważność w podanym terminie."),
)
EXTENDING = Notice(
    "info",
    _("Przedłużenie jest w drodze"),
    _("Nowy termin ważności to %(date)s. Portal przekazuje go do mDokumentów; nie musisz nic robić."),
)
EXTENSION_LATE = Notice(
    "warning",
    _("Termin ważności minął, a przedłużenia jeszcze nie ma"),
    _(
        "Rządowy serwer mDokumenty nie potwierdził jeszcze nowego terminu %(date)s. Portal ponawia próby, ale do tego "
        "czasu aplikacja mObywatel może pokazywać mLegitymację jako nieważną. Pracownicy uczelni o tym wiedzą."
    ),
)
EXTENDING_LATER = Notice(
    "info",
    _("Przedłużenie jest w drodze"),
    _(
        "Gdy dodasz mLegitymację do aplikacji mObywatel, portal sam przedłuży jej ważność do %(date)s. Jeśli nie "
        "zrobisz tego w porę, przed końcem obecnego terminu portal zamówi w jej miejsce nową, z nowymi kodami."
    ),
)
PLANNED_END_PASSED = Notice(
    "info",
    _("Minął planowany koniec Twoich studiów"),
    _(
        "W USOS jest nim %(date)s. Dopóki USOS ma Cię za studenta, niczego to nie odbiera. Jeśli studiujesz dłużej, "
        "poproś dziekanat o poprawienie tej daty."
    ),
    by_the_office=True,
)
ALBUM_NUMBER_CHANGED = Notice(
    "warning",
    _("mLegitymacja ma Twój poprzedni numer albumu"),
    _(
        "Pozostaje ważna. Jeśli chcesz mieć na niej obecny numer, użyj przycisku „Zamów ponownie” i dodaj nową do "
        "aplikacji mObywatel."
    ),
)

# What is said before an mLegitymacja ends, on the page and in messages: why, what to do about it, and where.
ENDS_TITLE = _("mLegitymacja jest ważna tylko do %(date)s")
ENDS_BECAUSE: dict[RevocationReason, StrOrPromise] = {
    RevocationReason.CARD_NOT_EXTENDED: _(
        "Tego dnia kończy się ważność Twojej plastikowej legitymacji (ELS). Przynieś ją do przedłużenia do dziekanatu "
        "Twojego wydziału; gdy zostanie przedłużona, portal sam zadba o mLegitymację."
    ),
    RevocationReason.STUDENT_STATUS_LOST: _(
        "Tego dnia kończą się Twoje prawa studenta. Jeśli to pomyłka albo zaczynasz kolejne studia, zgłoś się do "
        "dziekanatu Twojego wydziału."
    ),
    RevocationReason.DATE_PASSED: _(
        "Uczelnia nie potwierdziła jeszcze, że studiujesz dalej. Gdy to zrobi, portal sam przedłuży mLegitymację. "
        "Zapytaj o to w dziekanacie Twojego wydziału."
    ),
    RevocationReason.REPLACED: _(
        "Potem portal sam zamówi w jej miejsce nową, z późniejszym terminem. Nowe kody zobaczysz na stronie "
        "mLegitymacja; dodaj ją wtedy do aplikacji mObywatel."
    ),
}
EARLIER_DOCUMENT = Notice(
    "info",
    _("mDokumenty znają Twoją wcześniejszą mLegitymację"),
    _("Portal najpierw ją unieważni, a potem sam dokończy to zamówienie. Nie musisz nic robić."),
)

# The remark that mDokumenty is down: the manual's message, where it comes from, and what it means to this student.
DOWN_TITLE = _("Przepraszamy. Strona jest chwilowo niedostępna... (rządowy serwer mDokumenty)")
DOWN_BECAUSE = _(
    "Ten komunikat wynika z problemów w działaniu rządowego serwera mDokumenty; portal studenta działa."
)
NOT_ACCEPTED_BECAUSE = _(
    "Ten komunikat wynika z tego, że rządowy serwer mDokumenty nie przyjmuje teraz zgłoszeń naszej uczelni; portal "
    "studenta działa."
)
DOWN_NO_ORDER = _(
    "mLegitymację możesz zamówić już teraz: zamówienie zostanie zachowane i wysłane samo, gdy serwer zacznie działać."
)
DOWN_PENDING = _("Twoje zamówienie jest zachowane, a portal sam ponawia próby. Nie musisz zamawiać ponownie.")
DOWN_ENDING = _("Twoja prośba jest zachowana, a portal sam ponawia próby.")
DOWN_DOCUMENT = _(
    "Twoja mLegitymacja jest zachowana, ale dodanie jej do telefonu i zmiana statusu na tej stronie mogą się "
    "opóźnić. Nie musisz zamawiać ponownie."
)

DOWN_SINCE = _("Trwa to od %(moment)s.")
TRIED_SOON = _("Następna próba: w ciągu minuty.")
TRIED_AT = _("Następna próba: %(moment)s.")

NO_RIGHT_STAFF = _("Korzystasz z konta pracownika uczelni, a nie studenta.")
NO_RIGHT_NOT_A_STUDENT = _("Z Twoim kontem nie są połączone żadne studia.")
NO_RIGHT_LEVELS = _("Twoje obecne studia to: %(levels)s.")


@dataclass(frozen=True)
class Action:
    """Something a student can do with an order: its button, and what is said before, after and instead of it.

    `address` names its URL. `confirm` is the question of the page in between, if there is one, with the
    `consequences`; `hint` says before a click what a button without such a page does; `done` is said in the state that
    follows.
    """

    address: str
    button: StrOrPromise
    impossible: StrOrPromise
    done: dict[Status, StrOrPromise]
    hint: StrOrPromise = ""
    confirm: StrOrPromise = ""
    consequences: tuple[StrOrPromise, ...] = ()
    look: str = "plain"

    @property
    def method(self) -> str:
        """HTTP method of the button: what is confirmed first changes nothing yet."""
        return "get" if self.confirm else "post"


CANCEL = Action(
    address="mdocs:cancel",
    button=_("Anuluj zamówienie"),
    impossible=_(
        "Nie można anulować tego zamówienia: ma teraz status „%(status)s”. Nic nie zostało zmienione."
    ),
    done={
        Status.CANCELLED: _("Zamówienie zostało anulowane."),
        Status.CANCELLING: _(
            "Przyjęliśmy prośbę o anulowanie zamówienia. Status pokaże, kiedy mDokumenty ją potwierdzą."
        ),
    },
)
# What it means while mDokumenty is away, said before the click.
CANCELLED_AT_ONCE = _(
    "Zamówienie nie zostało jeszcze wysłane do mDokumentów, więc anulujesz je od razu, mimo awarii."
)
CANCELLED_LATER = _(
    "Portal zapamięta „Anuluj zamówienie” i przekaże je, gdy mDokumenty zaczną działać. Do tego czasu nowego "
    "zamówienia nie złożysz od razu, ale możesz je przygotować: portal wyśle je, gdy anulowanie się potwierdzi."
)
ORDER_NEXT = Action(
    address="mdocs:order_next",
    button=_("Zamów nową, gdy to się potwierdzi"),
    impossible=_(
        "Nie trzeba już na to czekać: zamówienie ma teraz status „%(status)s”. Nic nie zostało zmienione."
    ),
    done={
        status: _("Zapamiętane: gdy mDokumenty to potwierdzą, portal sam złoży nowe zamówienie.")
        for status in (Status.CANCELLING, Status.REVOKING)
    },
    hint=_("Nie musisz tu czekać ani wracać. Do tego czasu możesz zmienić zdanie."),
)
WITHDRAW_NEXT = replace(
    ORDER_NEXT,
    address="mdocs:withdraw_next",
    button=_("Jednak nie zamawiaj nowej"),
    done={
        status: _("Zapamiętane: portal nie złoży nowego zamówienia.")
        for status in (Status.CANCELLING, Status.REVOKING)
    },
    hint="",
)
REVOKE = Action(
    address="mdocs:revoke",
    button=_("Unieważnij mLegitymację"),
    impossible=_(
        "Nie można unieważnić tej mLegitymacji: ma teraz status „%(status)s”. Nic nie zostało zmienione."
    ),
    done={
        Status.REVOKING: _(
            "Przyjęliśmy prośbę o unieważnienie mLegitymacji. Status pokaże, kiedy mDokumenty ją potwierdzą."
        )
    },
    confirm=_("Czy na pewno unieważnić mLegitymację?"),
    consequences=(
        _("mLegitymacja zostanie unieważniona także w aplikacji mObywatel, na każdym telefonie."),
        _("Kod QR i kod aktywacyjny przestaną działać."),
        _("Tego nie można cofnąć: aby znowu korzystać z mLegitymacji, trzeba zamówić i pobrać nową."),
        _("Plastikowa legitymacja (ELS) pozostanie ważna."),
    ),
    look="danger",
)
ORDER_AGAIN = Action(
    address="mdocs:order_again",
    button=_("Zamów ponownie"),
    impossible=_(
        "Nie można zamówić ponownie: zamówienie ma teraz status „%(status)s”. Nic nie zostało zmienione."
    ),
    done={
        Status.REVOKING: _(
            "Przyjęliśmy prośbę: dotychczasowa mLegitymacja zostanie unieważniona, a portal sam złoży nowe "
            "zamówienie."
        )
    },
    hint=_(
        "„Zamów ponownie” unieważnia tę mLegitymację, także w aplikacji mObywatel, i od razu zamawia nową, z nowymi "
        "kodami."
    ),
)
# The same button on an mLegitymacja that works on a phone: nobody loses it with one tap.
REPLACE = replace(
    ORDER_AGAIN,
    hint="",
    confirm=_("Czy na pewno zastąpić mLegitymację nową?"),
    consequences=(
        _("mLegitymacja, którą masz w telefonie, zostanie unieważniona, także w aplikacji mObywatel."),
        _("Portal sam zamówi nową; dodasz ją do aplikacji mObywatel nowymi kodami."),
        _(
            "Dopóki nowa nie będzie gotowa, nie masz mLegitymacji. Zwykle trwa to kilka minut, w czasie awarii dłużej."
        ),
        _("Tego nie można cofnąć."),
        _("Plastikowa legitymacja (ELS) pozostanie ważna."),
    ),
)

SAME_PHOTO = _(
    "mDokumenty odrzuciły zdjęcie, które nadal jest w USOS, i odrzucą je ponownie. Najpierw dostarcz nowe zdjęcie. Nic "
    "nie zostało zmienione."
)
ORDERED = _("Zamówienie zostało przyjęte.")
ALREADY_ORDERED = _("Masz już zamówienie, więc nowe nie zostało złożone. Jego stan widzisz na tej stronie.")
NOT_ELIGIBLE = _(
    "Nie możesz teraz zamówić mLegitymacji. Na tej stronie opisujemy, czego brakuje i kto może pomóc. Nic nie zostało "
    "zmienione."
)
