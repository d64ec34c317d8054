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
        "PUSH_KEY": secrets.token_urlsafe(32),
    }


def kept_in(folder: Path) -> dict[str, str]:
    """Read the keys that are kept in `folder`; make those that are missing, readable for us alone.

    What was encrypted with a key is lost with it: whoever moves the data has to move this file as well.
    """
    file = folder / "keys.json"
    kept: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    made = make()
    if made.keys() - kept.keys():
        kept = {**made, **kept}
        unfinished = file.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600)
        unfinished.write_text(json.dumps(kept, indent=2))
        unfinished.replace(file)
    return kept
