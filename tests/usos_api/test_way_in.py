"""What clients ask for on the way in: settings of the mobile app, faculties, programmes, terms, users, photos."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.test import Client
from PIL import Image

from students.models import Enrolment, EnrolmentStatus, Faculty, Photo, Programme, Student
from students.photos import ORPHANED_AFTER, delete_orphaned_files, delete_replaced_photos, set_photo
from tests.students.factories import make_enrolment, make_programme, small_jpeg
from tests.usos_api.phone import Phone, let_in
from usos_api.models import Consumer

USERS, PHOTO = "services/users/users", "services/users/user"


def ask(client: Client, method: str, **params: str) -> Any:
    answer = client.get(f"/services/{method}", params)
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.fixture
def philosophy(db: None) -> Programme:
    """Return a programme of a faculty with contacts."""
    faculty = Faculty.objects.create(
        code="WF",
        name="Wydział Filozoficzny",
        name_en="Faculty of Philosophy",
        phone="12 345 67 89",
        email="wf@example.edu.pl",
        website="https://wf.example.edu.pl",
    )
    return make_programme(faculty=faculty, name="filozofia <i>", name_en="philosophy", level="first_cycle")


def test_the_mobile_app_is_told_what_there_is(client: Client, settings: Any) -> None:
    settings.ADMINS = [("", "admin@example.edu.pl")]
    told = ask(client, "apisrv/mobile_usos_config")
    assert told.pop("contact_email") == "admin@example.edu.pl"
    assert told.pop("usosweb_domain") == "testserver"
    assert told.pop("enable_mcards") is True
    assert told.pop("nfc_salt") is None
    assert len(told) > 30 and set(told.values()) == {False}
    (here,) = ask(client, "apisrv/installations")
    assert here["base_url"] == "http://testserver/"
    more = ask(
        client, "apisrv/installation", fields="schac_id|machine_version|institution|mobile_usos_support"
    )
    assert more["mobile_usos_support"] is True
    assert more["institution"]["name"]["pl"] == settings.INSTITUTION_NAME


def test_faculties_are_found_with_their_contacts(client: Client, philosophy: Programme) -> None:
    fields = "id|name|email|homepage_url|phone_numbers|logo_urls[100x100]|path"
    assert ask(client, "fac/faculty", fac_id="WF", fields=fields) == {
        "id": "WF",
        "name": {"pl": "Wydział Filozoficzny", "en": "Faculty of Philosophy"},
        "email": "wf@example.edu.pl",
        "homepage_url": "https://wf.example.edu.pl",
        "phone_numbers": ["12 345 67 89"],
        "logo_urls": {},
        "path": [],
    }
    several = ask(client, "fac/faculties", fac_ids="WF|nothing", fields="id")
    assert several == {"WF": {"id": "WF"}, "nothing": None}
    assert ask(client, "fac/search", query="filozof", fields="id|match", lang="pl") == {
        "items": [{"id": "WF", "match": "Wydział Filozoficzny"}],
        "next_page": False,
    }
    assert ask(client, "fac/search", query="filozof", lang="en", visibility="all")["items"] == []
    assert ask(client, "fac/subfaculties_deep", fac_id="WF") == []
    assert client.get("/services/fac/faculty?fac_id=%00").json()["error"] == "object_not_found"


def test_a_search_is_read_in_pages(client: Client, philosophy: Programme) -> None:
    for number in range(3):
        Faculty.objects.create(code=f"N{number}", name=f"Nowy {number}", name_en=f"New {number}")
    first = ask(client, "fac/search", query="NOWY", num="2", fields="id")
    assert first == {"items": [{"id": "N0"}, {"id": "N1"}], "next_page": True}
    last = ask(client, "fac/search", query="nowy", num="2", start="2", fields="id")
    assert last == {"items": [{"id": "N2"}], "next_page": False}
    for wrong in ({"num": "21"}, {"num": "-1"}, {"start": "x"}, {"lang": "de"}):
        assert client.get("/services/fac/search", wrong).json()["error"] == "param_invalid"


def test_programmes_are_found_with_their_faculty(client: Client, philosophy: Programme) -> None:
    fields = (
        "items[match|programme[id|name|description|faculty[id]|all_faculties[id]|level_of_studies]]|next_page"
    )
    found = ask(client, "progs/search", query="philo", lang="en", fields=fields)
    assert found["next_page"] is False
    (item,) = found["items"]
    assert item["match"] == "philosophy"
    assert item["programme"]["description"]["en"].startswith("philosophy, ")
    assert item["programme"]["faculty"] == {"id": "WF"}
    assert item["programme"]["all_faculties"] == [{"id": "WF"}]
    (item,) = ask(client, "progs/search", query="filo", fields="items[match]")["items"]
    assert item["match"] == "filozofia &lt;i&gt;", "it is HTML"
    key = str(philosophy.pk)
    assert ask(client, "progs/programme", programme_id=key)["id"] == key
    assert ask(client, "progs/programmes", programme_ids=f"{key}|x|9", fields="id") == {
        key: {"id": key},
        "x": None,
        "9": None,
    }
    assert client.get("/services/progs/programme?programme_id=x").json()["error"] == "object_not_found"


def test_a_student_reads_their_studies(
    phone: Phone, consumer: Consumer, student: Student, other_student: Student, philosophy: Programme
) -> None:
    over = make_enrolment(
        student,
        programme=philosophy,
        status=EnrolmentStatus.STRUCK_OFF,
        started_on=date(2020, 10, 1),
        ended_on=date(2021, 2, 1),
    )
    current = student.enrolments.exclude(pk=over.pk).get()
    foreign = Enrolment.objects.exclude(student=student).first()
    assert foreign is not None
    active = phone.call("services/progs/student", "POST", fields="id|is_primary|user[id]").json
    assert active == [{"id": str(current.pk), "is_primary": True, "user": {"id": str(student.user_id)}}]
    everything = phone.call("services/progs/student", active_only="false", old_programs="false").json
    assert [each["status"] for each in everything] == ["active", "struck_off"]
    one = phone.call(
        "services/progs/student_programme",
        student_programme_id=str(over.pk),
        fields="programme[all_faculties[name]]",
    )
    assert one.json["programme"]["all_faculties"][0]["name"]["en"] == "Faculty of Philosophy"
    several = phone.call(
        "services/progs/student_programmes", student_programme_ids=f"{over.pk}|{foreign.pk}", fields="id"
    )
    assert several.json == {str(over.pk): {"id": str(over.pk)}, str(foreign.pk): None}
    refused = phone.call("services/progs/student_programme", student_programme_id=str(foreign.pk))
    assert refused.json["error"] == "object_not_found"
    without = let_in(consumer, student.user, "cards").call("services/progs/student")
    assert without.json["missing_scopes"] == ["studies"]


@time_machine.travel("2026-11-29T12:00:00+01:00")
def test_terms_are_those_of_the_academic_year(client: Client) -> None:
    assert ask(client, "terms/term", term_id="2026/2027-Z") == {
        "id": "2026/2027-Z",
        "name": {"pl": "Semestr zimowy 2026/2027", "en": "Winter semester 2026/2027"},
        "start_date": "2026-10-01",
        "end_date": "2027-02-28",
        "order_key": 20261,
        "finish_date": "2027-02-28",
        "is_active": True,
    }
    summer = ask(client, "terms/terms", term_ids="2026/2027-L|1900/1901")
    assert summer["1900/1901"] is None
    assert (summer["2026/2027-L"]["start_date"], summer["2026/2027-L"]["end_date"]) == (
        "2027-03-01",
        "2027-09-30",
    )
    active = ask(client, "terms/terms_index", term_type="semester", active_only="true", fields="id")
    assert [each["id"] for each in active] == ["2027/2028-L", "2027/2028-Z", "2026/2027-L", "2026/2027-Z"]
    assert len(ask(client, "terms/terms_index", active_only="false", term_type="year")) == 12
    found = ask(client, "terms/search", query="letni 2026", fields="id")
    assert found == {"items": [{"id": "2026/2027-L"}], "next_page": False}
    assert client.get("/services/terms/term?term_id=2026").json()["error"] == "object_not_found"


def test_several_users_are_the_user_and_nobody_else(
    phone: Phone, student: Student, other_student: Student
) -> None:
    ids = f"{other_student.user_id}|{student.user_id}|x"
    assert phone.call(USERS, user_ids=ids, fields="id|last_name").json == {
        str(other_student.user_id): None,
        str(student.user_id): {"id": str(student.user_id), "last_name": "Nowak"},
        "x": None,
    }
    many = "|".join(map(str, range(501)))
    assert phone.call(USERS, "POST", user_ids=many).json["error"] == "param_invalid"


def test_a_photo_is_fitted_into_each_size_once(phone: Phone, student: Student, client: Client) -> None:
    set_photo(student, small_jpeg(600, 800), by=None)
    addresses = phone.call(PHOTO, fields="photo_urls").json["photo_urls"]

    def served(size: str) -> bytes:
        answer = client.get(addresses[size].removeprefix("http://testserver"))
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
        return bytes(answer.content)

    sizes = {size: Image.open(BytesIO(served(size))).size for size in addresses if size != "original"}
    assert sizes == {"50x50": (37, 50), "100x100": (75, 100), "200x200": (150, 200), "400x500": (375, 500)}
    photo = Photo.objects.latest("pk")
    made = stored(photo)
    assert len(made) == 5
    before = served("100x100")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Image.Image, "thumbnail", None)  # nothing is made again
        assert served("100x100") == before
    assert stored(photo) == made


def test_what_was_made_of_a_photo_goes_with_it(
    phone: Phone, student: Student, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    old = set_photo(student, small_jpeg(600, 800), by=None)
    client.get(phone.call(PHOTO, fields="photo_urls[50x50]").json["photo_urls"]["50x50"][17:])
    assert len(stored(old)) == 2
    with time_machine.travel(old.uploaded_at + 2 * ORPHANED_AFTER, tick=True):
        delete_orphaned_files(old.uploaded_at + 2 * ORPHANED_AFTER)
        assert len(stored(old)) == 2, "it belongs to a photo that is kept"
        set_photo(student, small_jpeg(600, 810), by=None)
    with django_capture_on_commit_callbacks(execute=True):
        delete_replaced_photos()
    assert stored(old) == set()


def stored(photo: Photo) -> set[str]:
    """The files whose names begin as the photo's does."""
    folder, _, name = str(photo.file.name).removesuffix(".jpg").partition("/")
    return {each for each in photo.file.storage.listdir(folder)[1] if each.startswith(name)}
