"""Presets: behaviours of the sandbox by name, set with one press of a button."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mdocs.sandbox.behaviour import FAULTS, Behaviour, Range
from mdocs.sandbox.languages import Text
from mdocs.sandbox.languages import gettext_lazy as _


@dataclass(frozen=True)
class Preset:
    """A behaviour by name; refusals of people and the seed stay what they are."""

    words: Text
    explained: Text
    changes: Mapping[str, Any]

    def of(self, behaviour: Behaviour) -> Behaviour:
        """Return the behaviour with this preset: everything else of it is as at first."""
        kept = replace(
            Behaviour(), reject=behaviour.reject, reject_later=behaviour.reject_later, seed=behaviour.seed
        )
        return replace(kept, **self.changes)


PRESETS: Mapping[str, Preset] = {
    "dobrze": Preset(_("Wszystko działa"), _("odpowiada od razu, dokument po 1–3 s"), {}),
    "awaria": Preset(_("Awaria"), _("na wszystko odpowiada 503"), {"outage": True}),
    "wolno": Preset(
        _("Wolno"),
        _("odpowiedź po 2–5 s, dokument po 1–2 min"),
        {"latency_seconds": Range(2, 5), "processing_seconds": Range(60, 120)},
    ),
    "wszystko-sie-psuje": Preset(
        _("Wszystko się psuje"),
        _("każda usterka w 8% wywołań"),
        {"faults": dict.fromkeys(FAULTS, 0.08), "hang_seconds": 30.0},
    ),
    "posrednik-odmawia": Preset(
        _("Pośrednik odmawia"),
        _("na wszystko odpowiada stroną 400, jakby nie dostał certyfikatu"),
        {"trouble": "proxy_400"},
    ),
    "kody-na-minute": Preset(_("Kody na minutę"), _("kody wygasają po 60 s"), {"codes_valid_seconds": 60.0}),
}
