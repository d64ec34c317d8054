"""Rows of the register of personal data (`mlegitymacja_portal.personal_data`), and its table for docs/privacy.md."""

from django.utils.translation import gettext_lazy as _

from mlegitymacja_portal.personal_data import APPLICATIONS, CONSENT, DUTY, MINISTRY, SECURITY, PersonalData
from mlegitymacja_portal.personal_data_of_accounts import SIGN_IN

_HEADER = (_("Dane"), _("Gdzie"), _("Po co"), _("Podstawa"), _("Jak długo"), _("Komu przekazujemy"))
REGISTER: tuple[PersonalData, ...] = (
    PersonalData(
        _("imiona, nazwisko, numer albumu, data urodzenia, płeć"),
        {
            "students.Student": [
                "user",
                "first_names",
                "last_name",
                "album_number",
                "birth_date",
                "sex",
                "search_name",
            ],
            "students.User": ["first_name", "last_name"],
        },
        _("wydanie mLegitymacji osobie, która ma do niej prawo"),
        DUTY,
        _("po odejściu z uczelni"),
        "people",
        MINISTRY,
    ),
    PersonalData(
        _("PESEL"),
        {"students.Student": ["pesel", "pesel_index", "pesel_confirmed"]},
        _("wydanie mLegitymacji: po nim rozpoznaje osobę mDokumenty; w bazie zaszyfrowany"),
        DUTY,
        _("po odejściu z uczelni"),
        "photos",
        MINISTRY,
    ),
    PersonalData(
        _("zdjęcie"),
        {
            "students.Student": ["photo"],
            "students.Photo": ["file", "source_digest", "uploaded_at", "uploaded_by"],
        },
        _("zdjęcie na mLegitymacji"),
        DUTY,
        _("po odejściu z uczelni"),
        "photos",
        MINISTRY,
    ),
    PersonalData(
        _("studia: kierunek, status, daty"),
        {"students.Enrolment": ["student", "programme", "status", "started_on", "ended_on"]},
        _("sprawdzenie prawa do mLegitymacji"),
        DUTY,
        _("po odejściu z uczelni zostają bez nazwiska"),
        "people",
    ),
    PersonalData(
        _("legitymacje plastikowe (ELS): numery, daty, dane na nich zapisane"),
        {
            "students.StudentCard": [
                *(
                    "student",
                    "barcode_number",
                    "contact_chip_uid",
                    "contactless_chip_uid",
                    "issued_on",
                    "valid_until",
                ),
                *("holder_first_names", "holder_last_name", "holder_pesel", "holder_pesel_index"),
                *("ended_on", "end_reason", "ended_by", "ended_by_job"),
            ],
            "students.CardExtension": ["card", "extended_at", "previous_valid_until", "valid_until", "by"],
        },
        _("sprawdzenie prawa do mLegitymacji; ewidencja wydanych legitymacji"),
        DUTY,
        _("po odejściu z uczelni zostają numery i daty, bez nazwiska"),
        "people",
        _("ministrowi numer legitymacji; systemom uczelni (np. bramkom bibliotek)"),
    ),
    PersonalData(
        _("konto: login, hasło (skrót), e-mail, język, role"),
        {
            "students.User": [
                *("username", "password", "email", "language", "last_login", "date_joined", "is_active"),
                *("is_staff", "is_superuser", "student_columns"),
            ]
        },
        _("logowanie i wiadomości"),
        DUTY,
        _("po odejściu z uczelni"),
        "people",
    ),
    PersonalData(
        _("zamówienia i ich historia"),
        {
            "mdocs.Order": [
                *(
                    "student",
                    "status",
                    "status_changed_at",
                    "created_at",
                    "ready_at",
                    "valid_until",
                    "album_number",
                ),
                *("card_number", "holder_fingerprint", "mdokumenty_id", "rejection_code", "codes_seen_at"),
                *(
                    "revocation_reason",
                    "order_again",
                    "extend_to",
                    "confirmed_until",
                    "blocked_by",
                    "sent_at",
                ),
                *("remote_updated_at", "extension_asked_at", "reissue_required", "attention"),
            ],
            "mdocs.OrderEvent": ["order", "at", "old", "new", "reason", "detail", "actor"],
            "mdocs.Confirmation": ["order", "previous_until", "until", "at", "by"],
            "mdocs.OrphanDocument": [
                *("reference", "mdokumenty_id", "order", "student", "status_there", "valid_until"),
                *("revocation_asked_at", "asked_by", "ended_at"),
            ],
        },
        _("wydanie, przedłużenie i unieważnienie mLegitymacji"),
        DUTY,
        _("po zakończeniu zamówienia; potem zostają same liczby"),
        "orders",
        MINISTRY,
    ),
    PersonalData(
        _("dane wysyłane w zamówieniu"),
        {"mdocs.Order": ["holder", "photo"]},
        _("zamówienie: zawsze te same dane, ile razy by je wysyłać; w bazie zaszyfrowane"),
        DUTY,
        _("do chwili, gdy mDokumenty je przyjmą albo zamówienie się zakończy"),
        gets=MINISTRY,
    ),
    PersonalData(
        _("kody mLegitymacji: kod QR i kod aktywacyjny"),
        {"mdocs.Order": ["qr_token", "activation_code", "qr_svg", "codes_expire_at"]},
        _("odebranie mLegitymacji w mObywatelu; w bazie zaszyfrowane"),
        DUTY,
        _("dopóki można ich użyć; usuwa je też nasz własny zegar"),
        gets=APPLICATIONS,
    ),
    PersonalData(
        _("wiadomości o zamówieniach i o koncie, i to, których nie chcesz"),
        {
            "notifications.Message": [
                *(
                    "student",
                    "order",
                    "event",
                    "kind",
                    "created_at",
                    "read_at",
                    "email_state",
                    "email_due_at",
                ),
                *("email_failures", "email_failure", "email_sent_at", "mailing", "values"),
            ],
            "notifications.NotificationOptOut": ["student", "kind", "channel"],
        },
        _("powiadomienie o tym, co dzieje się z mLegitymacją"),
        DUTY,
        _("tak długo jak zamówienie"),
        "orders",
    ),
    PersonalData(
        _("urządzenia z powiadomieniami: adres przeglądarki i jej nazwa"),
        {
            "notifications.Subscription": [
                "student",
                "service",
                "address",
                "fingerprint",
                "key",
                "name",
                "created_at",
            ],
            "notifications.PushDelivery": ["subscription", "message", "created_at", "delivered_at"],
        },
        _("powiadomienia na ekranie, jeśli je włączysz; adres w bazie zaszyfrowany"),
        CONSENT,
        _("do ich wyłączenia"),
        gets=_("producentowi przeglądarki: zaszyfrowaną wiadomość"),
    ),
    PersonalData(
        _("zgody i tokeny aplikacji oraz skryptów"),
        {
            "usos_api.Consent": ["user", "consumer", "scopes", "given_at"],
            "usos_api.AccessToken": [
                *(
                    "user",
                    "consumer",
                    "key_hash",
                    "secret",
                    "scopes",
                    "created_at",
                    "expires_at",
                    "revoked_at",
                ),
                "last_used_at",
            ],
            "usos_api.RequestToken": [
                *("user", "consumer", "key_hash", "secret", "scopes", "callback", "created_at", "expires_at"),
                *("verifier_hash", "guesses", "used_at"),
            ],
            "api.Token": [
                *("user", "name", "scopes", "key_hash", "prefix", "created_at", "expires_at", "last_used_at"),
                "ended_at",
            ],
            "api.IdempotentResponse": ["user", "key", "fingerprint", "http_status", "body", "created_at"],
        },
        _("dostęp aplikacji i skryptów, którym go dasz"),
        CONSENT,
        _("do cofnięcia albo końca ważności, potem miesiąc"),
        gets=APPLICATIONS,
    ),
    *SIGN_IN,
    PersonalData(
        _("dziennik zdarzeń: kto co zmienił, skąd i kiedy; kto obejrzał PESEL lub kody"),
        {
            "students.AuditEntry": [
                *(
                    "object_pk",
                    "object_id",
                    "object_repr",
                    "serialized_data",
                    "action",
                    "changes_text",
                    "changes",
                ),
                *(
                    "actor",
                    "actor_email",
                    "cid",
                    "remote_addr",
                    "remote_port",
                    "timestamp",
                    "additional_data",
                ),
                "content_type",
            ]
        },
        _("rozliczalność"),
        SECURITY,
        _("od zdarzenia"),
        "audit",
    ),
    PersonalData(
        _("odczyty: kto z uczelni oglądał czyje dane"),
        {
            "students.Look": [
                "at",
                "actor",
                "program",
                "student",
                "what",
                "shown",
                "filter",
                "rows",
                "remote_addr",
            ]
        },
        _("rozliczalność; pokazujemy je Tobie"),
        SECURITY,
        _("od obejrzenia"),
        "looks",
    ),
    PersonalData(
        _("pliki i notatki z importów i innych zadań dziekanatu"),
        {
            "students.Job": ["file", "started_by", "remote_addr", "title"],
            "students.JobNote": ["subject", "detail", "album_number", "holder"],
            "students.ImportedChange": ["student", "changes", "photo_before"],
            "mdocs.SweepBrake": ["sample", "accepted_by"],
        },
        _("przeniesienie danych z USOS i cofnięcie pomyłki"),
        DUTY,
        _("do 14 dni po zakończeniu zadania; to, co pozwala cofnąć import: dzień"),
    ),
)


def as_markdown() -> str:
    """Return the table of docs/privacy.md, in Polish as the notice is."""
    header = [str(word) for word in _HEADER]
    lines = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    for row in REGISTER:
        where = "; ".join(f"`{model}`: {', '.join(fields)}" for model, fields in row.fields.items())
        kept = f"{row.kept} (`KEEP_{row.rule.upper()}_MONTHS`)" if row.rule else row.kept
        lines.append(f"| {row.what} | {where} | {row.purpose} | {row.basis} | {kept} | {row.gets} |")
    return "\n".join(lines)
