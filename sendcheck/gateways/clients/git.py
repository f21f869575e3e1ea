"""git send-email: its hook ``sendemail-validate`` (githooks(5)), a shell script that may hold other things too."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

from sendcheck.gateways.clients.base import HookError, TextClient, program


class Git(TextClient):
    """The hook of one repository."""

    name = "git"
    executable = True
    bare = ("", "#!/bin/sh")

    def target(self, where: Path | None) -> Path:
        """The hook's file of a repository. Raises HookError outside one."""
        repository = where or Path.cwd()
        try:
            done = subprocess.run(
                ["git", "-C", str(repository), "rev-parse", "--git-path", "hooks/sendemail-validate"], capture_output=True, text=True, check=False
            )
        except OSError as error:
            raise HookError("git is not installed") from error
        if done.returncode != 0:
            raise HookError(f"{repository} is not in a git repository: run this inside one, or name it with --path")
        path = Path(done.stdout.strip())
        return path if path.is_absolute() else (repository / path).resolve()

    def put_in(self, text: str, path: Path) -> str:
        """Our lines first, since a script may end early."""
        command = " ".join(shlex.quote(word) for word in program())
        block = self.block(f'{command} hook run git "$@" || exit $?')
        if not text.strip():
            return "#!/bin/sh\n" + block
        first, newline, rest = text.partition("\n")
        if not first.startswith("#!") or not re.search(r"\b(?:ba|da|k|z)?sh\b", first):
            raise HookError(f'{path} is there already and is no shell script: call “{command} hook run git "$@"” from it yourself')
        return first + (newline or "\n") + block + rest

    def remark(self, text: str, path: Path) -> str:
        """git passes over a hook that is not executable."""
        return "" if os.access(path, os.X_OK) else "the hook is not executable: git skips it (chmod +x)"


CLIENT = Git()
