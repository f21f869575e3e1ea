"""Run behind the commands of docs/howto/postfix.md: what a mail meets then."""

from __future__ import annotations

import json
import smtplib
import subprocess
from pathlib import Path

from tests.conftest import BAD, GOOD
from tests.debian.systemctl import pid_of
from tests.sink import serving, wait

KARI = "kari.holm@nordbank.no"
POLICY = Path("/etc/sendcheck/policy.toml")
SERVICE = "sendcheck-milter"


def told(*command: str) -> str:
    """What a command prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def send(raw: bytes) -> tuple[int, str]:
    """Hand a mail to Postfix; code and text of the answer."""
    with smtplib.SMTP("127.0.0.1", 25, timeout=60) as client:
        try:
            client.sendmail("ola@acme.example", [KARI], raw)
        except smtplib.SMTPSenderRefused as error:
            return error.smtp_code, str(error.smtp_error)
        except smtplib.SMTPDataError as error:
            return error.smtp_code, str(error.smtp_error)
        return 250, ""


def counts() -> dict[str, dict[str, int]]:
    """What the milter counted."""
    found: dict[str, dict[str, int]] = json.loads(told("sendcheck", "milter", "status", "--format", "json"))
    return found


def main() -> None:
    """Every answer that the page promises for the house that it describes."""
    with serving() as sink:
        told("postconf", "-e", f"default_transport=smtp:[127.0.0.1]:{sink.port}")
        told("postfix", "reload")
        assert told("postconf", "-F", "smtp/inet/chroot").split()[-1] == "y", "Debian's smtpd is chrooted"
        user = told("ps", "-o", "user=", "-p", str(pid_of(SERVICE))).strip()
        assert user == "sendcheck", user
        assert wait(lambda: send(GOOD)[0] == 250)
        assert wait(lambda: len(sink.mails) == 1), "it did not come out"
        code, text = send(BAD)
        assert code == 550 and "placeholder-left" in text and "https://intra.acme.example/mail" in text, (code, text)
        assert wait(lambda: counts()["actions"].get("reject") == 1), counts()
        large = GOOD + b"hi there\n" * 1_000_000
        code, text = send(large)
        assert code == 550 and "mail-truncated" in text, (code, text)

        POLICY.write_text(POLICY.read_text().replace("[milter]\n", "[milter]\ndry-run = true\n"))
        told("systemctl", "reload", SERVICE)
        assert wait(lambda: "the configuration was read anew" in Path(f"/run/{SERVICE}.log").read_text())
        assert send(BAD)[0] == 250

        told("systemctl", "kill", SERVICE)
        assert wait(lambda: send(GOOD)[0] == 451), "no milter, no mail"
        told("systemctl", "start", SERVICE)
        assert send(GOOD)[0] == 250
    print("the page holds")


if __name__ == "__main__":
    main()
