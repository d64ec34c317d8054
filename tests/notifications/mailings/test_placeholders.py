"""The office's texts: which placeholders there are, and what is said of those that there are not."""

from typing import Any

import pytest
from django.test import Client

from notifications.mailings import recipients
from notifications.office_texts.models import MessageTemplate
from notifications.office_texts.placeholders import NAMES, fill_in, names_in

pytestmark = pytest.mark.django_db
TEMPLATES = "/admin/notifications/messagetemplate/"
GOOD = {
    "name": "Odbierz legitymację",
    "subject_pl": "{imie}, odbierz legitymację",
    "body_pl": "Czeka na Ciebie.\n\n{dziekanat}",
    "subject_en": "{imie}, fetch your card",
    "body_en": "It waits for you.\n\n{dziekanat}",
}


def errors(office: Client, **changes: str) -> dict[str, list[str]]:
    """Return what the form of a new template says of each field."""
    answer = office.post(f"{TEMPLATES}add/", GOOD | changes)
    return dict(answer.context["adminform"].form.errors) if answer.context else {}


def test_a_good_text_is_stored_and_shown_as_a_student_reads_it(office: Client) -> None:
    assert errors(office) == {}
    stored = MessageTemplate.objects.get(name="Odbierz legitymację")
    page = office.get(f"{TEMPLATES}{stored.pk}/change/").content.decode()
    assert "Anna, odbierz legitymację" in page and "Anna, fetch your card" in page
    assert "Wydział Chemii" in page and "Faculty of Chemistry" in page, "each in its own language"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Cześć {imię}", "Nie ma takiego pola: {imię}. Możesz użyć: {imie}, {nazwisko}"),
        ("{data} i {pesel}", "Nie ma takiego pola: {data}, {pesel}."),
        ("{}", "Nie ma takiego pola: {}."),
        ("Cześć {imie", "Nawias { albo } stoi bez drugiego."),
        ("Cześć imie}", "Nawias { albo } stoi bez drugiego."),
        ("{{imie}}", "Nawias { albo } stoi bez drugiego."),
        ("   ", "pole jest wymagane"),
    ],
)
@pytest.mark.parametrize("part", ["subject_pl", "body_en"])
def test_a_wrong_text_is_refused_in_words_and_nothing_is_stored(
    office: Client, part: str, text: str, said: str
) -> None:
    found: Any = errors(office, **{part: text})
    assert list(found) == [part]
    assert said.lower() in str(found[part]).lower()
    assert not MessageTemplate.objects.filter(name=GOOD["name"]).exists()


def test_names_are_found_once_and_filled_in_everywhere() -> None:
    assert names_in("{nazwisko} {imie}", "{imie}") == ["imie", "nazwisko"]
    assert fill_in("{imie} i {imie}", {"imie": "Anna"}) == "Anna i Anna"
    assert len(set(NAMES)) == len(NAMES)


def test_the_first_template_comes_with_the_portal() -> None:
    first = MessageTemplate.objects.get(name="Przyjdź przedłużyć legitymację")
    first.full_clean()
    assert (
        names_in(first.body_pl)
        == names_in(first.body_en)
        == ["legitymacja_do", "przedluzenie_do", "dziekanat"]
    )


def test_every_placeholder_has_a_value_and_no_other_has() -> None:
    assert set(recipients._VALUES) == set(NAMES)
