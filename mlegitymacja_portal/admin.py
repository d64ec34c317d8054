"""Shortcuts on the admin's front page to the daily work, the most frequent first."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from students.admin import shortcuts
from students.conditions import PESEL

shortcuts.add(_("Studenci"), "admin:students_student_changelist", "students.view_student")
shortcuts.add(_("Skanuj legitymacje"), "admin:students_studentcard_scan", "students.extend_studentcard")
shortcuts.add(
    _("Przedłuż wiele legitymacji"), "admin:students_studentcard_extend_many", "students.extend_studentcard"
)
shortcuts.add(_("Wydaj legitymację"), "admin:students_studentcard_add", "students.add_studentcard")
shortcuts.add(
    _("Zamówienia wymagające uwagi"),
    "admin:mdocs_order_changelist",
    "mdocs.view_order",
    needs_attention="yes",
)
shortcuts.add(_("Importuj dane z USOS"), "students:import", "students.import_student")
if settings.PASSWORDS:
    shortcuts.add(_("Zaproszenia do portalu"), "admin:invitations", "accounts.invite")
shortcuts.add(_("Kto straci uprawnienia"), "mdocs_office:entitlement", "mdocs.revoke_order")
shortcuts.add(_("Liczby według półroczy"), "mdocs_office:half_years", "mdocs.view_order")
if settings.ELIGIBILITY_RULES == PESEL:  # cohorts: docs/reference/domain.md, Two sets of rules
    shortcuts.add(_("Zamów dla wielu studentów"), "mdocs_office:cohort", "mdocs.order_cohort")
    if not settings.AUTOMATIC_CONFIRMATION:
        shortcuts.add(_("Potwierdź, kto studiuje dalej"), "mdocs_office:confirm", "mdocs.order_cohort")
shortcuts.add(_("Strona techniczna"), "admin:technician", "operations.view_alarm")
