"""Muon for the matrices, a head or an expert at a time; AdamW for embeddings, head, norms and routers."""

import torch

from model import compiled


@compiled
def orthogonalized(update):
    """The nearest orthogonal matrices of a stack [n, rows, columns], rows < columns, by Newton-Schulz steps."""
    x = update.bfloat16()
    x = x / (x.float().norm(dim=(1, 2), keepdim=True) + 1e-7).bfloat16()
    for _ in range(5):
        gram = x @ x.transpose(1, 2)
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * (gram @ gram)) @ x
    return x


class Muon:
    """All stacks of one matrix shape are one update."""

    def __init__(self, params, momentum=0.95, weight_decay=0.01):
        self.groups = {}
        for tensor in params:
            self.groups.setdefault(tuple(tensor.shape[1:]), []).append(tensor)
        self.momentum, self.weight_decay = momentum, weight_decay
        self.buffers = {
            shape: torch.zeros(sum(len(t) for t in group), *shape, device=group[0].device)
            for shape, group in self.groups.items()
        }

    @torch.no_grad()
    def step(self, rate):
        for shape, group in self.groups.items():
            gradient = torch.cat([tensor.grad for tensor in group])
            buffer = self.buffers[shape]
            buffer.mul_(self.momentum).add_(gradient)
            update = orthogonalized(gradient.add_(buffer, alpha=self.momentum))
            scale = rate * 0.2 * max(shape) ** 0.5
            parts = update.float().mul_(-scale).split([len(tensor) for tensor in group])
            torch._foreach_mul_(group, 1 - rate * self.weight_decay)
            torch._foreach_add_(group, list(parts))


class Optimizer:
    MUON_RATE = 4e-3
    ADAM_RATES = {"embed": 1e-2, "head": 3e-3, "rest": 2e-3}

    def __init__(self, params):
        self.params = params
        matrices = [tensor for tensor in params.values() if tensor.dim() == 3]
        groups = [
            {"params": [params["embed"]], "peak": self.ADAM_RATES["embed"]},
            {"params": [params["head"]], "peak": self.ADAM_RATES["head"]},
            {
                "params": [t for n, t in params.items() if t.dim() < 3 and n not in ("embed", "head")],
                "peak": self.ADAM_RATES["rest"],
            },
        ]
        for group in groups:
            group["lr"] = group["peak"]
        self.muon = Muon(matrices)
        fused = {"fused": True} if params["embed"].is_cuda else {}
        self.adam = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.0, **fused)

    def step(self, factor):
        """factor: of the peak rates, 0..1."""
        for group in self.adam.param_groups:
            group["lr"] = group["peak"] * factor
        self.adam.step()
        self.muon.step(self.MUON_RATE * factor)
        for tensor in self.params.values():
            tensor.grad = None

    def state(self):
        return {"muon": self.muon.buffers, "adam": self.adam.state_dict()}

    def restore(self, state):
        for shape, buffer in state["muon"].items():
            self.muon.buffers[shape].copy_(buffer)
        self.adam.load_state_dict(state["adam"])
