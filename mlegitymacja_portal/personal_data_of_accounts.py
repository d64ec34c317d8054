"""Rows of the register of personal data about signing in."""

from django.utils.translation import gettext_lazy as _

from mlegitymacja_portal.personal_data import SECURITY, PersonalData

SIGN_IN: tuple[PersonalData, ...] = (
    PersonalData(
        _("sesje, znane urządzenia i zdarzenia konta: urządzenie, sieć (bez końca adresu), kiedy"),
        {
            "accounts.Session": [
                *("session_data", "expire_date", "user", "created_at", "last_seen_at"),
                *("device", "network", "university_session", "university_subject"),
            ],
            "accounts.KnownDevice": ["user", "key_hash", "name", "last_seen_at"],
            "accounts.AccountEvent": [
                *("user", "kind", "at", "device", "network", "detail"),
                *("email_due_at", "email_sent_at", "email_attempts", "email_failure"),
            ],
        },
        _(
            "żebyś widział, skąd ktoś się loguje, i mógł to zakończyć; wiadomości o tym, co stało się z kontem"
        ),
        SECURITY,
        _("sesja do wylogowania, najwyżej 12 godzin; urządzenia i zdarzenia przez rok"),
    ),
    PersonalData(
        _("drugi składnik logowania: klucz aplikacji z kodami, klucze dostępu, kody zapasowe"),
        {"mfa.Authenticator": ["user", "type", "data", "created_at", "last_used_at"]},
        _("logowanie, do którego nie wystarczy samo hasło; sekrety w bazie zaszyfrowane"),
        SECURITY,
        _("do usunięcia na stronie Bezpieczeństwo"),
    ),
)
