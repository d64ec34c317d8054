"""Names of browsers and systems, from the User-Agent header."""

from django.http import HttpRequest

_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)
# In this order: most browsers name others too.
_BROWSERS = (
    ("SamsungBrowser/", "Samsung Internet"),
    ("OPR/", "Opera"),
    ("Edg", "Edge"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)


def device_name(user_agent: str) -> str:
    """Return a name by which its owner recognises a browser: "Chrome, Android"; "?" if unknown."""
    names = [
        next((name for sign, name in table if sign in user_agent), "") for table in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(filter(None, names)) or "?"


def device_of(request: HttpRequest) -> str:
    """Return the name of the browser that sent a request, as `device_name` does."""
    return device_name(request.headers.get("User-Agent", ""))
