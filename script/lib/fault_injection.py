"""Fault injection: does each fault of a plan to the portal of a rig, and mends what lasts after its time."""

import contextlib
from collections.abc import Callable
from uuid import uuid4

import redis

from script.lib.fault_people import COLLECTED_AFTER, Student, order_elsewhere
from script.lib.fault_plan import WORKERS, Fault
from script.lib.fault_rig import FaultRig
from script.lib.full_database import take_connections
from script.lib.releases import SESSIONS_GO_ON

_SHUTDOWNS = {"fast": "SIGINT", "immediate": "SIGQUIT"}  # of PostgreSQL


class FaultInjector:
    """What breaks the portal of a rig: a method for each kind of `script.lib.fault_plan`."""

    def __init__(self, rig: FaultRig) -> None:
        self._rig = rig
        self._codes: dict[str, str] = {}  # which code a process runs
        self._inject: dict[str, Callable[[Fault], None]] = {
            "kill": self._kill,
            "stop": self._stop,
            "mood": self._mood,
            "wire": self._wire,
            "redis": self._redis,
            "postgres": self._postgres,
            "beat": self._beat,
            "deploy": lambda _fault: self.deploy(rig.done["deploy"]),
            "mail": self._mail,
            "push": self._push,
            "clock": self._clock,
        }

    def inject(self, fault: Fault, students: list[Student]) -> None:
        """Do a fault of the plan; what lasts is mended by itself after its time."""
        self._rig.done[fault.kind] += 1
        if fault.kind == "foreign":
            self._order_elsewhere(students[int(fault.at * 10) % len(students)])
        else:
            self._inject[fault.kind](fault)

    def deploy(self, half: int | None, *, changed_ones: bool = False) -> None:
        """Have every worker and the web end one after the other, and start again: old and new ones side by side.

        Beside a release every second one starts with its code, none without a `half`; or only those that are changed.
        """
        for number, name in enumerate((*WORKERS, "web")):
            is_before = half is not None and (number + half) % 2 and (name != "web" or SESSIONS_GO_ON)
            code = "before" if self._rig.beside_release and is_before else "present"
            if not (changed_ones and self._codes.get(name, "present") == code):
                self._codes[name] = code
                self._rig.later(number, self._restart, name, code)

    def mend_everything(self) -> None:
        """End all that still lasts."""
        rig = self._rig
        rig.cancel_timers()
        for name in (*WORKERS, "beat", "redis", "web"):
            rig.command("signal", name, "SIGCONT")
        rig.command("end", "beat-2")
        rig.command("clock", "0")
        rig.behave()
        rig.behave(wire="")
        rig.push.is_busy = False
        if rig.beside_release:  # the upgrade comes to its end
            self.deploy(None, changed_ones=True)
        for sink in (rig.mail, rig.push):
            sink.stop()
            sink.start()

    def _kill(self, fault: Fault) -> None:
        self._rig.command(*_place(fault.what), "SIGKILL")
        if fault.what == "sandbox":
            self._rig.later(1.5, self._rig.behave)

    def _stop(self, fault: Fault) -> None:
        self._stop_for(fault.seconds, *_place(fault.what))

    def _stop_for(self, seconds: float, *place: str) -> None:
        if self._rig.command(*place, "SIGSTOP"):
            self._rig.later(seconds, self._rig.command, *place, "SIGCONT")

    def _mood(self, fault: Fault) -> None:
        self._rig.behave(fault.what)
        self._rig.later(fault.seconds, self._rig.behave)

    def _wire(self, fault: Fault) -> None:
        self._rig.behave(wire=fault.what)
        self._rig.later(fault.seconds, self._rig.behave, "", "")

    def _redis(self, fault: Fault) -> None:
        if fault.what == "flush":
            with contextlib.suppress(redis.RedisError):
                redis.Redis.from_url(self._rig.addresses["REDIS_URL"], socket_timeout=2).flushall()
        elif fault.what == "kill":
            self._rig.command("signal", "redis", "SIGKILL")
        else:
            self._stop_for(fault.seconds, "signal", "redis")

    def _postgres(self, fault: Fault) -> None:
        if fault.what == "full":
            take_connections(self._rig.addresses["DATABASE_URL"], fault.seconds)
        else:
            self._rig.command("leader", "postgres", _SHUTDOWNS[fault.what])

    def _beat(self, fault: Fault) -> None:
        if fault.what == "none":
            self._rig.command("signal", "beat", "SIGSTOP")
            self._rig.later(fault.seconds, self._rig.command, "signal", "beat", "SIGCONT")
        else:
            self._rig.command("start", "beat-2")
            self._rig.later(fault.seconds, self._rig.command, "end", "beat-2")

    def _mail(self, fault: Fault) -> None:
        self._rig.mail.stop()
        self._rig.later(fault.seconds, self._rig.mail.start)

    def _push(self, fault: Fault) -> None:
        push = self._rig.push
        if fault.what == "away":
            push.stop()
            self._rig.later(fault.seconds, push.start)
        else:
            push.is_busy = True
            self._rig.later(fault.seconds, setattr, push, "is_busy", False)

    def _clock(self, fault: Fault) -> None:
        self._rig.command("clock", fault.what)
        self._rig.later(fault.seconds, self._rig.command, "clock", "0")

    def _order_elsewhere(self, student: Student) -> None:
        reference = str(uuid4())
        self._rig.foreign.append(reference)  # whatever is answered: answers are lost on the way, too
        order_elsewhere(self._rig.http, self._rig.sandbox, student, reference, self._rig.photo)
        self._rig.later(COLLECTED_AFTER, student.collect_what_is_there, self._rig.http)

    def _restart(self, name: str, code: str) -> None:
        self._rig.command("code", name, code)
        self._rig.command("leader", name, "SIGTERM")


def _place(what: str) -> tuple[str, str]:
    """Return how a command to the portal's process names a process: one of the web's children, or a service."""
    return ("child", "web") if what == "web's child" else ("signal", what)
