"""Models of people, studies, cards, photos, jobs and the audit log."""

from students.models.cards import CardExtension, EndReason, StudentCard
from students.models.imports import ImportedChange
from students.models.jobs import Job, JobNote
from students.models.keys import KeyCanary
from students.models.log import AuditEntry
from students.models.looks import Look
from students.models.people import Sex, Student, User
from students.models.periodic import PeriodicTask
from students.models.photos import Photo
from students.models.saved_filters import SavedFilter
from students.models.studies import ENTITLING_LEVELS, Enrolment, EnrolmentStatus, Faculty, Level, Programme

__all__ = [
    "ENTITLING_LEVELS",
    "AuditEntry",
    "CardExtension",
    "EndReason",
    "Enrolment",
    "EnrolmentStatus",
    "Faculty",
    "ImportedChange",
    "Job",
    "JobNote",
    "KeyCanary",
    "Level",
    "Look",
    "PeriodicTask",
    "Photo",
    "Programme",
    "SavedFilter",
    "Sex",
    "Student",
    "StudentCard",
    "User",
]
