"""Texts for users, in both languages at once, as the contract requires."""

from usos_api.lang_dicts import lang_dict

NOT_UNDERSTOOD = lang_dict(
    "Portal nie zrozumiał tego, o co prosi aplikacja. Nic nie zostało zmienione.",
    "The portal did not understand what the application asks for. Nothing was changed.",
)
NOT_AUTHENTIC = lang_dict(
    "Aplikacja nie ma teraz dostępu do portalu. Zaloguj się w niej ponownie.",
    "The application has no access to the portal now. Sign in to it again.",
)
METHOD_FORBIDDEN = lang_dict(
    "Aplikacja nie ma prawa tego zrobić. Nic nie zostało zmienione.",
    "The application has no right to do this. Nothing was changed.",
)
WRONG_CLOCK = lang_dict(
    "Godzina w urządzeniu jest nieprawidłowa. Ustaw ją i spróbuj ponownie.",
    "The clock of the device is wrong. Set it, and try again.",
)
TRY_AGAIN = lang_dict(
    "Aplikacja powtórzyła to samo zapytanie. Nic więcej nie zostało zmienione; spróbuj ponownie.",
    "The application has repeated the same call. Nothing more was changed; try again.",
)
UNKNOWN_METHOD = lang_dict(
    "Portal nie zna tej funkcji. Być może aplikacja wymaga aktualizacji.",
    "The portal does not know this function. The application may need an update.",
)
TOO_MANY_CALLS = lang_dict(
    "Za dużo prób. Spróbuj ponownie za chwilę.", "Too many attempts. Try again in a while."
)
UNAVAILABLE = lang_dict(
    "Portal jest chwilowo niedostępny. Nic nie zostało zmienione; spróbuj ponownie za chwilę.",
    "The portal is unavailable at the moment. Nothing was changed; try again in a while.",
)
BROKEN = lang_dict(
    "Coś się nie udało po naszej stronie. Spróbuj ponownie za chwilę.",
    "Something went wrong on our side. Try again in a while.",
)
OBJECT_NOT_FOUND = lang_dict(
    "Nie ma tego, o co pyta aplikacja. Nic nie zostało zmienione.",
    "What the application asks for does not exist. Nothing was changed.",
)
OBJECT_FORBIDDEN = lang_dict(
    "Aplikacja nie ma do tego dostępu.", "The application has no access to what it asks for."
)
TOKEN_OVER = lang_dict(
    "Dostęp aplikacji do portalu wygasł lub został cofnięty. Zaloguj się w niej ponownie.",
    "The application's access to the portal has expired or was withdrawn. Sign in to it again.",
)
QUESTION_OVER = lang_dict(
    "Ta prośba aplikacji o dostęp jest już nieaktualna: wygasła albo już na nią odpowiedziano.",
    "The application's request for access is out of date: it has expired, or has been answered already.",
)
WRONG_PIN = lang_dict("Nieprawidłowy kod PIN.", "Wrong PIN.")

FIELD_REQUIRED = lang_dict("To pole jest wymagane.", "This field is required.")
FIELD_INVALID = lang_dict("Nieprawidłowa wartość.", "Invalid value.")
FIELD_FORBIDDEN = lang_dict(
    "Aplikacja nie może użyć tej wartości.", "The application is not allowed to use this value."
)
EXACTLY_ONE_NUMBER = lang_dict(
    "Podaj dokładnie jeden z numerów legitymacji.", "Give exactly one of the numbers of the card."
)
DATE_EXPECTED = lang_dict("Podaj datę w postaci RRRR-MM-DD.", "Give a date as YYYY-MM-DD.")

# Why there is nothing to order.
NOT_A_STUDENT = lang_dict(
    "Z Twoim kontem nie są połączone żadne studia.", "No studies are connected with your account."
)
HAS_DOCUMENT = lang_dict(
    "Masz już mLegitymację. Nową możesz zamówić dopiero wtedy, gdy unieważnisz dotychczasową.",
    "You already have an mLegitymacja. You can order a new one only when you have revoked it.",
)
HAS_ORDER = lang_dict(
    "Masz już zamówienie mLegitymacji. Poczekaj na nią albo anuluj zamówienie.",
    "You have already ordered an mLegitymacja. Wait for it, or cancel the order.",
)
IS_ENDING = lang_dict(
    "Poprzednie zamówienie lub mLegitymacja jest właśnie anulowane lub unieważniane. Poczekaj chwilę, aż portal to "
    "potwierdzi.",
    "Your previous order or mLegitymacja is just being cancelled or revoked. Wait a moment until the portal "
    "confirms that.",
)
NO_RIGHT = lang_dict(
    "mLegitymację mogą mieć tylko studenci studiów I i II stopnia oraz jednolitych magisterskich.",
    "Only students of first-cycle, second-cycle and uniform master's studies can have an mLegitymacja.",
)
CONDITIONS_NOT_MET = lang_dict(
    "Nie spełniasz wszystkich warunków, aby zamówić mLegitymację.",
    "You do not meet all conditions for ordering an mLegitymacja.",
)
# Why there is nothing to end.
NOTHING_TO_END = lang_dict(
    "Nie masz mLegitymacji ani zamówienia, które można zakończyć.",
    "You have no mLegitymacja and no order that could be ended.",
)
IS_OVER = lang_dict(
    "To zamówienie jest już zakończone i nie można go anulować ani unieważnić.",
    "This order is over already, and cannot be cancelled or revoked.",
)
NO_CARD = lang_dict(
    "Ten student nie ma legitymacji (ELS) w użyciu.", "This student has no student card (ELS) in use."
)
