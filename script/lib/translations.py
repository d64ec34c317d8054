"""Bring the catalogues of both languages up to what the portal says, compile them, and say what has no words yet."""

import sys

from mlegitymacja_portal.catalogues import compile_stale
from script.lib.catalogue import LANGUAGES, faults, update
from script.lib.console import complain, say
from script.lib.extraction import all_texts
from script.lib.signals import take_signals


def main() -> int:
    """Write the catalogues; the exit code is 1 while something is missing."""
    take_signals()
    texts = all_texts()
    for language in LANGUAGES:
        update(language, texts)
    compile_stale()
    missing = [fault for language in LANGUAGES for fault in faults(language, texts)]
    for fault in missing:
        complain(fault)
    say(f"{len(texts)} texts, {len(missing)} to look at")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
