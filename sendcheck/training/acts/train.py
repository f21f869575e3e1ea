"""Trains the model of acts: ``python -m sendcheck.training.acts.train --out FILE [--leave WRITER…]``.

With ``--leave`` those writers are kept apart. Needs the extra ``training``; nothing depends on a GPU. On a processor with bfloat16 the matrices are
multiplied in it.
"""

from __future__ import annotations

import argparse
import copy
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from sendcheck.acts.labels import FAULTY, LABELS, MARKED
from sendcheck.training.acts import base as bases
from sendcheck.training.acts import real
from sendcheck.training.acts.exchanges import read_all
from sendcheck.training.acts.network import Network, loaded, tensors
from sendcheck.training.acts.restore import restored
from sendcheck.training.acts.split import APART
from sendcheck.training.acts.windows import Mail, Window, Windows, batches, mails, planted, shortened, targets

_SEED = 20_261_129
_TOKENS = 1_000
#: Batches that the head is set by before all is trained.
_SETTLED = 150
#: How much each act counts: what a rule holds against a mail, and what is hardest to tell from a plain fact, twice as much.
_OF_ACTS = torch.tensor([2.0 if label in FAULTY or label == "done" else 1.0 for label in LABELS])
#: How much it counts beside them whether a mail complains.
_OF_MAILS = 0.15
#: So many of the sentences that stand alone are read between others in each pass.
_ALONE_BETWEEN = 0.35
#: How much of the mean of the weights each step leaves.
_KEPT = 0.998
#: How often each mail is shortened anew when the head for whole mails is set.
_DRAWN = 3
#: Mails by which a trained network's heads are centred.
_SEEN = 1_000
#: Multiplying in bfloat16 is five times faster where the processor knows it, and a hundred times slower where it does not.
_HALF = torch.ops.mkldnn._is_mkldnn_bf16_supported()


def _marked(batch: Sequence[Window], length: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Which tokens carry which faulty act, and which tokens count: those of sentences with a marked act."""
    wanted = torch.zeros(len(batch), length, len(MARKED))
    counts = torch.zeros(len(batch), length, 1)
    for at, window in enumerate(batch):
        for (start, end), marks in zip(window.places, window.tokens_of_marks, strict=True):
            if marks:
                counts[at, start:end] = 1
            for label, first, after in marks:
                wanted[at, first:after, label] = 1
    return wanted, counts


def _complaints(batch: Sequence[Window]) -> tuple[torch.Tensor, torch.Tensor]:
    """Of each sentence whether its mail complains, and whether that is known."""
    of_lines = [window.complains for window in batch for _line in window.lines]
    return torch.tensor([float(bool(x)) for x in of_lines]), torch.tensor([float(x is not None) for x in of_lines])


def _average(averaged: Network, network: Network, kept: float) -> None:
    with torch.no_grad():
        for mean, now in zip(averaged.parameters(), network.parameters(), strict=True):
            if now.requires_grad:
                mean.lerp_(now, 1 - kept)
        averaged.centre.copy_(network.centre)
        averaged.spread.copy_(network.spread)


def _settle(network: Network, some: Sequence[Sequence[Window]], pad: int) -> None:
    network.settle((tensors(batch, pad), torch.from_numpy(targets([line for window in batch for line in window.lines]))) for batch in some)
    print("head set", flush=True)


def train(
    network: Network,
    teacher: Network | None,
    made: Windows,
    learnt: Sequence[Mail],
    anew: bool,
    epochs: int,
    rate: float,
    pad: int,
    seed: int,
    keep: Callable[[Network], None],
) -> None:
    """Adam with a linear warm-up and decay; binary cross-entropy for each act.

    ``anew``: set the heads first; ``keep`` is given the mean of the weights after each epoch, in which late steps count most (Polyak and Juditsky 1992);
    ``teacher``: a larger trained network, half of whose word counts beside the labels (Hinton, Vinyals and Dean 2015).
    """
    chance = random.Random(seed)
    inner = [p for name, p in network.named_parameters() if p.requires_grad and not name.startswith(("acts.", "marks.", "mail."))]
    heads = [*network.acts.parameters(), *network.marks.parameters(), *network.mail.parameters()]
    adam = torch.optim.AdamW([{"params": inner, "lr": rate}, {"params": heads, "lr": 10 * rate}], weight_decay=0.01)
    plan = [batches([w for mail in planted(learnt, _ALONE_BETWEEN, chance) for w in made.drawn(mail, chance)], _TOKENS, chance) for _ in range(epochs)]
    total = max(1, sum(len(x) for x in plan))
    if anew:
        _settle(network, plan[0][:_SETTLED], pad)
    averaged = copy.deepcopy(network).eval()
    schedule = torch.optim.lr_scheduler.LambdaLR(adam, lambda s: min(1.0, (s + 1) / (0.06 * total)) * max(0.0, 1 - s / total))
    network.train()
    began, step, recent = time.monotonic(), 0, 0.0
    for epoch, of_epoch in enumerate(plan):
        loss_sum = 0.0
        for batch in of_epoch:
            ids, padding, pool = tensors(batch, pad)
            lines = [line for window in batch for line in window.lines]
            wanted = torch.from_numpy(targets(lines))
            weight = torch.tensor([line.weight for line in lines])[:, None]
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=_HALF):
                acts, marks, mail = network(ids, padding, pool)
                if teacher is not None:
                    with torch.no_grad():
                        wanted = (wanted + torch.sigmoid(teacher(ids, padding, pool)[0].float())) / 2
            loss = (torch.nn.functional.binary_cross_entropy_with_logits(acts.float(), wanted, reduction="none") * weight * _OF_ACTS).mean()
            told, known = _complaints(batch)
            if known.any():
                of_mails = torch.nn.functional.binary_cross_entropy_with_logits(mail.float(), told, reduction="none") * known
                loss = loss + _OF_MAILS * of_mails.sum() / len(known)
            words, counts = _marked(batch, ids.shape[1])
            if counts.any():
                of_words = torch.nn.functional.binary_cross_entropy_with_logits(marks.float(), words, reduction="none") * counts
                loss = loss + 0.1 * of_words.sum() / (counts.sum() * len(MARKED))
            adam.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            adam.step()
            schedule.step()
            step += 1
            _average(averaged, network, min(_KEPT, step / (step + 10)))
            loss_sum += loss.item()
            recent += loss.item()
            if step % 50 == 0:
                print(f"  {step} of {total} steps, {time.monotonic() - began:.0f} s, loss {recent / 50:.4f}", flush=True)
                recent = 0.0
        print(f"epoch {epoch + 1} of {epochs}: loss {loss_sum / len(of_epoch):.4f}, {time.monotonic() - began:.0f} s", flush=True)
        keep(averaged)
    _settle_mail(averaged, made, [mail for mail in learnt if mail.complains is not None], pad, chance)
    keep(averaged)


def _settle_mail(network: Network, made: Windows, known: Sequence[Mail], pad: int, chance: random.Random) -> None:
    """The head for whole mails, set last, on what the network has learnt; each mail as it is and shortened in several ways."""
    some = [*known, *(shortened(mail, chance) for _ in range(_DRAWN) for mail in known)]
    windows = [next(iter(made.of(mail))) for mail in some if mail.lines]
    network.settle_mail(
        (tensors(batch, pad), [at for at, window in enumerate(batch) for _line in window.lines], [bool(window.complains) for window in batch])
        for batch in batches(windows, 4 * _TOKENS)
    )
    print("head for mails set", flush=True)


def _arguments() -> argparse.Namespace:
    take = argparse.ArgumentParser(description=__doc__)
    take.add_argument("--out", type=Path, required=True)
    take.add_argument("--leave", nargs="*", default=APART, help="writers kept apart; without it those that the shipped model does not learn from")
    take.add_argument("--data", type=Path, help="the unpacked corpora: learn from their labelled sentences too")
    take.add_argument("--only", nargs="*", default=[], help="learn from these writers alone")
    take.add_argument("--further", type=Path, help="go on from this trained file, or from a shipped model (acts.onnx)")
    take.add_argument("--first", nargs="*", default=[], help="with --further and --share: these writers, and the corpora, all of them")
    take.add_argument("--share", type=float, default=1.0, help="with --further: how much of the other writers")
    take.add_argument("--feedforward", type=int, help="with --further: leave so many units of each feed-forward part")
    take.add_argument("--teacher", type=Path, help="learn from this trained file too; without --further, begin with its first layers")
    take.add_argument("--context", choices=("none", "before", "around", "mail"), default="mail")
    take.add_argument("--layers", type=int, default=6)
    take.add_argument("--epochs", type=int, default=6)
    take.add_argument("--rate", type=float, default=1e-4)
    take.add_argument("--threads", type=int, default=2)
    take.add_argument("--seed", type=int, default=_SEED)
    given = take.parse_args()
    if unknown := {*given.leave, *given.only} - {w.writer for w in read_all()}:
        take.error(f"no such writer: {', '.join(sorted(unknown))}")
    return given


def _learnt(given: argparse.Namespace) -> list[Mail]:
    """The mails that are learnt from."""
    found = [m for corpus, (_, may_train) in real.CORPORA.items() if given.data and may_train for m in real.mails(corpus, given.data)]
    found += real.ordinary(given.data) if given.data else ()
    found += [m for w in read_all() if w.writer not in given.leave and (not given.only or w.writer in given.only) for m in mails(w)]
    if given.share < 1:
        chance = random.Random(given.seed)
        firsts = tuple(f"{writer}/" for writer in (*given.first, *real.CORPORA))
        found = [m for m in found if m.lines[0].key.startswith(firsts) or chance.random() < given.share]
    print(f"{sum(len(m.lines) for m in found)} sentences in {len(found)} mails", flush=True)
    return found


def _trained(path: Path, base: bases.Base) -> Network:
    """A network of a file of this command's, or of a shipped model (``acts.onnx``)."""
    if path.suffix == ".onnx":
        return restored(path, base)
    return loaded(torch.load(path, map_location="cpu", weights_only=True)["state"], base)


def _going_on(given: argparse.Namespace, base: bases.Base, made: Windows, learnt: Sequence[Mail]) -> Network:
    """A trained network, narrower where that is wanted, and ready to learn on."""
    network = _trained(given.further, base)
    seen = [w for mail in random.Random(given.seed).sample(learnt, min(_SEEN, len(learnt))) for w in made.of(mail)]
    some = [tensors(batch, base.pad) for batch in batches(seen, _TOKENS)]
    if given.feedforward:
        network.narrow(given.feedforward, some)
    network.centred(some)
    return network


def main() -> None:
    """See the module's docstring."""
    given = _arguments()
    torch.manual_seed(given.seed)
    torch.set_num_threads(given.threads)
    base = bases.load()
    made = Windows(bases.tokenizer(base.pieces, base.unknown), base.begin, base.end, given.context)
    learnt = _learnt(given)
    teacher = _trained(given.teacher, base) if given.teacher else None
    if given.further:
        network = _going_on(given, base, made, learnt)
    else:
        # The first layers: a linear probe on them has loss .063, on every second one of twelve .079 (1,400 sentences inside mails).
        network = Network(base, range(given.layers))
        if teacher is not None:
            network.load_state_dict({name: value for name, value in teacher.state_dict().items() if name in network.state_dict()})

    def keep(averaged: Network) -> None:
        torch.save({"state": averaged.state_dict(), "context": given.context}, given.out)

    train(network, teacher, made, learnt, not given.further and teacher is None, given.epochs, given.rate, base.pad, given.seed, keep)


if __name__ == "__main__":
    main()
