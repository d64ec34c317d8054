"""Texts of what a student can do with an order: buttons, questions, and what is said afterwards."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from mdocs.statuses import Status


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
