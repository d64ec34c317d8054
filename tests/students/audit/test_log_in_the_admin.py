"""The log is read and searched in the admin; nobody, superusers included, changes or removes an entry there."""

from typing import Any

import pytest
from auditlog.models import LogEntry
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from students.audit_labels import describe_entry
from students.audit_log import AuditedAction, record_access, record_actions
from students.models import AuditEntry, Enrolment, Job, User
from students.roles import ADMINISTRATOR
from tests.students.factories import (
    make_card,
    make_clerk,
    make_enrolment,
    make_member,
    make_programme,
    make_student,
    make_user,
)

pytestmark = pytest.mark.django_db

LOG = "/admin/students/auditentry/"


@pytest.fixture
def reader(client: Client) -> Client:
    """Return a browser in which an administrator is signed in."""
    client.force_login(make_member(ADMINISTRATOR))
    AuditEntry.objects.all().delete()  # what making the account wrote
    return client


def found(reader: Client, **query: str) -> list[Any]:
    """Return the entries that the list shows."""
    response = reader.get(LOG, query)
    assert response.status_code == 200
    return list(response.context["cl"].result_list)


@pytest.mark.parametrize("is_superuser", [False, True])
def test_no_entry_is_added_changed_or_removed(client: Client, is_superuser: bool) -> None:
    client.force_login(
        make_user(is_staff=True, is_superuser=True) if is_superuser else make_member(ADMINISTRATOR)
    )
    record_access(make_student(), "pesel")
    entry = AuditEntry.objects.latest("id")
    before = list(AuditEntry.objects.values())
    assert client.post(f"{LOG}add/").status_code == 403
    assert client.post(f"{LOG}{entry.pk}/change/", {"object_repr": "x"}).status_code == 403
    assert client.post(f"{LOG}{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(LOG, {"action": "delete_selected", "_selected_action": entry.pk, "post": "yes"})
    assert list(AuditEntry.objects.values()) == before
    assert "delete_selected" not in client.get(LOG).content.decode()


def test_the_librarys_own_page_with_its_ways_to_delete_is_gone() -> None:
    assert not admin.site.is_registered(LogEntry)
    with pytest.raises(NoReverseMatch):
        reverse("admin:auditlog_logentry_changelist")


def test_entries_outlive_what_they_are_about(reader: Client) -> None:
    enrolment = make_enrolment(make_student())
    about_it = AuditEntry.objects.filter(content_type__model="enrolment", object_id=enrolment.pk)
    made = about_it.get()
    enrolment.delete()
    assert [entry.action for entry in about_it] == [AuditEntry.Action.DELETE, made.action]


def test_who_is_kept_to_some_faculties_does_not_read_the_log_even_with_its_permission(client: Client) -> None:
    faculty = make_programme().faculty
    client.force_login(make_clerk("students.view_auditentry", faculties=[faculty]))
    assert client.get(LOG).status_code == 403
    assert "auditentry" not in client.get("/admin/").content.decode()


def test_a_longer_log_costs_no_more_queries(reader: Client) -> None:
    def cost(query: dict[str, str]) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert reader.get(LOG, query).status_code == 200
        return len(queries)

    student = make_student()
    for query in ({}, {"q": student.album_number or ""}):
        cost(query)
        few = cost(query)
        for _ in range(5):
            record_access(student, "pesel")
            make_enrolment(student)
        assert cost(query) == few <= 16


def test_a_students_entries_are_found_with_those_of_all_that_belongs_to_them(reader: Client) -> None:
    student, other = make_student(last_name="Żółć"), make_student()
    card, enrolment = make_card(student), make_enrolment(student)
    gone = Enrolment.objects.create(
        student=student, programme=make_programme(), started_on=enrolment.started_on
    )
    gone.delete()
    for term in (student.album_number or "", "żółć", "ZOLC"):
        about = {(entry.content_type.model, entry.object_pk) for entry in found(reader, q=term)}
        assert ("student", str(student.pk)) in about
        assert ("studentcard", str(card.pk)) in about
        assert ("enrolment", str(enrolment.pk)) in about
        assert ("student", str(other.pk)) not in about
        assert "usunięcie" in {reader_says(entry) for entry in found(reader, q=term)}


def reader_says(entry: AuditEntry) -> str:
    return str(describe_entry(entry)).partition(":")[0]


def test_entries_are_found_by_account_address_barcode_and_request(reader: Client) -> None:
    student, clerk = make_student(), make_clerk(username="kowalska")
    card = make_card(student, barcode_number="B777")
    AuditEntry.objects.all().delete()
    record_actions([AuditedAction(student, called="x", done="retried", by=clerk, changes={})])
    mine = AuditEntry.objects.get()
    AuditEntry.objects.update(remote_addr="10.1.2.3", cid="0f7f2f0400004000800000000000aaaa")
    record_access(card, "pesel")
    (cards,) = set(AuditEntry.objects.all()) - {mine}
    for term in ("kowalska", "10.1.2.3", "0f7f2f0400004000800000000000aaaa"):
        assert found(reader, q=term) == [mine], term
    assert found(reader, q="B777") == [cards]
    assert found(reader, q="nobody at all") == []


def test_entries_are_filtered_by_deed_and_kind(reader: Client) -> None:
    student = make_student()
    make_enrolment(student)
    record_access(student, "pesel")
    looks = found(reader, action=str(AuditEntry.Action.ACCESS))
    assert [entry.additional_data for entry in looks] == [{"seen": "pesel"}]
    kind = looks[0].content_type
    assert {entry.content_type for entry in found(reader, kind=str(kind.pk))} == {kind}
    assert found(reader, action="nonsense", kind="nonsense")


def test_an_entry_is_told_in_polish_words(reader: Client) -> None:
    faculty_change = make_programme()
    student = make_student(last_name="Nowak")
    student.last_name, student.sex = "Lis", "M"
    student.save()
    record_access(student, "pesel")
    enrolment = make_enrolment(student)
    enrolment.programme = faculty_change
    enrolment.save()
    page = reader.get(LOG).content.decode()
    assert "zmiana: nazwisko, płeć" in page
    assert "obejrzano: cały PESEL" in page
    assert reverse("admin:students_student_change", args=[student.pk]) in page
    changes = [
        reader.get(f"{LOG}{entry.pk}/change/").content.decode()
        for entry in AuditEntry.objects.filter(action=AuditEntry.Action.UPDATE)
    ]
    assert "nazwisko: Nowak → Lis" in changes[1]
    assert "płeć: kobieta → mężczyzna" in changes[1]
    assert f"→ {faculty_change}" in changes[0]


def test_what_somebody_typed_into_a_name_is_no_markup_in_the_log(reader: Client) -> None:
    student = make_student()
    student.last_name = "<script>alert(1)</script>"
    student.save()
    entry = AuditEntry.objects.latest("id")
    for url in (LOG, f"{LOG}{entry.pk}/change/"):
        assert "<script>alert" not in reader.get(url).content.decode()


def test_the_role_of_administrators_reads_the_log() -> None:
    assert make_member(ADMINISTRATOR).has_perm("students.view_auditentry")
    assert User.objects.count() == 1


def test_a_job_is_one_line_that_opens_its_entries(reader: Client) -> None:
    job = Job.objects.create(kind="import", title="Import: pracownicy.csv", started_by=make_user())
    by_hand, by_job = make_student(), make_student()
    for student, cid in ((by_hand, "aa" * 16), (by_job, job.audit_id)):
        AuditEntry.objects.filter(object_id=student.pk).update(cid=cid)
    folded = found(reader)
    assert by_hand.pk in {entry.object_id for entry in folded}
    assert job.audit_id not in {entry.cid for entry in folded}
    page = reader.get(LOG).content.decode()
    assert f'<a href="?q={job.audit_id}">Import: pracownicy.csv</a>' in page
    opened = reader.get(LOG, {"q": job.audit_id})
    assert {entry.cid for entry in opened.context["cl"].result_list} == {job.audit_id}
    assert "folded-jobs" not in opened.content.decode()
    assert job.audit_id in {entry.cid for entry in found(reader, jobs="shown")}
