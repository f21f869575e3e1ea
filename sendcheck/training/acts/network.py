"""The network: an encoder of BERT's kind (Devlin et al. 2019); over each sentence's own tokens a head for its acts, and one for whether its mail complains;
over single tokens a head for the words that carry an act.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor, nn

from sendcheck.acts.labels import LABELS, MARKED
from sendcheck.training.acts.base import Base
from sendcheck.training.acts.windows import Window

#: Weight of the squares of the heads' weights while they are set.
_RIDGE, _RIDGE_OF_MAILS = 3e-4, 3e-3


class Network(nn.Module):
    """``layers``: which of the base's layers are taken, from 0; ``feedforward``: the width of their feed-forward parts, if they are to be loaded narrower."""

    centre: Tensor
    spread: Tensor

    def __init__(self, base: Base, layers: Sequence[int], feedforward: int | None = None) -> None:
        super().__init__()
        size = base.hidden
        self.words = nn.Embedding(len(base.pieces), size)
        self.positions = nn.Embedding(base.positions, size)
        self.norm = nn.LayerNorm(size, eps=base.epsilon)
        self.drop = nn.Dropout(0.1)
        wide = feedforward or base.feedforward
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(size, base.heads, wide, 0.1, "gelu", layer_norm_eps=base.epsilon, batch_first=True) for _ in layers
        )
        self.register_buffer("centre", torch.zeros(size))
        self.register_buffer("spread", torch.ones(size))
        self.acts = nn.Linear(size, len(LABELS))
        self.marks = nn.Linear(size, len(MARKED))
        self.mail = nn.Linear(size, 1)
        self._fill(base, layers)

    def _fill(self, base: Base, layers: Sequence[int]) -> None:
        def take(name: str, *shape: int) -> Tensor:
            found = torch.from_numpy(base.weights[name])
            return found.reshape(*shape) if shape else found

        size, wide = base.hidden, base.feedforward
        with torch.no_grad():
            self.words.weight.copy_(take("emb.word", -1, size)[: len(base.pieces)])
            # There is one type of text: its vector is added to each position's.
            self.positions.weight.copy_(take("emb.pos", -1, size) + take("emb.type", -1, size)[0])
            self.norm.weight.copy_(take("emb.ln.w"))
            self.norm.bias.copy_(take("emb.ln.b"))
            for layer, number in zip(self.layers, layers, strict=True):
                assert isinstance(layer, nn.TransformerEncoderLayer)
                of = f"l{number}."
                attention = layer.self_attn
                assert attention.in_proj_weight is not None and attention.in_proj_bias is not None
                attention.in_proj_weight.copy_(torch.cat([take(f"{of}{x}.w", size, size) for x in "qkv"]))
                attention.in_proj_bias.copy_(torch.cat([take(f"{of}{x}.b") for x in "qkv"]))
                attention.out_proj.weight.copy_(take(of + "ao.w", size, size))
                attention.out_proj.bias.copy_(take(of + "ao.b"))
                if layer.linear1.out_features == wide:
                    layer.linear1.weight.copy_(take(of + "fi.w", wide, size))
                    layer.linear1.bias.copy_(take(of + "fi.b"))
                    layer.linear2.weight.copy_(take(of + "fo.w", size, wide))
                    layer.linear2.bias.copy_(take(of + "fo.b"))
                for norm, name in ((layer.norm1, "aln"), (layer.norm2, "oln")):
                    norm.weight.copy_(take(f"{of}{name}.w"))
                    norm.bias.copy_(take(f"{of}{name}.b"))
        self.words.weight.requires_grad_(False)

    def encode(self, ids: Tensor, padding: Tensor) -> Tensor:
        """(windows, tokens) of ids and of where nothing stands → (windows, tokens, hidden)."""
        at = torch.arange(ids.shape[1], device=ids.device)
        state: Tensor = self.drop(self.norm(self.words(ids) + self.positions(at)))
        for layer in self.layers:
            state = layer(state, src_key_padding_mask=padding)
        return state

    def forward(self, ids: Tensor, padding: Tensor, pool: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """``pool`` (sentences, windows x tokens) holds each sentence's share of each token.

        Log odds: (sentences, acts), (windows, tokens, marks), and (sentences) of whether the mail that a sentence stands in complains.
        """
        state = self.encode(ids, padding)
        sentences = pool @ state.reshape(-1, state.shape[-1]).to(pool.dtype)
        apart = self.drop(self._apart(sentences))
        return self.acts(apart), self.marks(self._apart(state)), self.mail(apart).squeeze(-1)

    def _apart(self, state: Tensor) -> Tensor:
        return (state - self.centre) / self.spread

    def settle(self, batches: Iterable[tuple[tuple[Tensor, Tensor, Tensor], Tensor]]) -> None:
        """Sets the head for acts by logistic regression on sentences as the base reads them; with each the acts it does (sentences, acts).

        The base gives all sentences nearly the same vector; a head that begins at nought pulls the encoder into telling how frequent each act is, and
        it takes thousands of steps to come back (Kumar et al. 2022: first the head, then all of it).
        """
        self.eval()
        states, acts = [], []
        with torch.no_grad():
            for batch, wanted in batches:
                states.append(self._sentences(*batch))
                acts.append(wanted)
        x = torch.cat(states)
        self._centre(x)
        _regress(self.acts, self._apart(x), torch.cat(acts), _RIDGE, 60)
        self.train()

    def settle_mail(self, drawn: Iterable[tuple[tuple[Tensor, Tensor, Tensor], Sequence[int], Sequence[bool]]]) -> None:
        """Sets the head for whole mails by logistic regression on the mean of their sentences' states, as it is read.

        ``drawn``: tensors, the place of the window that each sentence stands in, and of each window whether its mail complains.
        """
        means, so = [], []
        with torch.no_grad():
            for batch, window_of, complain in drawn:
                states = self._apart(self._sentences(*batch))
                share = torch.nn.functional.one_hot(torch.tensor(window_of), len(complain)).float().T
                means.append((share @ states) / share.sum(1, keepdim=True))
                so.append(torch.tensor(complain, dtype=torch.float)[:, None])
        _regress(self.mail, torch.cat(means), torch.cat(so), _RIDGE_OF_MAILS, 100)

    def centred(self, batches: Iterable[tuple[Tensor, Tensor, Tensor]]) -> None:
        """Moves the heads of a trained network to states of mean 0 and deviation 1, which they learn from faster; what they say stays the same."""
        self.eval()
        with torch.no_grad():
            states = torch.cat([self._sentences(*batch) for batch in batches])
            plain = self.folded()
            self._centre(states)
            at = 0
            for head in (self.acts, self.marks, self.mail):
                weight, bias = plain["head.w"][at : at + head.out_features], plain["head.b"][at : at + head.out_features]
                head.weight.copy_(weight * self.spread)
                head.bias.copy_(bias + weight @ self.centre)
                at += head.out_features
        self.train()

    def narrow(self, width: int, batches: Iterable[tuple[Tensor, Tensor, Tensor]]) -> None:
        """Leaves so many units of each feed-forward part: those that say most on these texts, by the size of what they add (structured pruning, Li et al.
        2017). To be trained further, with the whole network as teacher.
        """
        heard = [torch.zeros(layer.linear1.out_features) for layer in self.layers]
        hooks = [
            layer.linear2.register_forward_pre_hook(lambda _of, given, total=total: total.add_(given[0].pow(2).sum((0, 1))))
            for layer, total in zip(self.layers, heard, strict=True)
        ]
        # In evaluation the layers run as one piece, and call no hooks.
        self.train()
        with torch.no_grad():
            for ids, padding, _pool in batches:
                self.encode(ids, padding)
        for hook in hooks:
            hook.remove()
        for layer, total in zip(self.layers, heard, strict=True):
            left = (total.sqrt() * layer.linear2.weight.detach().norm(dim=0)).argsort(descending=True)[:width].sort().values
            layer.linear1 = _linear(layer.linear1.weight[left], layer.linear1.bias[left])
            layer.linear2 = _linear(layer.linear2.weight[:, left], layer.linear2.bias)

    def _sentences(self, ids: Tensor, padding: Tensor, pool: Tensor) -> Tensor:
        """(sentences, hidden): the mean state of each sentence's own tokens."""
        return pool @ self.encode(ids, padding).reshape(-1, self.centre.shape[0])

    def _centre(self, states: Tensor) -> None:
        self.centre.copy_(states.mean(0))
        self.spread.copy_(states.std(0))

    def folded(self) -> dict[str, Tensor]:
        """The heads' weights as one linear layer over plain states: ``head.w`` (acts, marks and the mail's, hidden), ``head.b``."""
        heads = (self.acts, self.marks, self.mail)
        weight = torch.cat([head.weight for head in heads]) / self.spread
        return {"head.w": weight.detach(), "head.b": (torch.cat([head.bias for head in heads]) - weight @ self.centre).detach()}


def _regress(head: nn.Linear, x: Tensor, y: Tensor, ridge: float, rounds: int) -> None:
    """Sets a head by logistic regression: ``x`` (texts, hidden), ``y`` (texts, outputs) of 0 and 1; ``ridge`` weighs the squares of its weights;
    ``rounds``: steps at most.
    """
    fit = torch.optim.LBFGS(head.parameters(), max_iter=rounds)

    def loss() -> Tensor:
        fit.zero_grad()
        found = nn.functional.binary_cross_entropy_with_logits(head(x), y) + ridge * (head.weight**2).sum()
        found.backward()
        return found

    fit.step(loss)
    fit.zero_grad()


def _linear(weight: Tensor, bias: Tensor) -> nn.Linear:
    made = nn.Linear(weight.shape[1], weight.shape[0])
    with torch.no_grad():
        made.weight.copy_(weight)
        made.bias.copy_(bias)
    return made


def loaded(state: Mapping[str, Tensor], base: Base) -> Network:
    """The network of trained weights, with as many layers and as wide as they are."""
    layers = sum(name.endswith(".norm1.weight") for name in state)
    network = Network(base, range(layers), state["layers.0.linear1.weight"].shape[0])
    network.load_state_dict(dict(state), strict=False)
    network.eval()
    return network


def tensors(batch: Sequence[Window], pad: int) -> tuple[Tensor, Tensor, Tensor]:
    """``ids``, ``padding`` and ``pool`` of :meth:`Network.forward`."""
    length = max(len(w.ids) for w in batch)
    ids = torch.full((len(batch), length), pad, dtype=torch.long)
    padding = torch.ones(len(batch), length, dtype=torch.bool)
    pool = torch.zeros(sum(len(w.places) for w in batch), len(batch) * length)
    row = 0
    for at, window in enumerate(batch):
        ids[at, : len(window.ids)] = torch.tensor(window.ids)
        padding[at, : len(window.ids)] = False
        for start, end in window.places:
            pool[row, at * length + start : at * length + end] = 1 / max(1, end - start)
            row += 1
    return ids, padding, pool
