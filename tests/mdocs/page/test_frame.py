"""Signing in and out, the start page, and the frame around every page."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from mdocs.statuses import Status
from students.models import Student, User
from tests.mdocs.factories import make_order
from tests.mdocs.page.conftest import PAGE, address
from tests.mdocs.page.html import Document, read
from tests.students.factories import PASSWORD, make_user

LOGIN = "/logowanie/"


def sign_in(client: Client, user: User, password: str = PASSWORD, query: str = "") -> str:
    """Sign in through the form and return where it leads."""
    response = client.post(f"{LOGIN}{query}", {"username": user.username, "password": password})
    assert response.status_code == 302
    return str(response["Location"])


def test_the_inputs_have_the_ids_that_scripts_rely_on(client: Client, db: None) -> None:
    page = read(client.get(LOGIN))
    assert [field.attrs["id"] for field in page.all("input") if "id" in field.attrs] == [
        "username",
        "password",
        "passkey_credential",
    ]
    assert page.texts("label", **{"for": "username"}) == ["Nazwa użytkownika"]
    assert page.texts("label", **{"for": "password"}) == ["Hasło"]


def test_a_student_signs_in_and_lands_on_the_page(client: Client, student: Student) -> None:
    assert sign_in(client, student.user) == "/"
    assert "Dzień dobry" in read(client.get("/")).texts("h1")[0]
    page = read(client.get(PAGE))
    assert "Zalogowano jako" in page.texts("header")[0]


def test_signing_in_goes_on_to_where_one_wanted_to_go(client: Client, student: Student) -> None:
    assert sign_in(client, student.user, query=f"?next={PAGE}") == PAGE


@pytest.mark.parametrize(
    "elsewhere", ["https://example.org/", "//example.org", "javascript:alert(1)", "\\\\x.org"]
)
def test_signing_in_never_leads_out_of_the_portal(client: Client, student: Student, elsewhere: str) -> None:
    response = client.post(
        LOGIN, {"username": student.user.username, "password": PASSWORD, "next": elsewhere}
    )
    assert response["Location"] == "/"


@pytest.mark.parametrize(
    ("username", "password", "says"),
    [
        ("anna", "wrong", "Nieprawidłowa nazwa użytkownika lub hasło."),
        ("nobody", PASSWORD, "Nieprawidłowa nazwa użytkownika lub hasło."),
        ("gone", PASSWORD, "Nieprawidłowa nazwa użytkownika lub hasło."),
        ("", PASSWORD, "Wpisz nazwę użytkownika."),
        ("anna", "", "Wpisz hasło."),
        ("a" * 10_000, "\0", ""),
    ],
)
def test_who_cannot_be_signed_in_is_told(
    client: Client, db: None, username: str, password: str, says: str
) -> None:
    make_user("anna")
    make_user("gone", is_active=False)
    response = client.post(LOGIN, {"username": username, "password": password})
    assert response.status_code == 200
    page = read(response)
    assert says in page.alerts[0]
    assert page.texts("title")[0].startswith("Błąd: Logowanie")
    assert "sessionid" not in client.cookies


def test_who_is_signed_in_does_not_see_the_form(student_client: Client) -> None:
    assert student_client.get(LOGIN)["Location"] == "/"


def test_signing_out_is_a_press_not_a_link(student_client: Client) -> None:
    assert student_client.get("/wylogowanie/").status_code == 405
    assert student_client.get(PAGE).status_code == 200
    assert student_client.post("/wylogowanie/")["Location"] == LOGIN
    assert student_client.get(PAGE).status_code == 302


def test_the_start_page_asks_to_sign_in(client: Client, db: None) -> None:
    assert client.get("/")["Location"] == f"{LOGIN}?next=/"


def test_staff_see_the_way_to_the_admin_and_students_do_not(
    client: Client, student: Student, clerk: User
) -> None:
    admin = reverse("admin:index")
    client.force_login(clerk)
    start = read(client.get("/"))
    assert admin in [link.attrs["href"] for link in start.all("a")]
    assert "Administracja" in start.texts("nav")[0]
    client.force_login(student.user)
    assert admin not in [link.attrs["href"] for link in read(client.get(PAGE)).all("a")]


def pages(client: Client, student: Student, clerk: User) -> list[Document]:
    """Return one of each kind of page."""
    found = [read(client.get(LOGIN)), read(client.post(LOGIN, {}))]
    client.force_login(clerk)
    found += [read(client.get("/")), read(client.get(PAGE))]
    client.force_login(student.user)
    found.append(read(client.get(PAGE)))
    waiting = make_order(student, Status.WAITING)
    found.append(read(client.get(PAGE)))
    waiting.delete()
    order = make_order(student, Status.READY)
    found += [
        read(client.get(PAGE)),
        read(client.get(address("revoke", order))),
        read(client.get(address("codes", order))),
        read(client.post(address("cancel", order))),
    ]
    return found


def test_every_page_can_be_found_ones_way_in(client: Client, student: Student, clerk: User) -> None:
    titles = set()
    for page in pages(client, student, clerk):
        assert page.all("html", lang="pl")
        assert len(page.all("h1")) == len(page.all("main")) == len(page.all("title")) == 1
        assert page.all("a", href="#content")
        assert page.all("main", id="content")
        assert len(page.all("header")) == len(page.all("footer")) == 1
        titles.add(page.texts("title")[0])
    assert len(titles) >= 6


def test_every_control_has_a_name_and_every_id_is_there_once(
    client: Client, student: Student, clerk: User
) -> None:
    for page in pages(client, student, clerk):
        ids = [element.attrs["id"] for element in page.elements if "id" in element.attrs]
        assert len(ids) == len(set(ids))
        labelled = {label.attrs["for"] for label in page.all("label")}
        fields = [f for f in page.all("input") if f.attrs["type"] != "hidden"] + page.all("textarea")
        assert {field.attrs["id"] for field in fields} == labelled
        assert all(button.text for button in page.all("button") + page.all("a"))
        assert all(picture.attrs["alt"] for picture in page.all("img"))
        referred = [
            name
            for element in page.elements
            for attribute in ("aria-labelledby", "aria-describedby")
            for name in element.attrs.get(attribute, "").split()
        ]
        assert set(referred) <= set(ids)
        assert len({nav.attrs["aria-label"] for nav in page.all("nav")}) == len(page.all("nav"))


def test_a_strict_content_security_policy_would_hold(client: Client, student: Student, clerk: User) -> None:
    known = {" ".join(block.text.split()) for block in settings.INLINE_STYLES.values()}
    for page in pages(client, student, clerk):
        assert all("src" in script.attrs and not script.text for script in page.all("script"))
        # By their hashes.
        assert {style.text for style in page.all("style")} <= known
        for element in page.elements:
            assert not any(name == "style" or name.startswith("on") for name in element.attrs)
            source = element.attrs.get("src", element.attrs.get("href", "") if element.tag == "link" else "")
            assert not source or source.startswith("/"), source


def test_every_form_that_changes_something_carries_a_token(
    client: Client, student: Student, clerk: User
) -> None:
    for page in pages(client, student, clerk):
        forms = [form for form in page.all("form") if form.attrs["method"] == "post"]
        assert len(page.all("input", name="csrfmiddlewaretoken")) == len(forms)
