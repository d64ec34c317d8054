"""Pages of the office in their states: each is made from nothing in the test's own database, and gives its address."""

from collections.abc import Callable
from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone

from mdocs.models import Breaker
from mdocs.office.half_years import counting
from mdocs.statuses import Status
from notifications.mailings import mailing_jobs
from notifications.office_texts.models import MessageTemplate
from students import ending_jobs, jobs
from students.admin.jobs import REFRESH_OFF
from students.extension_jobs import extend_group
from students.models import EndReason, Faculty, Job, SavedFilter, Student, StudentCard, User
from tests.mdocs.factories import make_order, set_breaker
from tests.students.factories import make_card, make_enrolment, make_programme, make_student

ADMIN = "/admin"
STUDENTS, CARDS, ORDERS = (
    f"{ADMIN}/{which}/" for which in ("students/student", "students/studentcard", "mdocs/order")
)
MakeOffice = Callable[[User, Faculty], str]


def people(faculty: Faculty) -> Student:
    """Make students of the faculty: with a card and an mLegitymacja, refused, and without a card."""
    Faculty.objects.filter(pk=faculty.pk).update(name="Chemia", name_en="Chemistry", phone="12 345 67 89")
    programme = make_programme(faculty=faculty, name="chemia", name_en="chemistry")
    found = [make_student(last_name=name, first_names="Ida") for name in ("Bem", "Cis", "Dur")]
    for student in found:
        make_enrolment(student, programme=programme)
    for student in found[:2]:
        make_card(student, valid_until=timezone.localdate() + timedelta(days=20))
    make_order(found[0], Status.COLLECTED)
    make_order(found[1], Status.REJECTED)
    return found[0]


def _at(path: str) -> MakeOffice:
    def make(_user: User, faculty: Faculty) -> str:
        people(faculty)
        return path

    return make


def student_page(_user: User, faculty: Faculty) -> str:
    """Show a student's page to look at."""
    return reverse("admin:students_student_page", args=[people(faculty).pk])


def student_form(_user: User, faculty: Faculty) -> str:
    """Show the form of a student, with the tables of studies and cards."""
    return reverse("admin:students_student_change", args=[people(faculty).pk])


def saved_filters(user: User, faculty: Faculty) -> str:
    """Show the list of saved filters."""
    people(faculty)
    SavedFilter.objects.create(user=user, list="students.student", name="X", query="no_photo=yes")
    return f"{ADMIN}/students/savedfilter/"


def outage(_user: User, faculty: Faculty) -> str:
    """Show the orders while mDokumenty is away."""
    people(faculty)
    set_breaker(Breaker.State.OPEN)
    return f"{ORDERS}?needs_attention=no"


def order_page(_user: User, faculty: Faculty) -> str:
    """Show the page of an order."""
    return f"{ORDERS}{people(faculty).orders.get().pk}/change/"


def order_end(_user: User, faculty: Faculty) -> str:
    """Show the page that asks why an order is to be ended."""
    return f"{ORDERS}{people(faculty).orders.get().pk}/end/"


def half_years(_user: User, faculty: Faculty) -> str:
    """Show the numbers of half-years."""
    people(faculty)
    counting.recount(timezone.now())
    return f"{ORDERS}half-years/"


def template(_user: User, faculty: Faculty) -> str:
    """Show a template of the office."""
    texts = {"subject_pl": "A {imie}", "body_pl": "B", "subject_en": "A {imie}", "body_en": "B"}
    return f"{ADMIN}/notifications/messagetemplate/{MessageTemplate.objects.create(name='A', **texts).pk}/change/"


def mailing_preview(user: User, faculty: Faculty) -> str:
    """Show the preview of a message to students."""
    template(user, faculty)
    people(faculty)
    mailing_jobs.preview(Student.objects.all(), MessageTemplate.objects.get(name="A"), by=user)
    return _done()


def mailing_sent(user: User, faculty: Faculty) -> str:
    """Show what was sent."""
    mailing_preview(user, faculty)
    mailing_jobs.send_previewed(Job.objects.get(), by=user)
    jobs.run_due()
    return f"{ADMIN}/notifications/mailing/"


def end_preview(user: User, faculty: Faculty) -> str:
    """Show the preview of ending cards."""
    people(faculty)
    ending_jobs.preview(StudentCard.objects.all(), EndReason.RETURNED, by=user)
    return _done()


def _extension(user: User, faculty: Faculty) -> Job:
    people(faculty)
    return extend_group(faculty, _next_year(), by=user, preview=True)


def _next_year() -> date:
    return timezone.localdate() + timedelta(days=200)


def _done() -> str:
    jobs.run_due()
    return Job.objects.latest("pk").get_absolute_url()


def job_waiting(user: User, faculty: Faculty) -> str:
    """Show a job that waits."""
    return f"{_extension(user, faculty).get_absolute_url()}?{REFRESH_OFF}"


def job_stopped(user: User, faculty: Faculty) -> str:
    """Show a job that was stopped."""
    job = _extension(user, faculty)
    jobs.stop(job)
    return job.get_absolute_url()


def job_done(user: User, faculty: Faculty) -> str:
    """Show a job that is done, with its button and its list."""
    _extension(user, faculty)
    return _done()


def job_failed(user: User, faculty: Faculty) -> str:
    """Show a job that has failed."""
    job = _extension(user, faculty)
    Job.objects.filter(pk=job.pk).update(kind="unknown")
    return _done()


def jobs_list(user: User, faculty: Faculty) -> str:
    """Show the list of jobs."""
    job_done(user, faculty)
    return f"{ADMIN}/students/job/"


OFFICE: dict[str, MakeOffice] = {
    "front page": _at(f"{ADMIN}/"),
    "students": _at(f"{STUDENTS}?no_photo=no"),
    "cards": _at(CARDS),
    "studies": _at(f"{ADMIN}/students/enrolment/"),
    "student": student_page,
    "saved filters": saved_filters,
    "orders": _at(f"{ORDERS}?needs_attention=no"),
    "orders that need attention": _at(f"{ORDERS}?needs_attention=yes"),
    "orders in an outage": outage,
    "order": order_page,
    "order, to be ended": order_end,
    "half-years": half_years,
    "half-years, none yet": _at(f"{ORDERS}half-years/"),
    "who loses the right": _at(f"{ORDERS}entitlement/"),
    "template": template,
    "message, previewed": mailing_preview,
    "messages sent": mailing_sent,
    "end of cards, previewed": end_preview,
    "job waiting": job_waiting,
    "job stopped": job_stopped,
    "job done": job_done,
    "job failed": job_failed,
    "extend many": _at(f"{CARDS}extend-many/"),
    "import": _at(f"{ADMIN}/students/import/"),
    "jobs": jobs_list,
    "audit log": _at(f"{ADMIN}/students/auditentry/"),
}
