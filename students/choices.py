"""Labels of choices that the database holds as codes."""

from django.db.models import TextChoices
from django_stubs_ext import StrOrPromise


def label_of(choices: type[TextChoices], code: str) -> StrOrPromise:
    """Return a code in words; the code where only a newer version of the portal, rolled back since, has words."""
    return choices(code).label if code in choices else code
