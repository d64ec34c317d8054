"""Under a barcode reader: each scan answers at once in colour and words, and the last one can be taken back."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from students.cards import end_card, extend_card
from students.models import CardExtension, EndReason, EnrolmentStatus, Programme, StudentCard, User
from students.roles import CLERK
from tests.mdocs.page.html import Document
from tests.students.cards.holders import make_card_in_use, make_holder
from tests.students.factories import make_card, make_member, make_programme

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]
SCAN, UNDO = (reverse(f"admin:students_studentcard_{name}") for name in ("scan", "scan_undo"))
BEFORE, UNTIL = date(2026, 10, 31), date(2027, 3, 31)
PESEL = "02270803624"


@pytest.fixture
def programme() -> Programme:
    return make_programme()


@pytest.fixture
def clerk(programme: Programme) -> User:
    return make_member(CLERK, programme.faculty)


@pytest.fixture
def desk(client: Client, clerk: User) -> Client:
    client.force_login(clerk)
    return client


def scan(desk: Client, number: str, **form: str) -> Document:
    """Scan without JavaScript: a POST, and the page that it leads to."""
    answer = desk.post(SCAN, {"number": number, "until": "2027-03-31", **form}, follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain == [(SCAN, 302)]
    return Document(answer.content.decode())


def undo(desk: Client, card: StudentCard) -> str:
    """Press the button that takes back the card's first extension, and give the page that comes then."""
    extension = CardExtension.objects.filter(card=card).earliest("pk")
    return desk.post(UNDO, {"extension": extension.pk}, follow=True).content.decode()


def answer_on(page: Document) -> tuple[str, str]:
    """Return the colour and the words of the answer."""
    (answer,) = (
        element for element in page.all("p") if element.attrs.get("class", "").startswith("scan-answer")
    )
    return answer.attrs["class"].removeprefix("scan-answer "), answer.text


def test_a_scan_extends_the_card_and_says_whose_and_until_when(
    desk: Client, programme: Programme, clerk: User
) -> None:
    card = make_card(make_holder(programme, last_name="Żółć"), barcode_number="8001", valid_until=BEFORE)
    colour, words = answer_on(scan(desk, " 8001 "))
    assert colour == "success"
    assert "Przedłużona do 31 marca 2027" in words
    assert "Żółć" in words
    card.refresh_from_db()
    assert card.valid_until == UNTIL
    assert card.extensions.get().by == clerk


def test_each_no_says_why(desk: Client, programme: Programme) -> None:
    extended = make_card_in_use(programme, valid_until=UNTIL)
    lost = end_card(make_card_in_use(programme), EndReason.LOST, by=None)
    struck_off = make_card_in_use(programme, valid_until=BEFORE)
    struck_off.student.enrolments.update(status=EnrolmentStatus.STRUCK_OFF, ended_on=date(2026, 10, 1))
    other = make_card(make_holder(last_name="Obca"), valid_until=BEFORE)
    cases = [
        (extended.barcode_number, "warning", "już przedłużona"),
        (lost.barcode_number, "error", "23 listopada 2026 (utracona)"),
        (struck_off.barcode_number, "error", "nie jest teraz studentem"),
        (other.barcode_number, "error", "innego wydziału"),
        ("404", "error", "Nie ma legitymacji ani studenta"),
        (str(lost.student.album_number), "error", "nie ma legitymacji (ELS) w użyciu"),
    ]
    for number, colour, words in cases:
        answer = answer_on(scan(desk, number))
        assert answer[0] == colour, number
        assert words in answer[1]
        assert number in answer[1]
        assert "Obca" not in answer[1]
    assert not CardExtension.objects.exists()


def test_the_list_has_the_newest_first_and_the_date_and_the_focus_stay(
    desk: Client, programme: Programme
) -> None:
    first, second = (make_card_in_use(programme, valid_until=BEFORE) for _ in range(2))
    scan(desk, first.barcode_number, until="2027-02-28")
    page = scan(desk, second.barcode_number, until="2027-02-28")
    rows = [row.text for row in page.all("tr", **{"class": "success"})]
    assert [second.barcode_number in rows[0], first.barcode_number in rows[1]] == [True, True]
    assert page.all("input", name="until")[0].attrs["value"] == "2027-02-28"
    number = page.all("input", name="number")[0].attrs
    assert "autofocus" in number
    assert number.get("value", "") == ""


def test_nobody_sees_another_clerks_scans(desk: Client, programme: Programme) -> None:
    card = make_card_in_use(programme, valid_until=BEFORE)
    scan(desk, card.barcode_number)
    desk.force_login(make_member(CLERK, programme.faculty))
    assert card.barcode_number not in desk.get(SCAN).content.decode()


def test_a_scan_that_is_sent_again_is_not_done_again(desk: Client, programme: Programme) -> None:
    card = make_card_in_use(programme, valid_until=BEFORE)
    for _ in range(2):
        page = scan(desk, card.barcode_number, scan="one-token")
        assert answer_on(page)[0] == "success"
        assert len(page.all("tr", **{"class": "success"})) == 1


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"number": ""}, "Zeskanuj kod"),
        ({"number": "8" * 501}, "500"),
        ({"until": ""}, "wymagane"),
        ({"until": "2026-11-22"}, "już minęła"),
        ({"until": "2029-01-01"}, "zbyt odległa"),
    ],
)
@pytest.mark.parametrize("quick", [False, True])
def test_a_mistake_is_told_and_extends_nothing(
    desk: Client, programme: Programme, form: dict[str, str], message: str, quick: bool
) -> None:
    card = make_card_in_use(programme, valid_until=BEFORE)
    data = {"number": card.barcode_number, "until": "2027-03-31", **form}
    answer = desk.post(SCAN, data, headers={"X-Requested-With": "fetch"} if quick else {})
    assert answer.status_code == (400 if quick else 200)
    assert message in answer.content.decode()
    assert not CardExtension.objects.exists()


def test_what_looks_like_a_pesel_is_shown_masked_and_kept_nowhere(desk: Client) -> None:
    page = scan(desk, PESEL)
    assert "022708•••••" in answer_on(page)[1]
    assert PESEL not in page.html
    assert PESEL not in str(dict(desk.session))


def test_no_name_is_kept_in_the_session_or_stands_in_an_address(desk: Client, programme: Programme) -> None:
    card = make_card(make_holder(programme, last_name="Żółć"), valid_until=BEFORE)
    page = scan(desk, card.barcode_number)
    assert "Żółć" in page.html
    assert "Żółć" not in str(dict(desk.session))
    addresses = [element.attrs.get("href", "") + element.attrs.get("action", "") for element in page.elements]
    assert not [where for where in addresses if card.barcode_number in where or "%C5" in where]


def test_the_last_extension_is_taken_back_and_then_the_one_before(desk: Client, programme: Programme) -> None:
    first, second = (make_card_in_use(programme, valid_until=BEFORE) for _ in range(2))
    for number in (first.barcode_number, second.barcode_number, "404"):
        page = scan(desk, number)
    assert "zachowa tam późniejszą datę" in page.html
    for card in (second, first):
        assert "Cofnięto" in undo(desk, card)
        assert "Nie ma czego cofnąć" in undo(desk, card), "a double click takes back one"
        card.refresh_from_db()
        assert card.valid_until == BEFORE
    assert list(CardExtension.objects.filter(undone_at=None)) == []
    assert answer_on(scan(desk, second.barcode_number))[0] == "success"


def test_what_cannot_be_taken_back_any_more_says_why(
    desk: Client, programme: Programme, time_machine: Any
) -> None:
    card = make_card_in_use(programme, valid_until=BEFORE)
    scan(desk, card.barcode_number)
    extend_card(card, date(2027, 4, 1), by=None)
    assert "została zmieniona" in undo(desk, card)
    time_machine.move_to("2026-11-23 12:16 +00:00")
    assert UNDO not in desk.get(SCAN).content.decode()
    assert desk.get(UNDO).status_code == 405
    assert StudentCard.objects.get().valid_until == date(2027, 4, 1)


def test_a_longer_list_costs_no_more_queries(desk: Client, programme: Programme) -> None:
    def cost() -> int:
        scan(desk, make_card_in_use(programme, valid_until=BEFORE).barcode_number)
        with CaptureQueriesContext(connection) as queries:
            desk.get(SCAN)
        return len(queries)

    few = cost()
    for _ in range(3):
        cost()
    assert cost() == few


@pytest.mark.parametrize("number", ["B00000123", "90123456"])
@pytest.mark.parametrize("sent", ["{}", "]C0{}", "]A0{}\x02", "\x02{}\x03", "#{};", "{}-", "  {} ", "*{}*"])
def test_what_a_reader_adds_is_left_out(desk: Client, programme: Programme, sent: str, number: str) -> None:
    make_card(make_holder(programme), barcode_number=number, valid_until=BEFORE)
    assert answer_on(scan(desk, sent.format(number)))[0] == "success"


@pytest.mark.parametrize("sent", ["ELS{}", "{}x", "#ID{}#"])
def test_letters_that_a_reader_adds_are_left_out_of_a_cards_own_digits(
    desk: Client, programme: Programme, sent: str
) -> None:
    make_card(make_holder(programme), barcode_number="90123456", valid_until=BEFORE)
    make_card(make_holder(programme, album_number="77345678"), barcode_number="80000123", valid_until=BEFORE)
    assert answer_on(scan(desk, sent.format("90123456")))[0] == "success"
    for other in ("0090123456", "77345678", "123"):  # nearly a card's, an album's, the end of a card's
        assert answer_on(scan(desk, sent.format(other)))[0] == "error"
    assert CardExtension.objects.count() == 1


def test_several_codes_in_one_are_each_extended_and_a_repeated_one_once(
    desk: Client, programme: Programme
) -> None:
    cards = [make_card_in_use(programme, valid_until=BEFORE) for _ in range(3)]
    numbers = [card.barcode_number for card in cards]
    page = scan(desk, f"{numbers[0]};{numbers[1]} {numbers[0]},{numbers[2]}")
    assert len([row for row in page.all("tr") if row.attrs.get("class") == "success"]) == 3
    assert CardExtension.objects.count() == 3


@pytest.mark.parametrize(
    "sent",
    [
        "9 012 345 601",
        "9\u00a0012\u00a0345\u00a0601",
        "9012 3456 01",
        "9,01235E+09",
        "9,01E9",
        "9012345601 345",
    ],
)
def test_the_parts_of_a_number_are_nobodys_number(desk: Client, programme: Programme, sent: str) -> None:
    for album in ("000009", "345", "000001", "012"):
        make_card(make_holder(programme, album_number=album), valid_until=BEFORE)
    colour, words = answer_on(scan(desk, sent))
    assert (colour, CardExtension.objects.exists()) == ("error", False)
    assert sent.replace("\u00a0", " ") in words.replace("\u00a0", " ")


def test_a_list_of_short_numbers_has_one_in_each_line(desk: Client, programme: Programme) -> None:
    for album in ("345", "012"):
        make_card(make_holder(programme, album_number=album), valid_until=BEFORE)
    scan(desk, "345\n012")
    assert CardExtension.objects.count() == 2


@pytest.mark.parametrize("sent", [";", "]C0", "\u200b", "--", '=""'])
def test_a_code_of_signs_alone_is_answered_like_any_other(desk: Client, sent: str) -> None:
    assert answer_on(scan(desk, sent))[0] == "error"


@pytest.mark.parametrize("sent", ["{0}{1}", "{0}x{1}", "{0[0]}", "x{0}y1"])
def test_what_may_mean_several_numbers_is_not_guessed_but_shown_as_it_came(
    desk: Client, programme: Programme, sent: str
) -> None:
    for number in ("90123456", "80123456"):
        make_card(make_holder(programme), barcode_number=number, valid_until=BEFORE)
    sent = sent.format("90123456", "80123456")
    colour, words = answer_on(scan(desk, sent))
    assert (colour, CardExtension.objects.exists()) == ("error", False)
    assert sent in words
    assert "Tak przysłał to czytnik" in words


def test_a_pesel_among_what_a_reader_adds_is_masked(desk: Client) -> None:
    page = desk.post(SCAN, {"number": f"#{PESEL};", "until": "2027-03-31"}, follow=True).content.decode()
    assert "#" in page and PESEL not in page
