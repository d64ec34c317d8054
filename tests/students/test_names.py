"""Spellings of one name are one name, in Python and in the database alike; another letter is another name."""

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from django.db.models import TextField, Value
from django.db.models.functions import Cast
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from students.eligibility import assess
from students.models import Student, User
from students.names import name_key, name_key_of, same_name, validate_name
from tests.students.factories import make_eligible_student, make_user

SPELLINGS = [
    ("Kowalska-Nowak", "KOWALSKA-NOWAK"),
    ("Żółć", unicodedata.normalize("NFD", "ŻÓŁĆ")),
    ("O'Brien", "O’BRIEN"),
    ("O'Brien", "O´Brien"),
    ("Ka‘ala", "Kaʻala"),
    ("Ka‘ala", "Ka`ala"),
    ("Nowak-Kowalska", "Nowak–Kowalska"),
    ("Nowak-Kowalska", "Nowak ‑ Kowalska"),
    ("Nowak-Kowalska", "Nowak—Kowalska"),
    ("Nowak-Kowalska", "Nowak －Kowalska"),
    ("Anna Maria", "ANNA\u00a0\u2009Maria"),
    ("Anna Maria", "  Anna  Maria "),
    ("Strauß", "STRAUSS"),
    ("YILDIZ", "Yıldız"),
    ("İnan", "inan"),
    ("Παπάς", "ΠΑΠΆΣ"),
    ("-", "–"),
    ("Suharto", "Ｓｕｈａｒｔｏ"),
]
OTHERS = [
    ("Nowak", "Nówak"),
    ("Nowak", "Nowakowa"),
    ("Nowak", "Novak"),
    ("Łucja", "Lucja"),
    ("Anna Maria", "AnnaMaria"),
    ("Nowak Kowalska", "Nowak-Kowalska"),
    ("O'Brien", "OBrien"),
    ("Żak", "Źak"),
    ("Ewa", "Ewą"),
    ("-", "Nowak"),
]
LETTERS = st.characters(
    categories=("Lu", "Ll", "Lo", "Mn"), include_characters=" -'’‘ʼʻ`´′–—‑−ßẞİıςΣ\u00a0", max_codepoint=0x24F
)


def in_database(name: str) -> str:
    """Have the database make the key of a name."""
    text = Cast(Value(name), TextField())
    return str(User.objects.annotate(key=name_key_of(text)).values_list("key", flat=True)[0])


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_a_name_spelled_otherwise_is_the_same(one: str, other: str) -> None:
    assert same_name(one, other) and same_name(other, one)


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_another_letter_is_another_name(one: str, other: str) -> None:
    assert not same_name(one, other)


@pytest.mark.django_db
@given(words=st.lists(st.text(LETTERS, min_size=1), min_size=1, max_size=3))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_makes_the_key_that_python_makes(words: list[str]) -> None:
    name = " ".join(" ".join(words).split())
    if not User.objects.exists():
        make_user()
    assert in_database(name) == name_key(name)


@pytest.mark.django_db
@pytest.mark.parametrize(("one", "other"), SPELLINGS + OTHERS)
def test_the_condition_of_unchanged_data_compares_as_people_do(one: str, other: str) -> None:
    one, other = (" ".join(name.split()) for name in (one, other))
    student = make_eligible_student(last_name=one, first_names="Jan")
    student.cards.update(holder_last_name=one, holder_first_names="JAN")
    Student.objects.filter(pk=student.pk).update(last_name=other)
    found = Student.objects.with_conditions(student.cards.get().issued_on, "els").get(pk=student.pk)
    unchanged = next(each for each in assess(found).outcomes if each.condition.code == "data_unchanged")
    assert (unchanged.state == "met") == same_name(one, other)


@pytest.mark.parametrize(
    "name",
    [
        "O'Brien",
        "Ka‘ala",
        "Nowak–Kowalska",
        "Kowalska (Nowak)",
        "de la Cruz Jr.",
        "Nguyễn Văn",
        "Ольга",
        "محمد",
        "王小明",
        "नरेन्द्र",
        "レオナルド・ダ・ヴィンチ",
        "-",
        "–",
        "Null",
        "Ó",
    ],
)
def test_names_of_the_whole_world_are_names(name: str) -> None:
    validate_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "No\u200bwak",
        "No\u00adwak",
        "\u202eNowak",
        "Nowak\u2066",
        "Now\x00ak",
        "No\x85wak",
        "No\x1fwak",
        "No\u2028wak",
        "Nowak\ufeff",
        "Nowak\ufe0f",
        "\u3164",
        "\u115fNowak",
        "No\u034fwak",
        "Wo±niak",
        "Nowak\ufffd",
        "#N/D!",
        "Jan1",
        "..",
        "--",
        "\ue000wak",
    ],
)
def test_what_nobody_sees_or_no_name_has_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        validate_name(name)


@pytest.mark.django_db
def test_nobody_is_without_any_name() -> None:
    student = make_eligible_student(first_names="Suharto", last_name="-")
    student.full_clean()
    student.first_names = "–"
    with pytest.raises(ValidationError, match="przynajmniej jedno"):
        student.full_clean()


@pytest.mark.django_db
def test_what_the_office_types_is_stored_in_one_unicode_form_with_single_spaces() -> None:
    student = make_eligible_student()
    student.last_name, student.first_names = unicodedata.normalize("NFD", "Żółć"), " Anna\u00a0 Maria "
    student.full_clean()
    assert (student.last_name, student.first_names) == ("Żółć", "Anna Maria")
