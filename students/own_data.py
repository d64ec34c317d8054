"""Page of a student's own data, with who can correct each of them."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from students import conditions
from students.models import Enrolment, Student
from students.offices import office_columns, office_from


@require_safe
@login_required
@cache_control(private=True, no_store=True)
def my_data(request: HttpRequest) -> HttpResponse:
    """Show the student's data, studies, photo and cards, in three queries; other users see that they have none."""
    today = timezone.localdate()
    students = Student.objects.of_user(request.user).select_related("user")
    student = students.annotate(office=office_columns(today)).first()
    context: dict[str, object] = {"student": student}
    if student is not None:
        studies = Enrolment.objects.filter(student=student).select_related("programme__faculty")
        context |= {
            "studies": studies.order_by("-started_on"),
            "cards": student.cards.defer("holder_pesel").order_by("-issued_on"),
            "today": today,
            "own_office": office_from(vars(student)["office"]),
            "deans_office": conditions.ACTIVE_STUDENT.helper,
            "student_office": conditions.HAS_PHOTO.helper,
        }
    return render(request, "students/my_data.html", context)
