"""As much of systemctl(1) as the manual asks for, where systemd is not process 1: units are started as systemd.exec(5) says.

Taken from the unit: ExecStart, User, Group, Environment, UMask, RuntimeDirectory, ConfigurationDirectory, ProtectSystem=strict with ReadWritePaths, PrivateTmp,
NoNewPrivileges, an empty CapabilityBoundingSet, Type=notify. Not: filters of system calls and addresses, limits, restarting.
"""

from __future__ import annotations

import os
import pwd
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

from tests.namespaces import PATH

_UNITS = Path("/etc/systemd/system")
_START = """set -e
mount --make-rprivate /
for path in $WRITABLE; do mount --bind "$path" "$path"; done
mount -o remount,bind,ro /
if [ "$PRIVATE_TMP" = yes ]; then mount -t tmpfs none /tmp; fi
umask "$MASK"
exec "$@"
"""


def unit_of(name: str) -> dict[str, list[str]]:
    """Key to values of a unit's file."""
    found: dict[str, list[str]] = {}
    for line in (_UNITS / f"{name}.service").read_text("utf-8").splitlines():
        key, mark, value = line.partition("=")
        if mark and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def start(name: str) -> None:
    """Start a unit's program, and wait until it says that it is ready."""
    unit = unit_of(name)

    def one(key: str, default: str = "") -> str:
        return unit.get(key, [default])[-1]

    user = pwd.getpwnam(one("User", "root"))
    runtime = Path("/run", one("RuntimeDirectory", name))
    runtime.mkdir(mode=int(one("RuntimeDirectoryMode", "0755"), 8), exist_ok=True)
    os.chown(runtime, user.pw_uid, user.pw_gid)
    Path("/etc", one("ConfigurationDirectory", name)).mkdir(exist_ok=True)
    writable = [str(runtime), "/run/systemd"]
    for path in " ".join(unit.get("ReadWritePaths", [])).split():
        if not path.startswith("-") or Path(path[1:]).exists():
            writable.append(path.removeprefix("-"))
    Path("/run/systemd").mkdir(mode=0o755, exist_ok=True)
    ready = Path("/run/systemd/notify")
    ready.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
        notified.bind(str(ready))
        ready.chmod(0o777)
        own = dict(pair.split("=", 1) for value in unit.get("Environment", []) for pair in shlex.split(value))
        environ = {
            "PATH": PATH,
            "RUNTIME_DIRECTORY": str(runtime),
            "NOTIFY_SOCKET": str(ready),
            **own,
        }
        lost = ["--bounding-set=-all", "--inh-caps=-all"] if one("CapabilityBoundingSet", "all") == "" else []
        privileges = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--init-groups", "--no-new-privs", *lost]
        program = [*privileges, "env", "-i", *(f"{k}={v}" for k, v in environ.items()), *shlex.split(one("ExecStart"))]
        process = subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", _START, "sh", *program],
            env={"PATH": environ["PATH"], "WRITABLE": " ".join(writable), "PRIVATE_TMP": one("PrivateTmp"), "MASK": one("UMask", "0022")},
            stdin=subprocess.DEVNULL,
            stdout=Path(f"/run/{name}.log").open("ab"),  # noqa: SIM115 - the program's own
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        Path(f"/run/{name}.pid").write_text(str(process.pid))
        notified.settimeout(float(one("TimeoutStartSec", "90")))
        try:
            while b"READY=1" not in notified.recv(4096).split(b"\n"):
                pass
        except TimeoutError:
            sys.exit(f"{name} did not become ready: " + Path(f"/run/{name}.log").read_text())


def pid_of(name: str) -> int:
    """The process of a unit that was started."""
    return int(Path(f"/run/{name}.pid").read_text())


def main() -> None:
    """Do as asked."""
    verb, *names = (word for word in sys.argv[1:] if word != "--now")
    if verb == "daemon-reload":
        return
    (name,) = names
    if name == "postfix" and verb == "restart":
        subprocess.run(["postfix", "stop"], capture_output=True, check=False)
        subprocess.run(["/usr/lib/postfix/configure-instance.sh", "-"], check=True)
        subprocess.run(["postfix", "start"], check=True)
    elif verb in {"enable", "start"}:
        start(name)
    elif verb == "reload":
        os.kill(pid_of(name), signal.SIGHUP)
    elif verb in {"stop", "kill"}:
        os.kill(pid_of(name), signal.SIGTERM if verb == "stop" else signal.SIGKILL)
    else:
        sys.exit(f"this systemctl knows no {verb} {name}")


if __name__ == "__main__":
    main()
