"""Passwords: the invitation, a forgotten one, a new one; each link once, and what was opened before ends."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.forms import ChangePasswordForm, NewPasswordForm
from accounts.invitations import invitees, jobs
from accounts.models import AccountEvent
from students.models import Job, Student, User
from tests.accounts.inbox import deliver, link_in
from tests.accounts.test_sessions import SECURITY, is_in, make_token, sign_in
from tests.students.factories import PASSWORD, make_clerk, make_programme, make_student, make_user

NEW = "kasztanowa-lokomotywa-1887"
pytestmark = pytest.mark.django_db


def set_by(link: str, password: str = NEW, client: Client | None = None) -> Any:
    """Open the link of an e-mail, and type a password twice."""
    client = client or Client()
    page = client.get(link, follow=True)
    assert page.status_code == 200
    if not page.redirect_chain:
        return page
    where = page.redirect_chain[-1][0]
    return client.post(where, {"new_password1": password, "new_password2": password}, follow=True)


def invite(student: Student) -> str:
    student.user.set_unusable_password()
    student.user.save()
    deliver()
    clerk = make_clerk("students.view_every_faculty", "students.view_student", "accounts.invite")
    jobs.start(clerk)
    finish()
    (message,) = [it for it in deliver() if it.to == [student.user.email]]
    assert "Zaproszenie do portalu studenta" in message.subject
    return link_in(message)


def finish() -> Job:
    from students import jobs as runner

    runner.run_due()
    job = Job.objects.latest("pk")
    assert job.state == Job.State.DONE, job.failure
    return job


@pytest.fixture
def invited(student: Student) -> Student:
    student.user.email = "anna@student.example.edu.pl"
    student.user.save()
    return student


def test_from_an_invitation_to_the_page_in_one_go(invited: Student) -> None:
    client = Client()
    answer = set_by(invite(invited), client=client)
    assert answer.status_code == 200
    assert is_in(client)
    client.post("/wylogowanie/")
    assert client.post("/logowanie/", {"username": invited.user.username, "password": NEW}).status_code == 302


def test_an_invitation_works_once(invited: Student) -> None:
    link = invite(invited)
    set_by(link)
    answer = set_by(link, "inne-haslo-ktore-nie-wejdzie")
    assert "Ten odnośnik już nie działa" in answer.content.decode()
    assert User.objects.get(pk=invited.user.pk).check_password(NEW)


def test_an_invitation_works_for_seven_days_and_a_reset_for_an_hour(
    invited: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    from accounts import links

    user = User.objects.get(pk=invited.user.pk)
    for tokens, lasts in [
        (links.invitation_tokens, timedelta(days=7)),
        (links.reset_tokens, timedelta(hours=1)),
    ]:
        token, now = tokens.make_token(user), tokens._now()
        monkeypatch.setattr(tokens, "_now", lambda now=now, lasts=lasts: now + lasts - timedelta(minutes=1))
        assert tokens.check_token(user, token)
        monkeypatch.setattr(tokens, "_now", lambda now=now, lasts=lasts: now + lasts + timedelta(minutes=1))
        assert not tokens.check_token(user, token)


def test_the_link_of_one_purpose_is_not_that_of_another(invited: Student) -> None:
    link = invite(invited)
    answer = set_by(link.replace("zaproszenie", "nowe"))
    assert "Ten odnośnik już nie działa" in answer.content.decode()


def test_inviting_twice_sends_once(invited: Student) -> None:
    invite(invited)
    clerk = make_clerk("students.view_every_faculty", "students.view_student", "accounts.invite")
    jobs.start(clerk)
    finish()
    assert deliver() == []


def test_the_page_says_who_is_invited_and_who_is_not_and_why(invited: Student, client: Client) -> None:
    make_student(user=make_user(email="")).user.set_unusable_password()
    with_password = make_student()
    clerk = make_clerk("students.view_every_faculty", "students.view_student", "accounts.invite")
    client.force_login(clerk)
    invited.user.set_unusable_password()
    invited.user.save()
    page = client.get("/admin/accounts/invitations/").content.decode()
    assert "Do zaproszenia: 1" in page
    assert "ma już hasło" in page
    client.post("/admin/accounts/invitations/")
    assert finish().counts == {"to_invite": 1}
    assert [message.to for message in deliver() if "Zaproszenie" in message.subject] == [[invited.user.email]]
    assert with_password.user.check_password(PASSWORD)


def test_a_clerk_invites_only_students_of_the_own_faculties(invited: Student) -> None:
    invited.user.set_unusable_password()
    invited.user.save()
    clerk = make_clerk("students.view_student", "accounts.invite", faculties=[make_programme().faculty])
    assert not invitees.accounts_of_students(clerk).exists()


@pytest.mark.parametrize("typed", ["login", "email", "EMAIL"])
def test_a_forgotten_password_is_replaced_and_what_it_opened_ends(
    invited: Student, typed: str, client: Client
) -> None:
    there, token = sign_in(invited.user), make_token(invited.user)
    user = invited.user
    names = {"login": user.username, "email": user.email, "EMAIL": user.email.upper()}
    answer = client.post("/haslo/", {"login": names[typed]}, follow=True)
    assert "Sprawdź pocztę" in answer.content.decode()
    (message,) = deliver()
    set_by(link_in(message), client=client)
    assert is_in(client) and not is_in(there)
    token.refresh_from_db()
    assert token.ended_at is not None
    assert "Hasło do portalu zostało zmienione" in [told.subject for told in deliver()]


def test_the_answer_does_not_say_whether_there_is_an_account(invited: Student, client: Client) -> None:
    answers = [
        client.post("/haslo/", {"login": name}, follow=True).content
        for name in (invited.user.username, "nikt")
    ]
    tokens = [part.split(b'csrfmiddlewaretoken" value="')[0] for part in answers]
    assert len(tokens[0]) == len(tokens[1])
    assert len(deliver()) == 1


def test_one_account_is_sent_one_link_in_five_minutes(invited: Student, client: Client) -> None:
    for _ in range(3):
        client.post("/haslo/", {"login": invited.user.username})
    assert len(deliver()) == 1


def test_changing_the_password_keeps_this_session_only(invited: Student) -> None:
    here, there, token = sign_in(invited.user), sign_in(invited.user), make_token(invited.user)
    answer = here.post(
        "/konto/haslo/", {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}, follow=True
    )
    assert "Hasło zostało zmienione" in answer.content.decode()
    assert is_in(here) and not is_in(there)
    token.refresh_from_db()
    assert token.ended_at is not None


@pytest.mark.parametrize("kind", [NewPasswordForm, ChangePasswordForm])
def test_a_new_password_takes_back_nothing_that_became_of_the_account_meanwhile(
    invited: Student, kind: type[NewPasswordForm] | type[ChangePasswordForm]
) -> None:
    form = kind(invited.user, {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW})
    assert form.is_valid()
    User.objects.filter(pk=invited.user.pk).update(
        is_active=False, last_name="Nowa", email="nowy@example.edu.pl"
    )
    form.save()
    account = User.objects.get(pk=invited.user.pk)
    assert (account.is_active, account.last_name, account.email) == (False, "Nowa", "nowy@example.edu.pl")
    assert account.check_password(NEW)


def test_in_the_office_the_password_is_changed_too(clerk: User) -> None:
    here, there = sign_in(clerk), sign_in(clerk)
    fields = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert here.post("/admin/password_change/", fields).status_code == 302
    clerk.refresh_from_db()
    assert clerk.check_password(NEW)
    assert is_in(here) and not is_in(there)


@pytest.mark.parametrize(
    ("is_staff", "password", "why"),
    [
        (False, "krotkie", "co najmniej 8"),
        (False, "password123", "zbyt powszechne"),
        (False, "1234567890123", "tylko z cyfr"),
        (True, "kasztan-887", "co najmniej 12"),
    ],
)
def test_weak_passwords_are_refused_with_the_reason(is_staff: bool, password: str, why: str) -> None:
    user = make_user(is_staff=is_staff)
    client = sign_in(user)
    answer = client.post(
        "/konto/haslo/", {"old_password": PASSWORD, "new_password1": password, "new_password2": password}
    )
    assert why in answer.content.decode()
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


@pytest.mark.parametrize("is_staff", [False, True])
def test_each_reads_the_rules_that_are_theirs(is_staff: bool) -> None:
    page = sign_in(make_user(is_staff=is_staff)).get("/konto/haslo/").content.decode()
    assert "co najmniej 8 znaków" in page
    assert ("Hasło pracownika" in page) == is_staff


def test_without_passwords_there_is_no_way_to_set_one(
    settings: Any, client: Client, invited: Student
) -> None:
    settings.PASSWORDS = False
    settings.UNIVERSITY_SIGN_IN, settings.CAS_URL = "cas", "https://cas.example.edu/cas"
    assert client.get("/haslo/").status_code == 404
    page = client.get("/logowanie/").content.decode()
    assert 'name="password"' not in page
    assert "Zaloguj się przez uczelnię" in page
    assert (
        client.post("/logowanie/", {"username": invited.user.username, "password": PASSWORD}).status_code
        == 404
    )


def test_without_passwords_the_office_and_what_asks_again_take_none_either(settings: Any) -> None:
    administrator = make_user(is_staff=True, is_superuser=True)
    inside = sign_in(administrator)
    settings.PASSWORDS = False
    settings.UNIVERSITY_SIGN_IN, settings.CAS_URL = "cas", "https://cas.example.edu/cas"
    door, outside = "/admin/login/?next=/admin/students/", Client()
    assert outside.get(door)["Location"] == "/logowanie/?next=/admin/students/"
    outside.post(door, {"username": administrator.username, "password": PASSWORD})
    assert not is_in(outside)
    assert inside.post("/konto/potwierdzenie/", {"password": PASSWORD}).status_code == 404
    session = inside.session
    session["account_authentication_methods"][0]["at"] -= 301
    session.save()
    asked = inside.get("/konto/drugi-skladnik/aplikacja/")
    assert asked["Location"].startswith("/konto/potwierdzenie/uczelnia/")


def test_without_passwords_who_may_not_enter_the_office_is_told_so(
    student_client: Client, settings: Any
) -> None:
    settings.PASSWORDS = False
    assert student_client.get("/admin/", follow=True).status_code == 403


def test_the_offices_door_leads_to_the_other_ways_in_and_says_whom_to_ask(
    settings: Any, client: Client
) -> None:
    settings.HELP_EMAIL = "pomoc@example.edu"
    page = client.get("/admin/login/?next=/admin/students/").content.decode()
    assert 'href="/logowanie/?next=/admin/students/"' in page
    assert "mailto:pomoc@example.edu" in page


def test_a_mail_server_that_is_away_loses_no_link(
    invited: Student, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.core.mail.backends import locmem

    def away(*_args: Any) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr(locmem.EmailBackend, "send_messages", away)
        client.post("/haslo/", {"login": invited.user.username})
        assert deliver() == []
    event = AccountEvent.objects.get()
    assert event.email_failure == "ConnectionRefusedError"
    AccountEvent.objects.update(email_due_at="2026-01-01T00:00Z")
    assert len(deliver()) == 1
    assert deliver() == []


def test_the_security_page_shows_what_happened(invited: Student) -> None:
    client = sign_in(invited.user)
    client.post("/konto/haslo/", {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW})
    assert "zmiana hasła" in client.get(SECURITY).content.decode()
