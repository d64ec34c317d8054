"""Rule for passwords beside Django's: longer ones for staff (setting STAFF_PASSWORD_LENGTH)."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from students.models import User


class StaffLengthValidator:
    """Password validator: staff need more characters than Django's MinimumLengthValidator asks of everybody."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError for a password of staff that is too short."""
        if user is not None and user.is_staff and len(password) < settings.STAFF_PASSWORD_LENGTH:
            raise ValidationError(self.get_help_text(), code="password_too_short_for_staff")

    def get_help_text(self) -> str:
        """Return the rule in words."""
        return _("Hasło pracownika musi mieć co najmniej %(length)d znaków.") % {
            "length": settings.STAFF_PASSWORD_LENGTH
        }
