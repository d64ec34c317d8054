"""Each of the demo cast signs in and reads what applies to them."""

import httpx
import pytest
from django.utils import timezone

from students.half_years import half_year_end, next_half_year_end
from tests.mdocs.page.html import Document
from tests.stack.stack import Stack
from tests.stack.visitor import PAGE, Visitor
from tests.waiting import PATIENCE, wait_until

DEANS_OFFICE, STUDENT_OFFICE = "dziekanat Twojego wydziału", "biuro spraw studenckich Twojego wydziału"
UNMET = {
    "bartek": (
        "Masz Elektroniczną Legitymację Studencką (plastikową)",
        "Zamów i odbierz plastikową legitymację",
        DEANS_OFFICE,
    ),
    "celina": (
        "Twoja (plastikowa) ELS została przedłużona w USOS",
        "Przynieś ją do przedłużenia",
        DEANS_OFFICE,
    ),
    "ewa": (
        "Twoje dane osobowe nie zmieniły się od czasu wydania ELS",
        "Poproś o wymianę legitymacji na nową",
        DEANS_OFFICE,
    ),
    "filip": ("Masz numer PESEL", "korzystaj z legitymacji plastikowej", STUDENT_OFFICE),
    "gosia": ("Masz zdjęcie w USOS", "Dostarcz aktualne zdjęcie", STUDENT_OFFICE),
    "jan": ("Jesteś aktywnym studentem", "Nie masz teraz studiów, które trwają", DEANS_OFFICE),
}


def visit(stack: Stack, username: str) -> tuple[Visitor, Document]:
    """Sign in, and give the mLegitymacja page."""
    visitor = Visitor(stack.url, username)
    visitor.sign_in()
    return visitor, visitor.look()


def facts(page: Document) -> dict[str, str]:
    """Read what the page says of the order."""
    return dict(zip(page.texts("dt"), page.texts("dd"), strict=True))


@pytest.mark.parametrize(("username", "condition", "remedy", "helper"), [(n, *c) for n, c in UNMET.items()])
def test_who_cannot_order_reads_which_condition_is_not_met_and_what_to_do(
    stack: Stack, username: str, condition: str, remedy: str, helper: str
) -> None:
    _, page = visit(stack, username)
    lines = page.texts("p", **{"class": "condition-text"})
    assert len(lines) == 7
    assert [line for line in lines if line.endswith("niespełniony")] == [f"{condition} – niespełniony"]
    (help_text,) = [
        text
        for text in page.texts("p", **{"class": "condition-help"})
        if not text.startswith("Warunki ze znakiem")
    ]
    assert remedy in help_text
    assert help_text.endswith(f"Kto pomoże: {helper}.")
    assert page.buttons == []


def test_a_doctoral_student_reads_that_the_law_gives_no_right(stack: Stack) -> None:
    _, page = visit(stack, "dawid")
    assert "Nie możesz zamówić mLegitymacji" in page.main
    assert "studia doktoranckie" in page.main
    assert "Ustawodawca nie uwzględnił mLegitymacji dla doktorantów" in page.main
    assert page.buttons == []


def test_who_may_not_order_is_refused_also_without_the_button(stack: Stack) -> None:
    visitor, page = visit(stack, "bartek")
    token = page.all("input", name="csrfmiddlewaretoken")[0].attrs["value"]
    answer = visitor.http.post(f"{PAGE}zamow/", data={"csrfmiddlewaretoken": token})
    assert answer.status_code == 403
    assert Document(answer.text).alerts[0].startswith("Nie możesz teraz zamówić mLegitymacji.")
    assert "Data zamówienia" not in visitor.look().main


def test_hania_has_codes_to_collect(stack: Stack) -> None:
    visitor, page = visit(stack, "hania")
    assert facts(page)["Status:"] == "gotowy do pobrania"
    (ordered,) = [order for order in stack.sandbox.orders() if order["holder"]["last_name"] == "Dąbrowska"]
    (link,) = [link for link in page.all("a") if link.text == "Pokaż kod"]
    codes = visitor.look(link.attrs["href"])
    assert codes.texts("code") == [ordered["activation_code"]]
    assert codes.texts("textarea") == [ordered["qr_token"]]
    picture = visitor.http.get(codes.all("img", **{"class": "qr"})[0].attrs["src"])
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert page.buttons == ["Zamów ponownie", "Unieważnij mLegitymację"]


def test_igor_has_one_that_is_valid_until_the_date_to_which_his_card_was_extended(stack: Stack) -> None:
    extended = next_half_year_end(half_year_end(timezone.localdate())).isoformat()
    visitor, _ = visit(stack, "igor")
    wait_until(lambda: facts(visitor.look())["Termin ważności:"] == extended, PATIENCE)
    page = visitor.look()
    assert facts(page)["Status:"] == "odebrana"
    assert page.texts("textarea") == []
    (document,) = [order for order in stack.sandbox.orders() if order["holder"]["last_name"] == "Kaczmarek"]
    assert (document["status"], document["valid_until"]) == ("collected", extended)


@pytest.mark.parametrize("username", ["dziekanat", "admin"])
def test_staff_read_that_the_page_is_for_students_and_find_the_orders_in_the_admin(
    stack: Stack, username: str
) -> None:
    visitor, page = visit(stack, username)
    assert "Korzystasz z konta pracownika uczelni, a nie studenta." in page.main
    assert page.buttons == []
    for address, name in (("students/student", "Dąbrowska"), ("mdocs/order", "Dąbrowska")):
        answer = visitor.http.get(
            f"/admin/{address}/", params={"needs_attention": "no"} if "order" in address else {}
        )
        assert answer.status_code == httpx.codes.OK, address
        assert name in answer.text, address


def test_nobody_gets_in_with_a_wrong_password_or_sees_the_page_without_signing_in(stack: Stack) -> None:
    stranger = Visitor(stack.url, "anna")
    assert stranger.look().texts("h1") == ["Logowanie"]
    page = stranger.sign_in(password="wrong")
    assert page.alerts
    assert stranger.look().texts("h1") == ["Logowanie"]
