"""The admin of students, their studies, cards and photos."""

from students.admin import cards, people, studies

__all__ = ["cards", "people", "studies"]
