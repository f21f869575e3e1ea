"""A common history in a real PostgreSQL: the same answers as the file's, hashes for addresses, each sender apart, and what happens without it."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sendcheck.config.load import load_config
from sendcheck.history.common import CommonLearner, forget_everywhere, prune_everywhere
from sendcheck.history.keys import new_key, read_key
from sendcheck.history.learn import Learner
from sendcheck.history.near import domains, local_parts
from sendcheck.history.postgres import HistoryAway, Server
from sendcheck.history.store import HistoryError
from sendcheck.history.view import HistoryFile
from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.registry import load
from sendcheck.reading.sources import Source
from sendcheck.understanding.acquaintance import Draft
from sendcheck.understanding.lookalikes import Domains, domain_slip, local_slip
from tests import postgres
from tests.conftest import Run, require
from tests.test_history import DAY, ME, mail

OTHER = "per@tallmo.no"


@pytest.fixture(scope="module")
def database() -> Iterator[postgres.Server]:
    require(postgres.is_here(), "PostgreSQL")
    with postgres.running() as server:
        yield server


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "history.key"
    new_key(path)
    return path


@pytest.fixture
def empty(database: postgres.Server) -> postgres.Server:
    with psycopg.connect(database.root, autocommit=True) as db:
        db.execute("DROP SCHEMA public CASCADE")
        db.execute("CREATE SCHEMA public AUTHORIZATION sendcheck")
    return database


def writer(database: postgres.Server, key: Path) -> Server:
    return Server(database.url, read_key(key), writes=True)


def learnt(database: postgres.Server, key: Path, mails: list[bytes]) -> Server:
    server = writer(database, key)
    CommonLearner(server, lambda sender: sender.endswith("@tallmo.no")).run(Source("-", data=raw) for raw in mails)
    return server


def view(database: postgres.Server, key: Path, owner: str) -> HistoryFile:
    server = Server(database.url, read_key(key))
    found = HistoryFile(Path(server.name), server.of(owner), owner)
    found.fresh()
    return found


def mixed() -> list[bytes]:
    """Sixty mails by Ola to some circles, ten by Per to others."""
    circles = ("Kari Holm <kari.holm@nordbank.no>, Nils Moe <nils@nordbank.no>", "Kari Vik <kari@vik.no>", "Nina Berg <nina.berg@fjord.no>, Jon <jon@fjord.no>")
    found = [mail(n, to=circles[n % 3], text=("The loan is ready.", "The boat is late.", "The fish is fresh.")[n % 3]) for n in range(60)]
    return [*found, *(mail(n, to="Siri <siri@skog.no>", sender=f"Per Vik <{OTHER}>", text="The wood is dry.") for n in range(100, 110))]


def test_the_same_answers_as_from_a_file(empty: postgres.Server, key: Path, tmp_path: Path) -> None:
    with Learner(tmp_path / "h.sqlite", (ME,)) as learner:
        learner.take_as_mine((ME,))
        learner.add(mixed())
    file = HistoryFile(tmp_path / "h.sqlite")
    file.fresh()
    learnt(empty, key, mixed())
    common = view(empty, key, ME)
    assert common.mails == file.mails == 60 and common.own() == file.own() == {ME: 60}
    for address in ("kari.holm@nordbank.no", "KARI@vik.no", "jon@fjord.no", "nobody@nowhere.no", "siri@skog.no"):
        one, other = file.person(address), common.person(address)
        assert (one is None) == (other is None), address
        if one is not None and other is not None:
            assert (one.address, one.organisation, one.mails, one.first, one.last) == (other.address, other.organisation, other.mails, other.first, other.last)
            assert file.identities(address) == common.identities(address)
    assert "vik.no" in common.domains() and common.domains()["nordbank.no"] == file.domains()["nordbank.no"] and "skog.no" not in common.domains()
    for slip in ("nordbenk.no", "nordbank.com", "n0rdbank.no", "nordbnak.no", "nord-bank.no", "nordbank.on", "vik.com", "vikk.no", "vil.no", "elsewhere.no"):
        assert set(common.domains_like(slip)) == set(file.domains_like(slip)), slip
    assert len(common.people_named(["kari"])) == len(file.people_named(["kari"])) == 2
    draft = Draft(("kari@vik.no", "nils@nordbank.no"), "The loan", "The loan is ready 61.", None, mail(200))
    mine = {(f.person.address, round(f.score, 6), f.oddity, round(f.text, 6)) for f in file.fits(draft)}
    assert {(f.person.address, round(f.score, 6), f.oddity, round(f.text, 6)) for f in common.fits(draft)} == mine
    twin = next(f for f in view(empty, key, ME).fits(draft) if f.person.address == "kari@vik.no").twins[0].person
    assert twin.hidden and "somebody else" in twin.shown and twin.mailbox.addr == ""
    thread = mail(300, **{"In-Reply-To": "<1@tallmo.no>"})
    assert "kari@vik.no" in file.in_thread(thread) and "kari@vik.no" in common.in_thread(thread) and "x@vik.no" not in common.in_thread(thread)
    assert len(common.shown(["nils@nordbank.no"])) == len(file.shown(["nils@nordbank.no"])) == 20
    assert [p.address for p in common.people_like("karl.holm@nordbank.no")] == ["kari.holm@nordbank.no"]


def test_every_sender_apart(empty: postgres.Server, key: Path) -> None:
    server = learnt(empty, key, mixed())
    ola, per = view(empty, key, ME), view(empty, key, OTHER)
    assert (ola.mails, per.mails) == (60, 10)
    assert ola.person("siri@skog.no") is None and per.person("siri@skog.no") is not None and per.person("kari@vik.no") is None
    with pytest.raises(LookupError):
        Server(empty.url, read_key(key)).of("nobody@tallmo.no")
    owned = server.of(OTHER)
    assert owned.execute("SELECT COUNT(*) FROM mail").fetchone() == (10,)  # no question sees another's rows
    assert owned.execute("DELETE FROM mail").rowcount == 10
    assert view(empty, key, ME).mails == 60
    with psycopg.connect(empty.url) as db:
        assert db.execute("SELECT COUNT(*) FROM person").fetchone() == (0,)  # nobody's, without an owner


def test_the_database_holds_no_address_no_domain_and_no_word(empty: postgres.Server, key: Path) -> None:
    learnt(empty, key, mixed())
    text = empty.dump().lower()
    assert "insert into public.person" in text
    for word in ("kari", "holm", "nordbank", "tallmo", "vik", "loan", "fish", "ola", "nordmann", "plan", "siri"):
        for written in (word, word.encode().hex()):
            assert written not in text.replace("privileges", ""), word


def test_another_key_sees_nothing(empty: postgres.Server, key: Path, tmp_path: Path) -> None:
    learnt(empty, key, mixed())
    other = tmp_path / "other.key"
    new_key(other)
    with pytest.raises(HistoryError, match="another key"):
        Server(empty.url, read_key(other)).of(ME)


def test_what_is_learnt_twice_counts_once(empty: postgres.Server, key: Path) -> None:
    learnt(empty, key, mixed())
    learnt(empty, key, mixed())
    assert view(empty, key, ME).mails == 60


def test_two_nodes_learn_at_once(empty: postgres.Server, key: Path, tmp_path: Path, home: Path) -> None:
    box = tmp_path / "box"
    box.mkdir()
    for number, raw in enumerate(mixed()):
        (box / f"{number}.eml").write_bytes(raw)
    config = _config(empty, key, tmp_path)
    command = [os.sys.executable, "-P", "-m", "sendcheck", "learn", str(box), "--config", str(config)]  # type: ignore[attr-defined]
    nodes = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)]
    for node in nodes:
        _out, err = node.communicate(timeout=60)
        assert node.returncode == 0, err
    assert (view(empty, key, ME).mails, view(empty, key, OTHER).mails) == (60, 10)
    assert view(empty, key, ME).person("kari@vik.no").mails == 20  # type: ignore[union-attr]


def _config(database: postgres.Server, key: Path, folder: Path, more: str = "") -> Path:
    path = folder / "common.toml"
    path.write_text(f'history = "{database.url}"\nhistory-key = "{key}"\ninternal-domains = ["tallmo.no"]\nhistory-keep = "50y"\n{more}\n')
    return path


def test_the_command_line(empty: postgres.Server, key: Path, tmp_path: Path, sendcheck: Run) -> None:
    config = _config(empty, key, tmp_path)
    box = tmp_path / "box"
    box.mkdir()
    for number, raw in enumerate([*mixed(), mail(400, sender="x@elsewhere.no")]):
        (box / f"{number}.eml").write_bytes(raw)
    done = sendcheck("learn", box, "--config", config)
    assert done.returncode == 0 and "learnt 70 mails" in done.stdout and "1 not from you" in done.stdout, done.stderr
    slip = tmp_path / "slip.eml"
    slip.write_bytes(mail(500, to="Kari Holm <kari.holm@nordbamk.no>"))
    found = sendcheck("check", slip, "--config", config)
    assert found.returncode == 1 and "kari.holm@nordbank.no" in found.stdout
    near = tmp_path / "near.eml"
    near.write_bytes(mail(501, to="holm.kari@nordbank.no"))
    assert "kari.holm@nordbank.no" in sendcheck("check", near, "--config", config).stdout
    good = tmp_path / "good.eml"
    good.write_bytes(mail(502))
    assert sendcheck("check", good, "--config", config, "--select", "recipient-lookalike").returncode == 0
    forgot = sendcheck("history", "forget", "kari.holm@nordbank.no", "--config", config)
    assert forgot.returncode == 0 and "20 mails" in forgot.stdout
    assert view(empty, key, ME).person("kari.holm@nordbank.no") is None
    pruned = sendcheck("history", "prune", "--older-than", "2011-04-01", "--config", config)
    assert pruned.returncode == 0 and "dropped" in pruned.stdout
    assert sendcheck("history", "--config", config).returncode == 2
    assert sendcheck("history", "new-key", key).returncode == 2  # an existing one is left


def test_forgetting_and_retention_reach_everybody(empty: postgres.Server, key: Path) -> None:
    server = learnt(empty, key, [*mixed(), mail(150, to="Kari Vik <kari@vik.no>", sender=f"Per Vik <{OTHER}>")])
    assert forget_everywhere(server, "kari@vik.no") == 21
    learnt(empty, key, [mail(160, to="Kari Vik <kari@vik.no>", sender=f"Per Vik <{OTHER}>")])
    assert view(empty, key, OTHER).person("kari@vik.no") is None
    old = DAY + 86_400 * 50
    assert prune_everywhere(server, old) > 30
    assert view(empty, key, OTHER).mails == 10
    assert prune_everywhere(server, old, all_of_them=False) == 0


def _report(config: Path, raw: bytes) -> tuple[str, list[str]]:
    registry = load()
    report = Engine(registry, load_config(registry, explicit=config, start=None)).check(Job("x", raw))
    return report.verdict.value, [e.reason for e in report.not_run if "common history" in e.reason]


def test_away_it_is_incomplete_or_not_run_as_policy_says(empty: postgres.Server, key: Path, tmp_path: Path, home: Path) -> None:
    learnt(empty, key, mixed())
    raw = mail(502)
    assert _report(_config(empty, key, tmp_path), raw) == ("pass", [])
    empty.stop()
    try:
        begun = time.monotonic()
        verdict, why = _report(_config(empty, key, tmp_path), raw)
        assert verdict == "incomplete" and why and "does not answer" in why[0] and "sendcheck@" not in why[0]
        verdict, why = _report(_config(empty, key, tmp_path, 'history-away = "not-run"'), raw)
        assert verdict == "pass" and why
        assert time.monotonic() - begun < 5
    finally:
        empty.start()
    time.sleep(5.1)  # it is asked again after a while
    assert _report(_config(empty, key, tmp_path), raw) == ("pass", [])


def test_a_server_that_swallows_everything_costs_no_deadline(key: Path, tmp_path: Path) -> None:
    server = Server("postgresql://sendcheck@192.0.2.1:5432/sendcheck", read_key(key))
    begun = time.monotonic()
    for _ in range(5):
        with pytest.raises(HistoryAway):
            server.of(ME)
    assert time.monotonic() - begun < 1.5


def test_a_role_that_sees_everything_is_refused(empty: postgres.Server, key: Path) -> None:
    with pytest.raises(HistoryError, match="SUPERUSER"):
        Server(empty.root, read_key(key), writes=True).of(ME)


def test_keys(tmp_path: Path, sendcheck: Run) -> None:
    key = tmp_path / "k"
    assert sendcheck("history", "new-key", key).returncode == 0
    assert key.stat().st_mode & 0o777 == 0o600 and len(read_key(key)) == 32
    key.chmod(0o644)
    with pytest.raises(HistoryError, match="open to everybody"):
        read_key(key)
    key.chmod(0o600)
    key.write_bytes(b"short")
    with pytest.raises(HistoryError, match="too short"):
        read_key(key)
    config = tmp_path / "c.toml"
    config.write_text('history = "postgresql://x@127.0.0.1/x"\n')
    done = sendcheck("learn", tmp_path, "--config", config, "--me", "a@b.no")
    assert done.returncode == 2 and "history-key" in done.stderr


@pytest.mark.parametrize(
    ("written", "meant"),
    [("nordbenk.no", "nordbank.no"), ("nordbannk.no", "nordbank.no"), ("norbank.no", "nordbank.no"), ("nordbank.com", "nordbank.no"),
     ("rnicro.com", "micro.com"), ("micro.com", "rnicro.com"), ("nоrdbank.no", "nordbank.no"), ("g0od.no", "good.no"), ("nordbank.n", "nordbank.no"),
     ("mail.nordbenk.no", "mail.nordbank.no"), ("gmailc.om", "gmail.com"), ("mailacme.no", "mail.acme.no"), ("mail.acme.no", "mailacme.no"), ("mail-acme.no", "mail.acme.no"),
     ("nord-bank.no", "nordbank.no"), ("dnd.no", "dnb.no"), ("dnnb.no", "dnb.no"), ("db.no", "dnb.no")],
)  # fmt: skip
def test_what_may_be_meant_is_made_up(written: str, meant: str) -> None:
    if domain_slip(written, meant) is not None:
        assert meant in domains(written)
        assert Domains(d for d in domains(written) if d == meant).like(written)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("kari.holm", "holm.kari"), ("kariholm", "kari.holm"), ("kari_holm", "kari.holm"), ("kari.hoIm".lower(), "kari.holm"), ("kari.hlom", "kari.holm"),
     ("kari.holme", "kari.holm"), ("kari.ho1m", "kari.holm"), ("karl.holm", "kari.holm")],
)  # fmt: skip
def test_whose_address_may_be_meant_is_made_up(written: str, meant: str) -> None:
    assert local_slip(written, meant) is not None and meant in local_parts(written)
