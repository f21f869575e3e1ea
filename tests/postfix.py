"""A Postfix of the tests' own on loopback: its whole configuration and queue in a folder, and what it delivers in another (needs root)."""

from __future__ import annotations

import os
import shutil
import smtplib
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.sink import free_port

_MAIN = """
compatibility_level = 3.6
queue_directory = {t}/queue
data_directory = {t}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {t}/maillog
maillog_file_prefixes = {t}
myhostname = pf.test.invalid
mydestination =
local_recipient_maps =
local_transport = error:none
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
default_transport = relay:[127.0.0.1]:{sink}
smtpd_milters = {socket}
milter_default_action = {default}
milter_connect_timeout = 3s
milter_command_timeout = 4s
milter_content_timeout = {content}s
smtpd_error_sleep_time = 0
smtpd_soft_error_limit = 1000
smtpd_hard_error_limit = 2000
smtpd_client_connection_count_limit = 0
smtpd_sasl_auth_enable = {logins}
smtpd_sasl_type = dovecot
smtpd_sasl_path = {sasl}
message_size_limit = 104857600
"""
_MASTER = """
127.0.0.1:{port} inet n - n - 100 smtpd
pickup    unix  n - n 60 1 pickup
flush     unix  n - n 1000? 0 flush
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
anvil     unix  - - n - 1 anvil
showq     unix  n - n - - showq
postlog   unix-dgram n - n - 1 postlogd
relay     unix  - - n - - smtp
"""


@dataclass(frozen=True)
class Postfix:
    """A running one."""

    folder: Path
    port: int

    def client(self) -> smtplib.SMTP:
        client = smtplib.SMTP("127.0.0.1", self.port, timeout=90)
        client.ehlo("ci")
        return client

    def send(self, raw: bytes, *recipients: str, sender: str = "ola@tallmo.no", client: smtplib.SMTP | None = None) -> tuple[int, str]:
        """Code and text of the answer; at MAIL, RCPT or after the content."""
        own = client or self.client()
        try:
            code, text = own.mail(sender)
            for recipient in recipients if code == 250 else ():
                code, text = own.rcpt(recipient)
            if code == 250:
                try:
                    code, text = own.data(raw)
                except smtplib.SMTPDataError as error:
                    code, text = error.smtp_code, error.smtp_error  # type: ignore[assignment]
            else:
                own.rset()
            return code, (text if isinstance(text, bytes) else str(text).encode()).decode("utf-8", "replace")
        finally:
            if client is None:
                own.close()

    def is_empty(self) -> bool:
        """Whether nothing waits, holds aside."""
        return all('"queue_name": "hold"' in line for line in self.queue().splitlines())

    def queue(self) -> str:
        """``postqueue -j``: what waits or is on hold."""
        done = subprocess.run(["postqueue", "-c", str(self.folder / "conf"), "-j"], capture_output=True, text=True, check=False)
        return done.stdout

    def log(self) -> str:
        return (self.folder / "maillog").read_text("utf-8", "replace")


def is_here() -> bool:
    return shutil.which("postfix") is not None and os.geteuid() == 0


@contextmanager
def running(milter: str, sink: int, default: str = "tempfail", sasl: Path | None = None, content: int = 30) -> Iterator[Postfix]:
    """One that asks the milter at *milter*, does *default* without an answer, and hands on to the loopback port *sink*.

    ``sasl``: the socket of a server of logins.
    """
    folder = Path(tempfile.mkdtemp(prefix="pf-", dir="/tmp"))  # a short path, that user postfix can enter
    folder.chmod(0o755)
    port = free_port()
    for name in ("conf", "queue", "data"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    values = {
        "t": folder,
        "sink": sink,
        "socket": milter,
        "default": default,
        "port": port,
        "sasl": sasl or "nobody",
        "logins": "yes" if sasl else "no",
        "content": content,
    }
    (folder / "conf" / "main.cf").write_text(_MAIN.format(**values))
    (folder / "conf" / "master.cf").write_text(_MASTER.format(**values))
    conf = str(folder / "conf")
    subprocess.run(["postfix", "-c", conf, "start"], capture_output=True, check=True)
    try:
        found = Postfix(folder, port)
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                found.client().close()
                break
            except smtplib.SMTPException:  # it answers: no
                break
            except OSError:
                time.sleep(0.05)
        yield found
    finally:
        subprocess.run(["postfix", "-c", conf, "stop"], capture_output=True, check=False)
        shutil.rmtree(folder, ignore_errors=True)
