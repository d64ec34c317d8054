"""Each state of an order has a page that says what is happening and what the student can do."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from mdocs.engine.breaker import State
from mdocs.models import Order
from mdocs.page.texts import reasons
from mdocs.statuses import ENDING, LIVE, RevocationReason, Status
from students.models import Student
from tests.mdocs.factories import make_order, set_breaker
from tests.mdocs.page.conftest import PAGE
from tests.mdocs.page.html import Document

See = Callable[[], Document]

ORDER = "Zamów mLegitymację"
CANCEL = "Anuluj zamówienie"
ANYWAY = "Zamów mimo to"  # the photo that was refused is still the same
REVOKE = "Unieważnij mLegitymację"
AGAIN = "Zamów ponownie"
DOWN = "Przepraszamy. Strona jest chwilowo niedostępna..."

STATES = {
    Status.WAITING: ("Twoje zamówienie jest przetwarzane", "oczekujący", [CANCEL]),
    Status.PROCESSING: ("Twoje zamówienie jest przetwarzane", "w trakcie", [CANCEL]),
    Status.READY: ("Twoja mLegitymacja jest gotowa do pobrania", "gotowy do pobrania", [AGAIN, REVOKE]),
    Status.COLLECTED: ("Twoja mLegitymacja jest w aplikacji mObywatel", "odebrana", [AGAIN, REVOKE]),
    Status.CANCELLING: ("Anulowanie zamówienia jest w toku", "anulowanie w toku", []),
    Status.REVOKING: ("Unieważnianie mLegitymacji jest w toku", "unieważnianie w toku", []),
    Status.REJECTED: ("Twoje zamówienie zostało odrzucone", "odrzucony", [ORDER]),
    Status.EXPIRED: ("Kod QR i kod aktywacyjny wygasły", "kod wygasł", [ORDER]),
    Status.CANCELLED: ("Twoje zamówienie zostało anulowane", "anulowany", [ORDER]),
    Status.REVOKED: ("Twoja mLegitymacja została unieważniona", "unieważniona", [ORDER]),
    Status.LAPSED: ("Twoja mLegitymacja wygasła", "wygasła", [ORDER]),
}


@pytest.mark.parametrize("status", Status)
def test_every_state_says_what_it_is_and_offers_what_can_be_done(
    see: See, student: Student, status: Status
) -> None:
    heading, label, buttons = STATES[status]
    make_order(
        student,
        status,
        created_at=datetime(2020, 9, 3, 11, 4, 3, tzinfo=UTC),
        valid_until=date(2021, 3, 31),
    )
    page = see()
    assert heading in page.texts("h2")
    assert "Twoja mLegitymacja" in page.texts("h3")
    facts = dict(zip(page.texts("dt"), page.texts("dd"), strict=True))
    assert facts == {
        "Data zamówienia:": "2020-09-03 13:04:03",
        "Termin ważności:": "2021-03-31",
        "Status:": label,
    }
    assert page.buttons == buttons
    # Without JavaScript one refreshes by hand, as long as there is something to wait for.
    waits = status in LIVE - {Status.COLLECTED}
    assert page.texts("a", href=PAGE, **{"class": "button button-plain"}) == ["Odśwież"] * waits


def test_ready_has_the_steps_and_the_shops_of_the_manual(see: See, student: Student) -> None:
    make_order(student, Status.READY)
    page = see()
    links = {link.attrs["href"] for link in page.all("a")}
    assert "https://play.google.com/store/apps/details?id=pl.nask.mobywatel&hl=pl&gl=PL" in links
    assert "https://apps.apple.com/pl/app/mobywatel/id1339613469?l=pl" in links
    assert "Aby ją zainstalować w telefonie, należy wykonać poniższe kroki." in page.main
    assert "mLegitymacja nie istnieje" in page.main
    steps_then_status = "Potwierdź kod QR kodem aktywacyjnym. Gdy dodasz mLegitymację do aplikacji mObywatel,"
    assert steps_then_status in page.main


def test_having_codes_at_hand_has_the_worker_ask_more_often(see: See, student: Student) -> None:
    order = make_order(student, Status.READY, next_attempt_at=timezone.now() + timedelta(minutes=5))
    see()
    order.refresh_from_db()
    assert order.poll_fast_until is not None
    assert order.next_attempt_at is not None
    assert order.next_attempt_at < timezone.now() + timedelta(seconds=10)


@pytest.mark.parametrize(
    ("refusal", "says"),
    [
        ("holder_unknown", "W rejestrze PESEL nie znaleziono osoby"),
        ("holder_data_mismatch", "Twoje dane w USOS różnią się od danych w rejestrze PESEL."),
        ("photo_rejected", "Dostarcz nowe zdjęcie legitymacyjne"),
        ("institution_not_authorised", "Przyczyna nie leży po Twojej stronie."),
        ("moon_too_full", "Kod odmowy: moon_too_full. Podaj ten kod w dziekanacie"),
        ("<b>100%s</b>", "Kod odmowy: <b>100%s</b>."),
        ("", "Serwer nie podał powodu."),
    ],
)
def test_a_refusal_says_why_and_what_to_do(see: See, student: Student, refusal: str, says: str) -> None:
    make_order(student, Status.REJECTED, rejection_code=refusal)
    page = see()
    assert says in page.main
    assert not page.all("b")
    assert page.buttons == [ANYWAY if refusal == "photo_rejected" else ORDER]


@pytest.mark.parametrize("reason", RevocationReason)
@pytest.mark.parametrize("status", [Status.REVOKING, Status.REVOKED, Status.CANCELLING, Status.CANCELLED])
def test_what_was_ended_says_why_and_what_to_do(
    see: See, student: Student, status: Status, reason: RevocationReason
) -> None:
    make_order(student, status, revocation_reason=reason)
    ending = reasons.ENDINGS[reason]
    page = see()
    assert str(ending.why) in page.main
    assert not ending.advice or str(ending.advice) not in page.main, "it has been done already"
    student.cards.all().delete()
    page = see()
    assert str(ending.why) in page.main
    assert str(ending.advice) in page.main


def test_a_document_that_mdokumenty_ended_by_itself_says_so(see: See, student: Student) -> None:
    make_order(student, Status.REVOKED, revocation_reason="")
    assert "Unieważnił ją rządowy serwer mDokumenty" in see().main


def test_an_extension_under_way_needs_nothing_from_the_student(see: See, student: Student) -> None:
    order = make_order(student, Status.COLLECTED, extend_to=date(2099, 10, 31))
    assert "Nowy termin ważności to 31 października 2099." in see().main
    Order.objects.filter(pk=order.pk).delete()
    make_order(student, Status.READY, extend_to=date(2099, 10, 31))
    assert "portal sam przedłuży jej ważność do 31 października 2099" in see().main


def test_a_document_that_cannot_be_extended_is_to_be_ordered_again(see: See, student: Student) -> None:
    make_order(student, Status.COLLECTED, reissue_required=True)
    page = see()
    assert "Tej mLegitymacji nie można przedłużyć" in page.main
    assert AGAIN in page.buttons


def test_ordering_again_says_that_the_new_order_follows_by_itself(see: See, student: Student) -> None:
    make_order(student, Status.REVOKING, order_again=True)
    assert "portal sam złoży nowe zamówienie" in see().main


def test_a_new_order_that_could_not_follow_is_explained(see: See, student: Student) -> None:
    make_order(student, Status.REVOKED, order_again=True)
    assert "Portal nie mógł złożyć nowego zamówienia" in see().main


def test_an_order_that_staff_look_at_is_not_lost(see: See, student: Student) -> None:
    make_order(student, Status.WAITING, attention="our_mistake")
    page = see()
    assert "Zamówieniem zajmuje się pracownik uczelni" in page.main
    assert "Nic nie przepadło" in page.main
    assert "kilku sekund" not in page.main
    assert DOWN not in page.main


@pytest.mark.parametrize(
    ("state", "because"),
    [
        (State.OPEN, "Ten komunikat wynika z problemów w działaniu rządowego serwera mDokumenty"),
        (State.NOT_ACCEPTED, "rządowy serwer mDokumenty nie przyjmuje teraz zgłoszeń naszej uczelni"),
    ],
)
@pytest.mark.parametrize(
    ("status", "kept"),
    [
        (Status.WAITING, "Twoje zamówienie jest zachowane, a portal sam ponawia próby."),
        (Status.PROCESSING, "Twoje zamówienie jest zachowane, a portal sam ponawia próby."),
        (Status.CANCELLING, "Twoja prośba jest zachowana, a portal sam ponawia próby."),
        (Status.REVOKING, "Twoja prośba jest zachowana, a portal sam ponawia próby."),
        (Status.READY, "Twoja mLegitymacja jest zachowana"),
    ],
)
def test_while_mdokumenty_is_down_the_page_shows_the_manuals_message_and_what_is_kept(
    see: See, student: Student, status: Status, kept: str, state: State, because: str
) -> None:
    make_order(student, status)
    set_breaker(state)
    page = see()
    assert DOWN in page.main
    assert because in page.main
    assert kept in page.main
    assert "kilku sekund" not in page.main


@pytest.mark.parametrize("status", sorted(ENDING))
def test_who_has_asked_to_end_it_is_not_told_about_ordering_while_mdokumenty_is_down(
    see: See, student: Student, status: Status
) -> None:
    make_order(student, status)
    set_breaker(State.OPEN)
    assert "Nie musisz zamawiać ponownie." not in see().main


def test_one_failed_call_is_told_as_well(see: See, student: Student) -> None:
    make_order(student, Status.WAITING, last_failure="unreachable", failures=1)
    assert "Nie musisz zamawiać ponownie." in see().main


def test_while_mdokumenty_is_down_one_can_order(see: See) -> None:
    set_breaker(State.OPEN)
    page = see()
    assert "mLegitymację możesz zamówić już teraz" in page.main
    assert page.buttons == [ORDER]


def test_a_new_order_is_shown_rather_than_the_one_before(see: See, student: Student) -> None:
    make_order(student, Status.REVOKED, created_at=timezone.now() + timedelta(minutes=1))
    make_order(student, Status.PROCESSING)
    assert "w trakcie" in see().texts("dd")


def test_of_the_ended_orders_the_last_is_shown(see: See, student: Student) -> None:
    make_order(student, Status.REJECTED, created_at=timezone.now() - timedelta(days=2))
    make_order(student, Status.LAPSED)
    make_order(student, Status.REVOKED, created_at=timezone.now() - timedelta(days=1))
    assert "wygasła" in see().texts("dd")


def test_a_state_that_only_the_next_version_knows_shows_its_code() -> None:
    assert Order(status="of_the_next").get_status_display() == "of_the_next"


def test_a_reason_that_only_the_next_version_knows_is_left_out(see: See, student: Student) -> None:
    make_order(student, Status.REVOKED, revocation_reason="of_the_next")
    page = see()
    assert "unieważniona" in page.texts("dd")
    assert "Powód" not in page.main
