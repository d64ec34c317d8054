"""App stores that have mObywatel (docs/reference/manual.md, Steps of activation)."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Store:
    """A shop for apps."""

    name: StrOrPromise
    url: str


ANDROID = Store(
    _("dla telefonów z systemem Android (Google Play)"),
    "https://play.google.com/store/apps/details?id=pl.nask.mobywatel&hl=pl&gl=PL",
)
IOS = Store(
    _("dla telefonów z systemem iOS (App Store)"),
    "https://apps.apple.com/pl/app/mobywatel/id1339613469?l=pl",
)
# An iPad of today says that it is a Macintosh; only it has a touch screen and says "Mobile" as well.
_APPLE = re.compile(r"iPhone|iPad|iPod|Macintosh.*Mobile")


def stores_for(user_agent: str) -> tuple[Store, Store]:
    """Return both shops, the one of this browser's telephone first."""
    return (IOS, ANDROID) if _APPLE.search(user_agent) else (ANDROID, IOS)
