"""The example mails give exactly what they declare; the mended twins pass with one line."""

from __future__ import annotations

import json
import tomllib

import pytest

from tests.conftest import ROOT, Run

FOLDER = ROOT / "docs" / "examples"
EXAMPLES = tomllib.loads((FOLDER / "expected.toml").read_text("utf-8"))["example"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e["mail"])
def test_example(sendcheck: Run, example: dict[str, object]) -> None:
    learnt = next((e["history"] for e in reversed(EXAMPLES[: EXAMPLES.index(example) + 1]) if "history" in e), None)
    if learnt is not None:
        assert sendcheck("learn", str(learnt), cwd=FOLDER).returncode == 0
    parent = ["--parent", str(example["parent"])] if "parent" in example else []
    folder = FOLDER / str(example.get("folder", ""))
    done = sendcheck("check", str(example["mail"]), *parent, "--format", "json", cwd=folder)
    assert [f["rule"] for f in json.loads(done.stdout)["mails"][0]["findings"]] == example["findings"]
    if not example["findings"]:
        assert sendcheck("check", str(example["mail"]), *parent, cwd=folder).stdout.count("\n") == 1


def test_every_example_mail_is_declared() -> None:
    used = {e["mail"] for e in EXAMPLES if "folder" not in e} | {e["parent"] for e in EXAMPLES if "parent" in e}
    assert {str(p.relative_to(FOLDER)) for p in FOLDER.rglob("*.eml")} == used
