"""Photos in the admin: a photo is shown, with whose it is."""

import pytest
from django.test import Client

from students.models import Photo
from tests.students.admin.pages import look_of
from tests.students.factories import make_photo, make_student, make_user

pytestmark = pytest.mark.django_db


def test_a_photo_shows_its_picture_and_leads_to_its_student(client: Client) -> None:
    client.force_login(make_user(is_staff=True, is_superuser=True))
    student = make_student(photo=make_photo(), last_name="Bem")
    assert student.photo is not None
    page = client.get(f"/admin/students/photo/{student.photo.pk}/change/").content.decode()
    assert f'<a href="{look_of(student)}">' in page and "Bem" in page
    assert f'<img src="/zdjecia/{student.pk}/"' in page


def test_a_replaced_photo_is_nobodys_and_is_not_shown(client: Client) -> None:
    client.force_login(make_user(is_staff=True, is_superuser=True))
    photo: Photo = make_photo()
    page = client.get(f"/admin/students/photo/{photo.pk}/change/").content.decode()
    assert "zastąpione" in page and "/zdjecia/" not in page
    assert "zastąpione" in client.get("/admin/students/photo/").content.decode()
