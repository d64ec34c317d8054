"""What happens to people and cohorts in the year, inside the portal; `year_inside` serves it."""

from collections import Counter
from csv import DictWriter
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from mdocs import orders
from mdocs.models import Order
from mdocs.office import cohorts
from mdocs.statuses import RevocationReason, Status
from students import extension_jobs, jobs, signals
from students.cards import end_card as end_student_card
from students.cards import issue_card
from students.importing.columns import COLUMNS
from students.models import EndReason, Enrolment, Faculty, Job, Level, Programme, Student, StudentCard, User
from students.pesel import compose_pesel
from students.photos import store_photo
from students.portraits import draw_portrait

COHORT_NAME = "Rocznik"


def _admin() -> User:
    return User.objects.get(username="admin")


def change_person(login: str, **values: str | None) -> None:
    """Change names, PESEL ("new": one that nobody has) or album number as an import would."""
    student = Student.objects.get(user__username=login)
    if values.get("pesel") == "new":
        values["pesel"] = compose_pesel(student.birth_date, "F", 4000 + student.pk)
    for name, value in values.items():
        setattr(student, name, value)
    student.save()
    signals.students_changed.send_robust(None, ids=[student.pk], by=None)


def end_card(login: str, reason: str) -> None:
    """End somebody's card."""
    for card in StudentCard.objects.in_use().filter(student__user__username=login):
        end_student_card(card, EndReason(reason), by=_admin())


def give_card(login: str, until: str) -> None:
    """Give somebody a card with their present data, in place of one for other data."""
    end_card(login, EndReason.DATA_CHANGED)
    student = Student.objects.get(user__username=login)
    number = f"78{student.cards.count():02}{student.pk:06}"
    today = timezone.localdate()
    issue_card(student, barcode_number=number, issued_on=today, valid_until=date.fromisoformat(until))


def switch_off(login: str) -> None:
    """Switch somebody's account off."""
    User.objects.filter(username=login).update(is_active=False)


def needs_attention(login: str) -> bool:
    """Return whether an order of somebody's stands in Needs attention."""
    found = Order.objects.needing_attention(timezone.now())
    return found.filter(student__user__username=login).exists()


def revoke(login: str, reason: str) -> None:
    """Revoke somebody's document as the office does."""
    order = Order.objects.live().get(student__user__username=login)
    orders.revoke(order, by=_admin(), reason=RevocationReason(reason))


def make_cohort(size: int, card_until: str) -> None:
    """Make a programme full of students, each with a card until a day."""
    faculty, _made = Faculty.objects.get_or_create(code="ROK", defaults={"name": "Rok", "name_en": "Year"})
    level = Level.FIRST_CYCLE
    programme = Programme.objects.create(faculty=faculty, level=level, name=COHORT_NAME, name_en="Cohort")
    photo = draw_portrait(1, "F")
    for number in range(size):
        born = date(2004, 1 + number % 12, 1 + number % 28)
        student = Student.objects.create(
            user=User.objects.create(username=f"rocznik{number}"), first_names="Ewa", last_name="Rocznik",
            birth_date=born, sex="F", pesel=compose_pesel(born, "F", number), album_number=f"62{5000 + number}",
        )  # fmt: skip
        store_photo(student, photo, by=None)
        Enrolment.objects.create(student=student, programme=programme, started_on="2026-10-01")
        StudentCard.objects.create(
            student=student, barcode_number=f"79{number:08}", issued_on=date(2026, 10, 1), valid_until=card_until,
            holder_first_names="Ewa", holder_last_name="Rocznik", holder_pesel=student.pesel,
        )  # fmt: skip


def start_and_stop_job() -> int:
    """Order for the cohort (rules `pesel`), or extend its cards (`els`), and stop that before a worker has seen it;
    return the job's number."""
    programme = Programme.objects.get(name=COHORT_NAME)
    with transaction.atomic():
        if cohorts.available():
            started = cohorts.order(cohorts.Cohort(programme_id=programme.pk), COHORT_NAME, by=_admin())
        else:
            started = extension_jobs.extend_group(programme, date(2027, 3, 31), by=_admin())
        jobs.stop(started)
    return started.pk


def resume_job(number: int) -> None:
    """Resume a job."""
    jobs.resume(Job.objects.get(pk=number))


def job(number: int) -> dict[str, Any]:
    """Return how a job is."""
    found = Job.objects.get(pk=number)
    return {"open": found.is_open, "state": found.state, "done": found.done, "failure": found.failure}


def cohort_ready() -> int:
    """Return how many of the cohort have codes."""
    return Order.objects.filter(status=Status.READY, student__last_name="Rocznik").count()


def cohort_cards() -> dict[str, int]:
    """Return how many cards of the cohort are valid until which day."""
    cards = StudentCard.objects.in_use().filter(student__last_name="Rocznik")
    return Counter(str(day) for day in cards.values_list("valid_until", flat=True))


def add_studies(login: str, level: str, started_on: str) -> None:
    """Enrol somebody in further studies, and act on it as the portal does after an import."""
    student = Student.objects.get(user__username=login)
    programme = Programme.objects.filter(level=level).order_by("pk").first()
    if programme is None:
        faculty = Faculty.objects.order_by("pk")[0]
        programme = Programme.objects.create(faculty=faculty, level=level, name="Rok", name_en="Year")
    Enrolment.objects.create(student=student, programme=programme, started_on=started_on)
    signals.students_changed.send_robust(None, ids=[student.pk], by=None)


def write_usos_file(folder: str, begin: dict[str, str], card_until: str) -> None:
    """Write into a folder what USOS exports: a table of first-cycle students by login, each with the first day of
    studies, and a photo of each."""
    place = Path(folder)
    (place / "photos").mkdir(parents=True)
    photo = draw_portrait(1, "F")
    with (place / "usos.csv").open("w", encoding="utf-8", newline="") as file:
        table = DictWriter(file, COLUMNS, restval="", delimiter=";")
        table.writeheader()
        for number, (login, started_on) in enumerate(begin.items()):
            born, album_number = date(2006, 1 + number % 12, 1 + number % 28), f"62{7000 + number}"
            table.writerow(
                {
                    "numer_albumu": album_number, "login": login, "imiona": "Ola", "nazwisko": "Fala",
                    "pesel": compose_pesel(born, "F", number), "data_urodzenia": str(born), "wydzial": "Rok",
                    "kierunek": "Rok", "poziom": "I", "status": "aktywny", "od": started_on,
                    "els_numer": f"76{number:08}", "els_wydana": "2026-09-20", "els_wazna_do": card_until,
                }
            )  # fmt: skip
            (place / "photos" / f"{album_number}.jpg").write_bytes(photo)


def all_ready(*logins: str) -> bool:
    """Return whether all of these students have an order that is ready."""
    ready = Order.objects.filter(status=Status.READY, student__user__username__in=logins)
    return ready.values("student").distinct().count() == len(logins)
