"""The students app: who somebody is, and what they have a right to."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StudentsConfig(AppConfig):
    """Know students, their studies and their cards; know nothing of orders."""

    name = "students"
    verbose_name = _("Studenci")
