"""Break everything at once on a portal of its own, and say what was violated (docs/reliability.md)."""

import argparse
import os
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import httpx
import psycopg
from tqdm import tqdm

from script.lib import fault_checks
from script.lib.console import complain, say
from script.lib.fault_backlog import Backlog, backlog_of_an_outage
from script.lib.fault_injection import FaultInjector
from script.lib.fault_office import run_office
from script.lib.fault_people import Student, crowd
from script.lib.fault_plan import Fault, plan
from script.lib.fault_report import Outcome, Reading, write
from script.lib.fault_rig import FaultRig
from script.lib.processes import Failed
from script.lib.signals import end_on_signals

SHORT = {"orders": 60, "minutes": 0.6}
SETTLE, PUSHED_AFTER = 600.0, 60.0  # seconds: until all must have ended, and until the office presses *Ponów*
ENOUGH = 0.1  # of the orders that were wanted, for a verdict
NO_VERDICT = 2  # exit code
POISONED = 2  # orders that cannot be sent
ACTS = 8  # of students for each order: looks, orders, endings
# Half a minute before the hour that comes twice; and early enough for the portal to have started by then.
THE_HOUR, BEFORE_THE_HOUR = "2026-10-25 02:59:30", "2026-10-25 01:30:00"
DOCUMENTS = frozenset({"ready", "collected"})
OVER = frozenset({"rejected", "expired", "cancelled", "revoked", "lapsed"})


def main() -> int:
    """Run the faults and give the exit code."""
    end_on_signals()
    parser = argparse.ArgumentParser(prog="script/faults", description=__doc__)
    parser.add_argument("--orders", type=int, default=200, metavar="N", help="how many orders (200)")
    parser.add_argument("--minutes", type=float, default=3.0, metavar="M", help="for how long (3)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="which plan (1)")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds in a row, on one portal (1)")
    parser.add_argument("--every", type=float, default=2.0, help="seconds between two faults, about (2)")
    parser.add_argument(
        "--twice",
        action="store_true",
        help="the first seed lives through the hour that comes twice in October (needs a C compiler)",
    )
    parser.add_argument(
        "--from-release",
        action="store_true",
        help="half of the processes run the release before, another half after each deploy",
    )
    parser.add_argument("--short", action="store_true", help="about a minute")
    parser.add_argument("--plan", action="store_true", help="print the plan, break nothing")
    parser.add_argument("--report", type=Path, default=Path("var/faults"), metavar="FOLDER")
    parser.add_argument("--database", type=Path, help="data of a stopped PostgreSQL to begin with, migrated")
    parser.add_argument("--keep", action="store_true", help="keep the data and logs of the run")
    options = parser.parse_args()
    if options.short:
        options.orders, options.minutes = SHORT["orders"], SHORT["minutes"]
    seeds = range(options.seed, options.seed + options.seeds)
    plans = {seed: plan(seed, options.minutes * 60, every=options.every) for seed in seeds}
    if options.plan:
        for seed in seeds:
            for fault in plans[seed]:
                say(fault.as_json())
        return 0
    folder = Path(tempfile.mkdtemp(prefix="mlegitymacja-faults-"))
    folder.chmod(0o755)  # PostgreSQL may run as another user
    start = BEFORE_THE_HOUR if options.twice else ""
    rig, violated, idle = FaultRig(folder, start, beside_release=options.from_release), 0, 0
    try:
        say("Starting a portal of its own")
        rig.start(options.database)
        for seed in seeds:
            moment = THE_HOUR if options.twice and seed == options.seed else ""
            outcome = run(rig, plans[seed], int(options.orders), options.minutes * 60, seed, moment)
            violated += len(outcome.violations)
            idle += rig.notes.ordered < options.orders * ENOUGH
            for violation in outcome.violations:
                complain(f"VIOLATED: {violation}")
            say(f"Seed {seed}: {len(outcome.violations)} violations; {write(outcome, options.report)}")
    except Failed as failure:
        complain(f"{failure}\n(logs: {folder})")
        return 1
    finally:
        rig.stop()
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    if idle and not violated:
        complain("The machine was too busy: so few orders were placed that this is no verdict")
        return NO_VERDICT
    return 1 if violated else 0


def run(
    rig: FaultRig, faults: Sequence[Fault], wanted: int, seconds: float, seed: int, moment: str = ""
) -> Outcome:
    """Live through a plan, from a local moment on if one is given, let everything settle, and check. Raises Failed."""
    rig.begin(moment)
    injector = FaultInjector(rig)
    made = rig.ask("make", max(10, wanted * 2 // 3))
    students = [Student(rig.url, rig.sandbox, who, rig.notes, str(seed)) for who in made]
    poisoned = [rig.ask("poison", student.login) for student in students[-POISONED:]]
    people = students[:-POISONED]
    seen: list[str] = []
    if rig.beside_release:
        injector.deploy(0, changed_ones=True)
    end = threading.Event()
    begin = time.monotonic()
    threads = crowd(people, rig.notes, wanted, pace=ACTS * wanted / seconds, end=end, seed=seed)
    office = threading.Thread(target=run_office, args=(rig, people, wanted, end, seed, seen), daemon=True)
    office.start()
    readings: list[Reading] = []
    with tqdm(total=round(seconds), bar_format="{l_bar}{bar}| {n_fmt}/{total_fmt} s {postfix}") as bar:
        pending = list(faults)
        while (now := time.monotonic() - begin) < seconds:
            while pending and pending[0].at <= now:
                fault = pending.pop(0)
                bar.set_postfix_str(f"{rig.notes.ordered} orders; {fault.kind} {fault.what}", refresh=False)
                injector.inject(fault, people)
            _read(rig, readings, now)
            bar.update(round(now) - bar.n)
            time.sleep(0.2)
    end.set()
    for thread in (*threads, office):
        thread.join(300)
    injector.mend_everything()
    settled = settle(rig, people, poisoned, begin, readings)
    backlog = None
    if settled is not None:  # nothing is broken any more: what comes now has its order
        backlog = backlog_of_an_outage(rig, seed)
        settled = settled if settle(rig, people, poisoned, begin, readings) is not None else None
    _wait_for_messages(rig)
    return _outcome(rig, seed, seconds, settled, faults, readings, seen, backlog)


def _read(rig: FaultRig, readings: list[Reading], at: float) -> None:
    """Read how many orders there are, once a second; PostgreSQL may be away."""
    if readings and at - readings[-1].at < 1:
        return
    try:
        with psycopg.connect(rig.addresses["DATABASE_URL"], connect_timeout=2) as connection:
            rows = connection.execute("SELECT status, count(*) FROM mdocs_order GROUP BY 1").fetchall()
    except psycopg.Error:
        return
    counts: dict[str, int] = dict(rows)
    documents = sum(counts.get(status, 0) for status in DOCUMENTS)
    over = sum(counts.get(status, 0) for status in OVER)
    readings.append(Reading(at, sum(counts.values()) - documents - over, documents, over))


def settle(
    rig: FaultRig,
    people: Sequence[Student],
    poisoned: Sequence[str],
    begin: float,
    readings: list[Reading],
    within: float = SETTLE,
) -> float | None:
    """Wait until every order has ended; say after how many seconds, None if they do not `within` so many.

    Those who wait look at their pages meanwhile, and those whose document waits for that to be extended collect it. The
    office ends what is poisoned, and presses *Ponów* on the rest when that takes long: what has failed often is tried
    rarely.
    """
    since = time.monotonic()
    pushed = 0.0
    with httpx.Client(timeout=10, trust_env=False) as http:
        while (waited := time.monotonic() - since) < within:
            for number in poisoned:
                rig.ask("end_poisoned", number)
            rig.done["retried by the office"] += rig.ask("retry_attention", list(poisoned))
            if not rig.ask("unsettled") and not rig.ask("undispatched"):
                return waited
            if waited > PUSHED_AFTER and waited > pushed + 20:
                pushed = waited
                rig.done["pushed by the office"] += rig.ask("retry_attention", [], True)
            to_collect = set(rig.ask("to_collect"))
            for student in people:
                if student.login in to_collect:
                    student.collect_what_is_there(http)
                    student.look(http)  # so that the portal asks soon
            for student in people[:: max(1, len(people) // 5)]:
                student.look(http)
            _read(rig, readings, time.monotonic() - begin)
            time.sleep(1)
    return None


def _wait_for_messages(rig: FaultRig) -> None:
    """Wait until everybody is told: what a worker was sending when it died is held by its lease, for five minutes."""
    since = time.monotonic()
    while (rig.ask("unmailed") or rig.ask("unpushed")) and time.monotonic() - since < SETTLE:
        time.sleep(1)


def _outcome(
    rig: FaultRig,
    seed: int,
    seconds: float,
    settled: float | None,
    faults: Sequence[Fault],
    readings: Sequence[Reading],
    seen: Sequence[str],
    backlog: Backlog | None,
) -> Outcome:
    said, ledger = rig.ask("everything"), rig.ledger()
    deaths = sum(
        fault.kind in {"kill", "stop", "deploy", "mail", "postgres"} and fault.what != "beat"
        for fault in faults
    )
    found = [
        *dict.fromkeys(seen),
        *fault_checks.violations(
            said,
            ledger,
            rig.notes.views,
            rig.foreign,
            rig.mail.taken,
            deaths,
            rig.push.taken,
            backlog,
            rig.notes.codes,
        ),
    ]
    if settled is None:
        found += [f"unsettled: {' '.join(row)}" for row in rig.ask("unsettled")]
        found.append(f"untold events: {rig.ask('undispatched')}; breakers: {rig.ask('breakers')}")
    if unmailed := rig.ask("unmailed"):
        found.append(f"{unmailed} e-mails were never sent")
    if unpushed := rig.ask("unpushed"):
        found.append(f"{unpushed} messages to phones were never sent")
    found += [f"reconcile finds: {each}" for each in rig.ask("differences")]
    states = Counter(order["status"] for order in said["orders"])
    counts: dict[str, int] = {
        "orders": len(said["orders"]),
        **{f"orders that are {state}": number for state, number in sorted(states.items())},
        "documents at mDokumenty": len(ledger),
        "pages shown": len(rig.notes.views),
        "codes shown": len(rig.notes.codes),
        "clicks": len(rig.notes.clicks),
        "messages": len(said["messages"]),
        "messages to phones": sum(rig.push.taken.values()),
        "e-mails": sum(rig.mail.taken.values()),
        "e-mails sent twice": sum(number - 1 for number in rig.mail.taken.values()),
        **{what: number for what, number in rig.done.items() if " " in what and number},
    }
    return Outcome(seed, seconds, settled, faults, readings, counts, rig.notes.errors, found)


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
