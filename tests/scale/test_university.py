"""A university in several batches: imported twice, extended and swept. Nobody is forgotten, nothing is done twice."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.management import call_command
from django.utils import timezone

from mdocs.entitlement import revocation
from mdocs.models import Order
from mdocs.statuses import RevocationReason, Status
from students import jobs
from students.extension_jobs import extend_group
from students.half_years import next_half_year_end
from students.models import CardExtension, Enrolment, EnrolmentStatus, Faculty, Job, Student, StudentCard
from students.roles import ADMINISTRATOR
from tests.students.factories import make_member
from tests.students.importing.usos_file import many_rows, write_csv

MANY = 3_300  # several batches of everything, the last one not full
LOSING = 600


@pytest.mark.django_db
def test_a_university_is_imported_extended_and_swept(tmp_path: Path, capsys: Any) -> None:
    today = timezone.localdate()
    usos = write_csv(tmp_path / "usos.csv", many_rows(MANY, today=today))
    call_command("import_students", str(usos))
    assert f"nowe: {MANY}" in capsys.readouterr().out
    assert (Student.objects.count(), StudentCard.objects.in_use().count()) == (MANY, MANY)

    logged = LogEntry.objects.count()
    call_command("import_students", str(usos))
    assert f"bez zmian: {MANY}" in capsys.readouterr().out
    assert LogEntry.objects.count() == logged

    place_orders()
    clerk, until = make_member(ADMINISTRATOR), next_half_year_end(today)
    work = [extend_group(faculty, until, by=clerk) for faculty in Faculty.objects.all()]
    jobs.run_due(budget=timedelta(minutes=10))
    assert {job.state for job in Job.objects.filter(pk__in=[job.pk for job in work])} == {Job.State.DONE}
    assert StudentCard.objects.filter(valid_until=until).count() == MANY
    assert CardExtension.objects.filter(by=clerk).count() == MANY

    struck_off = Enrolment.objects.order_by("pk").values_list("pk", flat=True)[:LOSING]
    Enrolment.objects.filter(pk__in=list(struck_off)).update(
        status=EnrolmentStatus.STRUCK_OFF, ended_on=today - timedelta(days=1)
    )
    assert revocation.revoke_ineligible(today) == {RevocationReason.STUDENT_STATUS_LOST: LOSING}
    assert Order.objects.filter(status=Status.REVOKING).count() == LOSING
    assert revocation.revoke_ineligible(today) == {}


def place_orders() -> None:
    """Give everybody an mLegitymacja that is on the phone."""
    now = timezone.now()
    cards = StudentCard.objects.in_use().values_list("student_id", "barcode_number", "valid_until")
    Order.objects.bulk_create(
        [
            Order(
                student_id=student,
                status=Status.COLLECTED,
                valid_until=valid_until,
                album_number=str(student),
                card_number=barcode,
                mdokumenty_id=f"mD-{student}",
                sent_at=now,
                remote_updated_at=now,
                next_attempt_at=now + timedelta(days=1),
            )
            for student, barcode, valid_until in cards
        ],
        batch_size=2_000,
    )
