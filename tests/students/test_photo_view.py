"""A photo is shown to its owner and to staff who may view students, and to nobody else by any address."""

import logging

import pytest
from django.test import Client
from django.urls import reverse

from students.models import Photo, Student, User
from tests.students.factories import make_clerk, make_student, make_user, small_jpeg

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Student:
    return make_student()


def address(student: Student) -> str:
    return reverse("students:photo", args=[student.pk])


def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def test_the_address_is_the_agreed_one(owner: Student) -> None:
    assert address(owner) == f"/zdjecia/{owner.pk}/"


def test_the_owner_sees_the_photo_which_no_cache_may_keep(client: Client, owner: Student) -> None:
    response = signed_in(client, owner.user).get(address(owner))
    assert response.status_code == 200
    assert response.getvalue() == small_jpeg()
    assert response["Content-Type"] == "image/jpeg"
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("inline")


def test_a_clerk_who_may_view_students_sees_it(client: Client, owner: Student) -> None:
    assert signed_in(client, make_clerk("students.view_student")).get(address(owner)).status_code == 200


def strangers() -> dict[str, User]:
    return {
        "another student": make_student().user,
        "a clerk without the permission": make_clerk("students.view_faculty"),
        "somebody with the permission who is not staff": _permitted_outsider(),
        "an account without a student": make_user(),
    }


def _permitted_outsider() -> User:
    user = make_clerk("students.view_student")
    user.is_staff = False
    user.save()
    return user


def test_to_everybody_else_it_does_not_exist(client: Client, owner: Student) -> None:
    for who, user in strangers().items():
        assert signed_in(client, user).get(address(owner)).status_code == 404, who


def test_whoever_is_not_signed_in_is_asked_to(client: Client, owner: Student) -> None:
    response = client.get(address(owner))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("number", [0, 999_999_999, 10**30])
def test_a_student_who_does_not_exist_has_no_photo(client: Client, owner: Student, number: int) -> None:
    clerk = signed_in(client, make_clerk("students.view_student"))
    assert clerk.get(f"/zdjecia/{number}/").status_code == 404


def test_a_missing_photo_and_a_missing_file_are_both_not_found(client: Client, owner: Student) -> None:
    without = make_student(photo=None)
    assert signed_in(client, without.user).get(address(without)).status_code == 404
    photo = Photo.objects.get()
    photo.file.storage.delete(photo.file.name)
    assert signed_in(client, owner.user).get(address(owner)).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_photo_can_only_be_looked_at(
    client: Client, owner: Student, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR, "django.request")
    browser = signed_in(client, owner.user)
    assert getattr(browser, method)(address(owner)).status_code == 405
    assert browser.head(address(owner)).status_code == 200
