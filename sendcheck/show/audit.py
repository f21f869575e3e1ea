"""What an audit found, as a table for people, JSON, or CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence

from sendcheck.pipeline.audit import UNDATED, Sums


def as_json(sums: Sums) -> str:
    """Everything, with a line end."""
    return json.dumps(sums.told(), indent=2, ensure_ascii=False) + "\n"


def as_csv(sums: Sums) -> str:
    """One line for each month and rule: month, mails of it, rule, mails with an error or warning of the rule."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["month", "mails", "rule", "mails_with_it"])
    for month, counts in sorted(sums.by_month.items()):
        writer.writerow([month, counts["mails"], "", counts["shown"]])
        for rule, count in sorted(sums.rules_by_month.get(month, {}).items()):
            writer.writerow([month, counts["mails"], rule, count])
    return out.getvalue()


def as_text(sums: Sums, colour: bool = False) -> str:
    """Sums, then rules by how often they fail a mail and how often they speak, then months with their most frequent rules."""

    def bold(text: str) -> str:
        return f"\033[1m{text}\033[0m" if colour else text

    if not sums.mails:
        return "no mails were checked\n"
    fail, incomplete = sums.verdicts["fail"], sums.verdicts["incomplete"]
    stopped = f"{fail:,} would have been stopped ({_share(fail, sums.mails)})"
    shown = f"{sums.shown:,} show a warning or more ({_share(sums.shown, sums.mails)})"
    lines = [bold(f"{sums.mails:,} mails: {stopped}, {shown}")]
    if incomplete:
        lines.append(f"{incomplete:,} could not be checked fully")
    lines += ["", *_rules(sums, bold), "", *_months(sums, bold)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _rules(sums: Sums, bold: Callable[[str], str]) -> list[str]:
    totals: dict[str, dict[str, int]] = {}
    for (rule, severity), count in sums.by_rule.items():
        totals.setdefault(rule, {})[severity] = count
    rows = [["rule", "stops", "errors", "warnings", "notes", "per 1,000"]]
    for rule, counts in sorted(totals.items(), key=lambda item: (-sums.failed[item[0]], -_loud(item[1]), item[0])):
        cells = [sums.failed[rule], *(counts.get(s, 0) for s in ("error", "warning", "note"))]
        rows.append([rule, *(f"{n:,}" if n else "" for n in cells), f"{1000 * _loud(counts) / sums.mails:.1f}" if _loud(counts) else ""])
    return _table(rows, bold) if len(rows) > 1 else ["no rule fired"]


def _months(sums: Sums, bold: Callable[[str], str]) -> list[str]:
    rows = [["month", "mails", "stopped", "shown", "most frequent"]]
    for month, counts in sorted(sums.by_month.items(), key=lambda item: (item[0] == UNDATED, item[0])):
        most = sums.rules_by_month.get(month)
        told = ", ".join(f"{rule} {count:,}" for rule, count in sorted(most.items(), key=lambda p: (-p[1], p[0]))[:3]) if most else ""
        rows.append([month, *(f"{counts[name]:,}" if counts[name] else "" for name in ("mails", "fail", "shown")), told])
    return _table(rows, bold, last_left=True)


def _loud(counts: dict[str, int]) -> int:
    return counts.get("error", 0) + counts.get("warning", 0)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %"


def _table(rows: Sequence[Sequence[str]], bold: Callable[[str], str], last_left: bool = False) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    out = []
    for number, row in enumerate(rows):
        cells = [
            cell.ljust(width) if i == 0 or (last_left and i == len(row) - 1) else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        line = "  ".join(cells).rstrip()
        out.append(bold(line) if number == 0 else line)
    return out
