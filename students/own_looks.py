"""Page of who looked at a student's data and who changed them, for the student: when, what, and in which role.

Changes and looks at codes and PESELs stand in the audit log, other looks in `Look`. The student's own are left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django_stubs_ext import StrOrPromise

from students.audit_labels import describe_entry
from students.models import AuditEntry, Look, Student, User

SHOWN = 100  # the newest; whoever wants all of them asks the data protection officer
STAFF = _("pracownik uczelni")
PORTAL = _("portal sam")


@dataclass(frozen=True)
class AccessEntry:
    """Access of somebody else to a student's data: when, by whom in words, and what was done to what."""

    at: datetime
    who: StrOrPromise
    what: StrOrPromise
    about: StrOrPromise


@require_safe
@login_required
@cache_control(private=True, no_store=True)
def who_looked(request: HttpRequest) -> HttpResponse:
    """Show a student the newest looks and changes of others; other users see that they have none."""
    student = Student.objects.of_user(request.user).only("user_id").first()
    entries = list(islice(accesses_to(student), SHOWN)) if student else []
    return render(
        request, "students/who_looked.html", {"student": student, "entries": entries, "shown": SHOWN}
    )


def accesses_to(student: Student) -> Iterator[AccessEntry]:
    """Yield what others looked at and changed, the newest first, of each kind at most SHOWN."""
    others = Q(actor__isnull=True) | ~Q(actor=student.user_id)
    looks = Look.objects.filter(others, student=student).select_related("actor")
    entries = AuditEntry.objects.concerning(student).filter(others).select_related("actor", "content_type")
    found = [
        (_of_look(look) for look in looks.prefetch_related("actor__groups")[:SHOWN]),
        (_of_entry(entry) for entry in entries.prefetch_related("actor__groups")[:SHOWN]),
    ]
    return merge(*found, key=lambda entry: entry.at, reverse=True)


def _of_look(look: Look) -> AccessEntry:
    who = look.program or _who(look.actor)
    return AccessEntry(look.at, who, _("obejrzano"), look.get_what_display())


def _of_entry(entry: AuditEntry) -> AccessEntry:
    who = _who(entry.actor) if entry.actor or entry.actor_email else PORTAL
    return AccessEntry(entry.timestamp, who, describe_entry(entry), str(entry.content_type.name))


def _who(actor: User | None) -> StrOrPromise:
    """Return a member of staff as the university has students read it (setting LOOKS_SHOWN_AS)."""
    if actor is None or settings.LOOKS_SHOWN_AS == "staff":
        return STAFF
    if settings.LOOKS_SHOWN_AS == "name":
        return actor.get_full_name() or actor.username
    return ", ".join(sorted(group.name for group in actor.groups.all())) or STAFF
