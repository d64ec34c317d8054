"""What every page of the portal may need, error pages included: tags that work without a request."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def institution_name() -> str:
    """Return the name of the university as the installation sets it."""
    return str(settings.INSTITUTION_NAME)
