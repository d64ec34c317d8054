"""The keys of an installation: made once, kept beside the data, never shown."""

import base64
import json
import secrets
from pathlib import Path


def make() -> dict[str, str]:
    """Make new keys, named as the settings name them."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(60),
        "FIELD_ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "FIELD_INDEX_KEY": secrets.token_urlsafe(48),
    }


def kept_in(folder: Path) -> dict[str, str]:
    """Read the keys that are kept in `folder`; make them, readable for us alone, when there are none.

    What was encrypted with a key is lost with it: whoever moves the data has to move this file as well.
    """
    file = folder / "keys.json"
    if not file.exists():
        unfinished = file.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600)
        unfinished.write_text(json.dumps(make(), indent=2))
        unfinished.replace(file)
    kept: dict[str, str] = json.loads(file.read_text())
    return kept
