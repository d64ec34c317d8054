"""Remarks beside the state of an order: what the student should know of it, of mDokumenty, and of what is to come."""

from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from mdocs.statuses import RevocationReason
from students.moments import write_day


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
