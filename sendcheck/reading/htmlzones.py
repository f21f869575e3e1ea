"""The marks that mail clients leave in HTML around what they quote, and the colour of what stands in it."""

from __future__ import annotations

import colorsys
import re

from sendcheck.reading.zone import Zone

#: What holds quoted mail and nothing else: Yahoo, Outlook on the web, on the Mac and on phones, Zimbra, Tuta, Spark, GMX, Zoho's own mail.
_TRAIL = (
    "yahoo_quoted", "divrplyfwdmsg", "tutanota_quote", "olk_src_body_section", "ms-outlook-mobile-reference-message", "mail-editor-reference-message",
    "fairemail_quote", "missive_quote",
)  # fmt: skip
#: What also holds answers between quoted pieces, or a whole text of a program that borrows the name: Gmail, K-9, Proton, Zoho.
_CONTAINER = ("gmail_quote", "protonmail_quote", "zmail_extra")
#: The line that says who is quoted, whatever its language: Gmail, Thunderbird, Roundcube, older Outlook.
_HEAD = ("gmail_attr", "moz-cite-prefix", "reply-intro", "outlookmessageheader", "divrplyfwdmsg")
_SIGNATURE = ("gmail_signature", "moz-signature", "ms-outlook-mobile-signature", " signature ", "x_signature", "protonmail_signature")
_NAMED = {"quote", "messagereplysection"}
_COLOR = re.compile(r"(?<![\w-])color\s*:\s*([^;!\"']+)", re.I)
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})\s*[, ]\s*(\d{1,3})\s*[, ]\s*(\d{1,3})")
#: The named colours that people write answers in.
_NAMES = {
    "red", "darkred", "crimson", "firebrick", "maroon", "orangered", "tomato", "orange", "darkorange", "green", "darkgreen", "forestgreen", "seagreen", "lime",
    "limegreen", "olive", "teal", "blue", "darkblue", "mediumblue", "navy", "royalblue", "dodgerblue", "steelblue", "purple", "indigo", "magenta", "fuchsia",
    "darkmagenta", "violet", "darkviolet", "blueviolet", "hotpink", "deeppink", "brown", "chocolate", "aqua", "cyan", "darkcyan", "goldenrod", "gold",
}  # fmt: skip
_LEAST_SATURATION, _LIGHTEST = 0.3, 0.85


def zone_inside(tag: str, attributes: dict[str, str | None], zone: Zone) -> Zone:
    """The zone inside an element, by the marks of the clients."""
    names = f" {attributes.get('class') or ''} {attributes.get('id') or ''} ".lower()
    if tag == "blockquote":
        cited = (attributes.get("type") or "").lower() == "cite" or "quote" in names or "cite" in names
        zone = zone._replace(depth=zone.depth + 1, cited=zone.cited or cited)
    elif tag in {"pre", "code", "samp", "kbd", "tt"}:
        zone = zone._replace(code=True)
    elif tag == "a":
        zone = zone._replace(color="")
    if names.strip() or "name" in attributes or "data-marker" in attributes:
        zone = _marked(tag, names, attributes, zone)
    color = attributes.get("color") if tag == "font" else None
    styled = _COLOR.search(attributes.get("style") or "")
    if styled is not None or color:
        zone = zone._replace(color=_vivid((styled[1] if styled is not None else color or "").strip().lower()))
    return zone


def _marked(tag: str, names: str, attributes: dict[str, str | None], zone: Zone) -> Zone:
    marker = (attributes.get("data-marker") or "").lower()
    if "forward-container" in names:
        zone = zone._replace(forward=True)
    if any(mark in names for mark in _TRAIL) or (attributes.get("name") or "").lower() in _NAMED or marker in {"__headers__", "__quoted_text__"}:
        zone = zone._replace(trail=True)
    if tag != "blockquote" and any(mark in names for mark in _CONTAINER):
        zone = zone._replace(container=True)
    if any(mark in names for mark in _HEAD):
        zone = zone._replace(head=True)
    if any(mark in names for mark in _SIGNATURE):
        zone = zone._replace(signature=True)
    return zone


def _vivid(color: str) -> str:
    """A colour as red, green and blue in hex; "" for black, white, grey and what is no colour."""
    if color in _NAMES:
        return color
    found = _RGB.match(color)
    if found:
        parts = [min(255, int(part)) for part in found.groups()]
    elif re.fullmatch(r"#?[0-9a-f]{6}", color):
        parts = [int(color.lstrip("#")[at : at + 2], 16) for at in (0, 2, 4)]
    elif re.fullmatch(r"#[0-9a-f]{3}", color):
        parts = [int(digit * 2, 16) for digit in color[1:]]
    else:
        return ""
    _hue, light, saturation = colorsys.rgb_to_hls(*(part / 255 for part in parts))
    return "".join(f"{part:02x}" for part in parts) if saturation >= _LEAST_SATURATION and 0.08 < light < _LIGHTEST else ""
