"""The admin of students, their studies, cards and photos."""

from students.admin import cards, jobs, people, studies

__all__ = ["cards", "jobs", "people", "studies"]
