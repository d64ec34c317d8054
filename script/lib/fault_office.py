"""Office of the faults: what clerks do while everything breaks, and a look at the rules that hold at every moment."""

import threading
from collections.abc import Sequence
from random import Random

from script.lib.fault_people import Student
from script.lib.fault_rig import FaultRig
from script.lib.processes import Failed

AT_THE_DESK = 8  # students for whom the office orders at a time
ACTS = ("order", "order", "extend", "extend", "invalidate", "give", "import", "retry", "look", "look")


def run_office(
    rig: FaultRig, people: Sequence[Student], wanted: int, end: threading.Event, seed: int, seen: list[str]
) -> None:
    """Order, extend, invalidate, import and retry, as clerks do; look at the rules that hold at every moment."""
    chance = Random(f"office {seed}")  # noqa: S311
    lost: list[str] = []
    while not end.wait(chance.uniform(0.5, 2)):
        someone = chance.choice(people).login
        try:
            match chance.choice(ACTS):
                case "order" if rig.notes.ordered < wanted:
                    queue = {chance.choice(people).login for _ in range(AT_THE_DESK)}
                    rig.notes.count_ordered(rig.ask("order_for", *queue))
                case "extend":
                    rig.ask("extend", *{someone, chance.choice(people).login})
                case "invalidate":
                    rig.ask("invalidate", someone)
                    lost.append(someone)
                case "give" if lost:
                    rig.ask("give_card", lost.pop())
                case "import":
                    rig.ask("import_file", str(rig.folder))
                case "retry":
                    rig.done["retried by the office"] += rig.ask("retry_attention", [])
                case _:
                    seen += rig.ask("broken_now")
        except Failed as failure:
            rig.done["office: " + str(failure)[:60]] += 1
