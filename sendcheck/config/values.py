"""What values must be beyond their kind: rules that exist, pipelines that are installed, addresses that stay on this machine, sockets that can be."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from sendcheck.config.listen import parsed
from sendcheck.errors import ConfigError
from sendcheck.pipeline.registry import Registry, unknown
from sendcheck.reading.allowheader import ALLOW_HEADER

#: Hosts (and hosts below them) that belong to LanguageTool's makers.
PUBLIC_LANGUAGETOOL = ("languagetool.org", "languagetoolplus.com", "languagetool.com")


def shown(value: Any) -> str:
    """A value as a message names it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"“{value}”" if isinstance(value, str) else str(value)[:60]


def check_values(values: dict[str, Any], registry: Registry, origins: dict[str, str]) -> None:
    """Raise ConfigError, with the place, for values that fit their kind and can still not be used."""
    for slug in values["required"]:
        if slug not in registry.rules:
            raise ConfigError(f"{origins.get('required', 'required')}: {unknown('rule', slug, registry.rules)}")
    from sendcheck.data import languages_with

    _check_models(values, origins)
    _check_languagetool(values, origins)
    _check_milter(values, origins)
    for language in values["languages"]:
        if language not in languages_with("function_words.toml"):
            raise ConfigError(f"{origins.get('languages', 'languages')}: {unknown('language', language, languages_with('function_words.toml'))}")


def _check_languagetool(values: dict[str, Any], origins: dict[str, str]) -> None:
    """Text goes to this machine, or where the user says it may; never to the public servers (INTEGRATION, §5)."""
    url = str(values["languagetool.url"])
    if not url:
        return
    at = origins.get("languagetool.url", "languagetool.url")
    host = languagetool_host(url)
    if not host:
        raise ConfigError(f"{at}: “languagetool.url” is “{url}”, but must be an address like http://localhost:8081")
    if host.endswith(PUBLIC_LANGUAGETOOL):
        raise ConfigError(f"{at}: {host} is LanguageTool's public server: no mail is ever sent there. Install it here: sendcheck languagetool install")
    if not is_loopback(host) and not values["languagetool.allow-remote"]:
        raise ConfigError(
            f"{at}: “languagetool.url” names {host}, another machine: the text of every mail would go there. "
            "If that is meant, add allow-remote = true below [languagetool]; every report will say so"
        )


def _check_milter(values: dict[str, Any], origins: dict[str, str]) -> None:
    """What a milter could only fail on while mails wait."""

    def wrong(name: str, must: str) -> ConfigError:
        return ConfigError(f"{origins.get(name, name)}: “{name}” is {shown(values[name])}, but must be {must}")

    kind, path, address, _port = parsed(values["milter.socket"])
    if not kind:
        raise wrong("milter.socket", "unix:/PATH or inet:PORT@ADDRESS")
    if kind == "unix" and len(os.fsencode(path)) > 100:
        raise wrong("milter.socket", "a shorter path: a Unix socket's has 107 bytes at most")
    if kind == "inet" and not is_loopback(address) and not values["milter.allow-remote"]:
        raise wrong("milter.socket", "on loopback (127.0.0.1), or allow-remote = true below [milter]: mails cross the network unencrypted there")
    if not re.fullmatch(r"0?[0-7]{3}", values["milter.socket-mode"]):
        raise wrong("milter.socket-mode", "three octal digits like 0660")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,60}", values["milter.tag-header"]) or values["milter.tag-header"].lower() == ALLOW_HEADER:
        raise wrong("milter.tag-header", "the name of a header, as X-Sendcheck")
    if not re.fullmatch(r"[ -~]{0,200}", values["milter.help"]):
        raise wrong("milter.help", "one line of at most 200 ASCII characters")
    for name, least in (("workers", 0), ("queue", 1), ("memory", 1)):
        if values[f"milter.{name}"] < least:
            raise wrong(f"milter.{name}", f"at least {least}")


def languagetool_host(url: str) -> str:
    """The host of a LanguageTool address, in lower case; "" if it is none."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        return (parts.hostname or "").rstrip(".") if parts.scheme in {"http", "https"} and parts.port != 0 and not parts.username else ""
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether a host is this machine's loopback interface, by its name alone: names are not looked up."""
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_models(values: dict[str, Any], origins: dict[str, str]) -> None:
    """A pipeline that is named but not there is an error before any mail is read."""
    from importlib.util import find_spec

    for name, value in values.items():
        if not (name.startswith("language.") and name.endswith(".model") and value):
            continue
        try:
            folder = "/" in value or "\\" in value  # a name alone is a package's: whatever folder of that name the command happens to stand above
            found = (Path(value) / "meta.json").is_file() if folder else find_spec(value) is not None
        except (ImportError, ValueError):
            found = False
        if not found:
            raise ConfigError(
                f"{origins.get(name, name)}: “{name}” names the spaCy pipeline “{value}”, which is not installed: "
                f"install it into this environment (python -m spacy download {value}, or pip install a wheel of it), name a folder that holds one, "
                "or leave the key out to use the pipeline that sendcheck ships"
            )
