"""Students in the quick search, told apart by album number and studies."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from students.admin.present_studies import present_studies, with_studies
from students.admin.quick_search import Hit, Hits, finder
from students.admin.search import find_pesel, student_numbered, students_matching
from students.models import Student, User
from students.rate_limits import limit


@finder
@sensitive_variables()
def students(user: User, text: str, most: int) -> Hits | None:
    """Find students by names, album number, barcode or PESEL."""
    if not user.has_perm("students.view_student"):
        return None
    visible = Student.objects.visible_to(user)
    if number := find_pesel(text):
        limit("pesel_searches", user.pk)
        found = visible.filter(pk__in=[key for key in [student_numbered(visible, number)] if key])
    else:
        found = visible.filter(pk__in=students_matching(text).order_by().values("pk"))
    some = list(found.defer("pesel").prefetch_related(with_studies())[: most + 1])
    return Hits(_("Studenci"), [_hit(student) for student in some[:most]], more=len(some) > most)


def _hit(student: Student) -> Hit:
    studies = present_studies(student)
    where: tuple[str, ...] = ()
    if studies:
        programme = studies.programme
        where = (programme.faculty.local_name, f"{programme.local_title} ({studies.get_status_display()})")
    return Hit(
        name=f"{student.last_name} {student.first_names}",
        details=" · ".join(filter(None, (student.album_number, *where))),
        url=reverse("admin:students_student_page", args=[student.pk]),
    )
