"""The admin of students, their studies, cards and photos."""

from students.admin import audit, cards, jobs, people, studies

__all__ = ["audit", "cards", "jobs", "people", "studies"]
