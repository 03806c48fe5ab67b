"""The demo model: the architecture of MiniMax-Text-01, small, written to be trained fast.

One step is always the same number of tokens, cut into rows of one length. All that does not look along the
row (norms, projections, experts, the inside of a lightning block) sees flat [tokens, hidden] or
[blocks, heads, block, headDim], which have the same shape at every length: it is compiled once. What looks along
the row (the scan over block states, softmax attention) is a few library calls.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F

BLOCK = 128  # lightning attention's block in training; any block gives the same sum

compiled = torch.compile(dynamic=False) if hasattr(torch, "compile") else lambda function: function


@dataclass(frozen=True)
class Config:
    vocab: int
    layers: int = 8
    hidden: int = 192
    heads: int = 8
    kv_heads: int = 2
    head_dim: int = 64
    rotary_dim: int = 32
    theta: float = 1e7
    experts: int = 32
    ffn: int = 40
    eps: float = 1e-5
    lightning_eps: float = 1e-6

    @property
    def inner(self):
        return self.heads * self.head_dim

    @property
    def alpha(self):
        """The released rule, (2 x layers)^(1/4); beta is 1."""
        return (2 * self.layers) ** 0.25

    def is_softmax(self, layer):
        return layer % 8 == 7

    def slopes(self, layer):
        """exp(-slope) is a head's decay a token. [heads]"""
        head = torch.arange(1, self.heads + 1, dtype=torch.float64)
        factor = 1 - layer / (self.layers - 1) + 1e-5
        return (2 ** (-8 * head / self.heads) * factor).float()


def parameters(config, seed, device):
    """Name -> leaf tensor. Matrices are kept in the pieces Muon works on: one a head, one an expert.

    `out`, `o` and `w2` are stored transposed, so that all pieces are [n, rows, hidden].
    """
    generator = torch.Generator().manual_seed(seed)
    hidden, dim, experts = config.hidden, config.head_dim, config.experts
    residual = (8 * config.layers) ** -0.25  # DeepNorm's gain of what feeds a residual sum

    def normal(*shape, std):
        return (torch.randn(*shape, generator=generator) * std).to(device)

    made = {
        "embed": normal(config.vocab, hidden, std=1.0),
        "head": normal(config.vocab, hidden, std=0.02),
        "final_norm": torch.ones(hidden, device=device),
    }
    for layer in range(config.layers):
        into, out_of_inner = hidden**-0.5, config.inner**-0.5
        part = {"in_norm": torch.ones(hidden, device=device), "post_norm": torch.ones(hidden, device=device)}
        if config.is_softmax(layer):
            part["q"] = normal(config.heads, dim, hidden, std=into)
            part["k"] = normal(config.kv_heads, dim, hidden, std=into)
            part["v"] = normal(config.kv_heads, dim, hidden, std=into)
            part["o"] = normal(config.heads, dim, hidden, std=out_of_inner * residual)
        else:
            part["qkv"] = normal(config.heads * 3, dim, hidden, std=into)
            part["gate"] = normal(config.heads, dim, hidden, std=into)
            part["norm"] = torch.ones(config.inner, device=device)
            part["out"] = normal(config.heads, dim, hidden, std=out_of_inner * residual)
        part["router"] = normal(experts, hidden, std=into)
        part["w13"] = normal(2 * experts, config.ffn, hidden, std=into)
        part["w2"] = normal(experts, config.ffn, hidden, std=config.ffn**-0.5 * residual)
        made.update({f"{layer}.{name}": tensor for name, tensor in part.items()})
    for tensor in made.values():
        tensor.requires_grad_(True)
    return made


def rms_norm(x, weight, eps):
    x = x.float()
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + eps) * weight


def flat(pieces, dtype):
    """[n, rows, hidden] -> [n*rows, hidden]"""
    return pieces.reshape(-1, pieces.shape[-1]).to(dtype)


def experts(y, router, w13, w2, dtype):
    """y [tokens, hidden] -> ([tokens, hidden], load balance loss). All experts of all tokens, weights masked to the
    best two: exact, and at 40 columns an expert faster than gathering rows."""
    tokens, count = y.shape[0], router.shape[0]
    logits = y @ router.t()
    best = logits.amax(-1, keepdim=True)
    second = logits.masked_fill(logits >= best, -math.inf).amax(-1, keepdim=True)
    chosen = logits >= second
    weights = torch.softmax(logits.masked_fill(~chosen, -math.inf), -1)
    gate, up = (y.to(dtype) @ flat(w13, dtype).t()).view(tokens, 2, count, -1).unbind(1)
    inner = F.silu(gate) * up * weights.to(dtype)[:, :, None]
    share = chosen.float().mean(0) / 2
    balance = count * (share * torch.softmax(logits, -1).mean(0)).sum()
    return inner.view(tokens, -1) @ flat(w2, dtype), balance


@compiled
def lightning_in(x, norm, qkv, gate, inside, to_end, eps, dtype):
    """Norm, projections, and all of lightning attention that stays inside a block.

    inside [heads, BLOCK, BLOCK] and to_end [heads, BLOCK, 1]: decays between two rows, and from a row to the block's end.
    Returns h, q [blocks, heads, BLOCK, dim], sigmoid gate, output from inside the block, what the block adds to the state.
    """
    h = rms_norm(x, norm, eps)
    low = h.to(dtype)
    heads, dim = inside.shape[0], qkv.shape[1]
    z = F.silu(low @ flat(qkv, dtype).t()).view(-1, BLOCK, heads, 3, dim)
    q, k, v = (part.transpose(1, 2) for part in z.unbind(3))
    scores = (q @ k.transpose(-1, -2)) * inside.to(dtype)
    added = (k * to_end.to(dtype)).transpose(-1, -2) @ v
    return h, q, torch.sigmoid(low @ flat(gate, dtype).t()), scores @ v, added


def states_before(added, rows, slopes):
    """The state before every block. added [blocks, heads, dim, dim] -> the same shape, float32."""
    blocks, heads, dim, _ = added.shape
    each = blocks // rows
    step = torch.arange(each, device=added.device)
    distance = (step[:, None] - 1 - step[None, :]).float()
    decay = torch.where(distance >= 0, torch.exp(-slopes[:, None, None] * BLOCK * distance.clamp(min=0)), 0.0)
    stacked = added.float().view(rows, each, heads, dim * dim).permute(2, 1, 0, 3).reshape(heads, each, -1)
    states = torch.bmm(decay, stacked)
    return states.view(heads, each, rows, dim, dim).permute(2, 1, 0, 3, 4).reshape(blocks, heads, dim, dim)


@compiled
def lightning_out(h, q, gate, inside_out, states, from_start, weights, alpha, eps, lightning_eps, dtype):
    """The part of earlier blocks, norm, gate, out, residual, experts."""
    norm, out, post_norm, router, w13, w2 = weights
    before = (q * from_start.to(dtype)) @ states.to(dtype)
    merged = (inside_out + before).transpose(1, 2).reshape(h.shape[0], -1)
    gated = (rms_norm(merged, norm, lightning_eps) * gate).to(dtype)
    y = rms_norm(alpha * h + gated @ flat(out, dtype), post_norm, eps)
    moe, balance = experts(y, router, w13, w2, dtype)
    return alpha * y + moe, balance


@compiled
def softmax_in(x, norm, wq, wk, wv, cos, sin, eps, dtype):
    """Norm, projections, partial rotary. q [tokens, heads, dim]; k and v [tokens, kv heads, dim]"""
    h = rms_norm(x, norm, eps)
    low = h.to(dtype)

    def rotate(z):
        z = z.float()
        half = cos.shape[-1]
        first, second, rest = z[..., :half], z[..., half : 2 * half], z[..., 2 * half :]
        c, s = cos[:, None], sin[:, None]
        return torch.cat((first * c - second * s, second * c + first * s, rest), -1).to(dtype)

    dim = wq.shape[1]
    q = rotate((low @ flat(wq, dtype).t()).view(-1, wq.shape[0], dim))
    k = rotate((low @ flat(wk, dtype).t()).view(-1, wk.shape[0], dim))
    return h, q, k, (low @ flat(wv, dtype).t()).view(-1, wv.shape[0], dim)


def attention(q, k, v, rows):
    """Causal softmax attention within each row."""
    tokens, heads, dim = q.shape
    group = heads // k.shape[1]
    q, k, v = (z.view(rows, tokens // rows, -1, dim).transpose(1, 2) for z in (q, k, v))
    k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
    if q.is_cuda:
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    else:  # plain: for checks on small sizes
        scores = (q @ k.transpose(-1, -2)).float() * dim**-0.5
        later = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
        mixed = torch.softmax(scores.masked_fill(later, -math.inf), -1).to(q.dtype) @ v
    return mixed.transpose(1, 2).reshape(tokens, -1)


@compiled
def softmax_out(h, mixed, weights, alpha, eps, dtype):
    o, post_norm, router, w13, w2 = weights
    y = rms_norm(alpha * h + mixed @ flat(o, dtype), post_norm, eps)
    moe, balance = experts(y, router, w13, w2, dtype)
    return alpha * y + moe, balance


@compiled
def answer_loss(x, final_norm, head, targets, weights, is_answer, eps, dtype):
    """Cross-entropy of the chosen rows, and how many answer tokens would be right."""
    logits = (rms_norm(x, final_norm, eps).to(dtype) @ head.to(dtype).t()).float()
    loss = (F.cross_entropy(logits, targets, reduction="none") * weights).sum()
    right = ((logits.argmax(-1) == targets) & is_answer).sum()
    return loss, right


@compiled
def logits_of(x, final_norm, head, eps, dtype):
    return (rms_norm(x, final_norm, eps).to(dtype) @ head.to(dtype).t()).float()


class Model:
    """The forward pass over flat tokens; owns nothing but tables."""

    def __init__(self, config, params, device, dtype):
        self.config, self.params, self.device, self.dtype = config, params, device, dtype
        self._rotary = {}
        row = torch.arange(BLOCK, dtype=torch.float32)
        self._decays = {}
        for layer in range(config.layers):
            if not config.is_softmax(layer):
                slope = config.slopes(layer)[:, None, None]
                distance = row[:, None] - row[None, :]
                inside = torch.where(distance >= 0, torch.exp(-slope * distance.clamp(min=0)), torch.zeros(()))
                to_end = torch.exp(-slope * (BLOCK - 1 - row)[None, :, None])
                from_start = torch.exp(-slope * (row + 1)[None, :, None])
                tables = (inside, to_end, from_start, config.slopes(layer))
                self._decays[layer] = tuple(table.to(device) for table in tables)

    def rotary(self, rows, length):
        if (rows, length) not in self._rotary:
            half = self.config.rotary_dim // 2
            frequency = self.config.theta ** (-torch.arange(half, dtype=torch.float64) / half)
            angle = (torch.arange(length, dtype=torch.float64)[:, None] * frequency[None, :]).repeat(rows, 1)
            self._rotary[rows, length] = angle.cos().float().to(self.device), angle.sin().float().to(self.device)
        return self._rotary[rows, length]

    def layer(self, index, x, rows, chosen=None):
        """x [rows*length, hidden] -> the next x and the load balance loss. chosen: rows that the last layer goes on with."""
        config, dtype = self.config, self.dtype
        part = lambda *names: tuple(self.params[f"{index}.{name}"] for name in names)
        if config.is_softmax(index):
            cos, sin = self.rotary(rows, x.shape[0] // rows)
            h, q, k, v = softmax_in(x, *part("in_norm", "q", "k", "v"), cos, sin, config.eps, dtype)
            mixed = attention(q, k, v, rows)
            if chosen is not None:
                h, mixed = h[chosen], mixed[chosen]
            return softmax_out(
                h, mixed, part("o", "post_norm", "router", "w13", "w2"), config.alpha, config.eps, dtype
            )
        inside, to_end, from_start, slopes = self._decays[index]
        h, q, gate, inside_out, added = lightning_in(
            x, *part("in_norm", "qkv", "gate"), inside, to_end, config.eps, dtype
        )
        states = states_before(added, rows, slopes)
        return lightning_out(
            h, q, gate, inside_out, states, from_start,
            part("norm", "out", "post_norm", "router", "w13", "w2"),
            config.alpha, config.eps, config.lightning_eps, dtype,
        )  # fmt: skip

    def hidden(self, ids, rows, chosen):
        """ids [rows*length] -> hidden rows at `chosen` after the last layer (which must be softmax), mean balance loss."""
        x = F.embedding(ids, self.params["embed"])
        balance = 0.0
        for index in range(self.config.layers):
            last = index == self.config.layers - 1
            x, part = self.layer(index, x, rows, chosen if last else None)
            balance = balance + part
        return x, balance / self.config.layers

    def loss(self, ids, rows, chosen, targets, weights, is_answer):
        x, balance = self.hidden(ids, rows, chosen)
        loss, right = answer_loss(
            x, self.params["final_norm"], self.params["head"], targets, weights, is_answer,
            self.config.eps, self.dtype,
        )  # fmt: skip
        return loss, balance, right

    def logits(self, ids, rows, chosen):
        x, _ = self.hidden(ids, rows, chosen)
        return logits_of(x, self.params["final_norm"], self.params["head"], self.config.eps, self.dtype)
