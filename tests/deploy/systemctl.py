#!/usr/bin/python3
"""Stand-in for systemctl on a machine without systemd: starts what a unit says, as its user, with its variables.

It reads the units themselves, so that a wrong path, user, variable or option fails as it would under systemd.
Dependencies, restarts and hardening are not imitated, but for one: a folder that a unit may not write, because it is
not below one of `ReadWritePaths`, is an error where one of its variables names it.
"""

import contextlib
import os
import pwd
import re
import shlex
import socket
import subprocess
import sys
import time
from pathlib import Path

UNITS = Path("/etc/systemd/system")
LOGS = Path("/var/log/units")
OF_DEBIAN = {
    "postgresql": ["pg_ctlcluster", "15", "main", "restart"],
    "redis-server": ["redis-server", "/etc/redis/redis.conf", "--daemonize", "yes"],
    "nginx": ["sh", "-c", "nginx -s reload 2>/dev/null || nginx"],
    "systemd-journald": ["true"],
    **{
        name: [
            "sh",
            "-c",
            f". /etc/default/{name}; cd /var/lib/prometheus; {name} $ARGS >/var/log/{name}.log 2>&1 &",
        ]
        for name in ("prometheus", "prometheus-alertmanager")
    },
}


def main(verb: str, *arguments: str) -> int:
    """Do what is asked, and return the exit code."""
    names = [argument for argument in arguments if not argument.startswith("-")]
    if verb == "daemon-reload":
        return 0
    if verb in {"restart", "reload"} and set(names) <= OF_DEBIAN.keys():
        return max(subprocess.run(OF_DEBIAN[name], check=False).returncode for name in names)
    if verb in {"enable", "start", "restart"}:
        for name in names:
            start(name)
        return 0
    if verb == "stop":
        for name in names:
            stop(name)
        return 0
    sys.stderr.write(f"systemctl {verb} is not imitated\n")
    return 1


def read(name: str) -> dict[str, list[str]]:
    """Return the values of each name of a unit; those of its template, where it is an instance."""
    path = UNITS / re.sub(r"@[^.]*", "@", name)
    found: dict[str, list[str]] = {}
    for line in path.read_text().splitlines():
        if "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value.replace("%i", instance(name)).replace("%H", "machine"))
    return found


def instance(name: str) -> str:
    return name.partition("@")[2].rpartition(".")[0]


def start(name: str) -> None:
    """Start a unit, and all that a target wants; a timer waits for its hour."""
    unit = read(name)
    if name.endswith(".target"):
        for wanted in " ".join(unit["Wants"]).split():
            start(wanted)
    elif name.endswith(".service"):
        run(name, unit)


def stop(name: str) -> None:
    """Stop a unit, and of a target all that is part of it."""
    if name.endswith(".target"):
        for pid_file in LOGS.glob("*.service.pid"):
            if name in read(pid_file.stem).get("PartOf", []):
                stop(pid_file.stem)
    elif name.endswith(".service") and (LOGS / f"{name}.pid").exists():
        pid = int((LOGS / f"{name}.pid").read_text())
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 15)
        for _ in range(600):
            if not Path(f"/proc/{pid}").exists() or " Z " in Path(f"/proc/{pid}/stat").read_text():
                break
            time.sleep(0.1)


def run(name: str, unit: dict[str, list[str]]) -> None:
    """Run a service: one of the type `oneshot` to its end."""
    pid_file = LOGS / f"{name}.pid"
    stop(name)  # its port is free when it has ended
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    for file in unit.get("EnvironmentFile", []):
        for line in Path(file).read_text().splitlines():
            if line and not line.startswith("#"):
                key, _, value = line.partition("=")
                environment[key] = "".join(shlex.split(value)) if value[:1] in {"'", '"'} else value
    words = []
    for word in shlex.split(unit["ExecStart"][0]):
        if word.startswith("${"):
            words.append(environment[word[2:-1]])
        elif word.startswith("$"):
            words += environment[word[1:]].split()
        else:
            words.append(word)
    refuse_folders(name, unit, environment)
    listener = listen(name)
    user = pwd.getpwnam(unit["User"][0]) if "User" in unit else None

    def prepare() -> None:
        if listener is not None:
            os.dup2(listener.fileno(), 3)
            os.set_inheritable(3, True)  # it may have been 3 before
        os.umask(int(unit.get("UMask", ["0022"])[0], 8))
        if user:
            os.initgroups(user.pw_name, user.pw_gid)
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)

    if listener is not None:
        # Its own pid is known only after the fork.
        words = ["/bin/sh", "-c", f"LISTEN_FDS=1 LISTEN_PID=$$ exec {shlex.join(words)}"]
    LOGS.mkdir(exist_ok=True)
    with (LOGS / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            words,
            cwd=unit.get("WorkingDirectory", ["/"])[0],
            env=environment,
            stdout=log,
            stderr=log,
            close_fds=listener is None,
            preexec_fn=prepare,
            start_new_session=True,
        )
    if unit.get("Type") == ["oneshot"]:
        accepted = {0, *map(int, " ".join(unit.get("SuccessExitStatus", [])).split())}
        if process.wait() not in accepted:
            raise SystemExit(f"{name} has failed: {(LOGS / f'{name}.log').read_text()[-2000:]}")
        for follower in unit.get("OnSuccess", []):
            start(follower.replace("%N", name.removesuffix(".service")))
    else:
        pid_file.write_text(str(process.pid))


def refuse_folders(name: str, unit: dict[str, list[str]], environment: dict[str, str]) -> None:
    """End with an error where a variable names a folder which its unit would find read-only."""
    allowed = [Path(path.removeprefix("-")) for path in " ".join(unit.get("ReadWritePaths", [])).split()]
    runs_the_portal = "/.venv/bin/" in unit["ExecStart"][0]
    names = ("DATA_DIR", "METRICS_DIR", "REFERENCES_FILE") if runs_the_portal else ()
    for path in (Path(environment[key]) for key in names if key in environment):
        if unit.get("ProtectSystem") == ["strict"] and not {path, *path.parents} & {*allowed}:
            raise SystemExit(f"{name} may not write to {path}")


def listen(name: str) -> "socket.socket | None":
    """Open the socket of a service that has one."""
    path = UNITS / name.replace(".service", ".socket")
    if not path.exists():
        return None
    host, _, port = read(path.name)["ListenStream"][0].rpartition(":")
    return socket.create_server((host, int(port)), backlog=128)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
