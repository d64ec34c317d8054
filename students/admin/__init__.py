"""The admin of students, their studies, cards and photos."""

from students.admin import cards, importing, jobs, people, studies

__all__ = ["cards", "importing", "jobs", "people", "studies"]
