"""Trains the demo model against a clock, in calls that go on where the last one stopped. See README.md."""

import argparse
import json
import random
import time
from pathlib import Path

import torch

from data import Rows
from export import load_exported
from model import Config, Model, parameters
from optimizer import Optimizer

BALANCE_WEIGHT = 0.01
REPORT_EVERY = 50


class Curriculum:
    """Which row length the next step has: mostly the current one, the shorter ones in turn."""

    def __init__(self, lengths, options, seed):
        self.lengths, self.open_at, self.share = lengths, options.open_at, options.current_share
        self.longest, self.longest_from = options.longest, options.longest_from
        self.opened = 1
        self._random = random.Random(seed)

    @property
    def current(self):
        return self.lengths[self.opened - 1]

    def next(self):
        if self.opened == 1 or self._random.random() < self.share:
            return self.current
        return self._random.choice(self.lengths[: self.opened - 1])

    def report(self, accuracy, progress):
        """Opens the next length when the current one is learned; lengths from `longest` on wait for the clock, too."""
        if self.opened == len(self.lengths) or accuracy < self.open_at:
            return
        if self.lengths[self.opened] < self.longest or progress >= self.longest_from:
            self.opened += 1


class Window:
    """What happened since the last report; sums stay on the device until it."""

    def __init__(self):
        self.started, self.tokens, self.waits, self.sums = time.monotonic(), 0, 0, {}

    def add(self, length, batch, loss, right):
        self.tokens += len(batch.ids)
        total = self.sums.setdefault(length, [0, 0, 0, 0])
        for index, value in enumerate((1, loss.detach(), right, batch.is_answer.sum())):
            total[index] = total[index] + value

    def lengths(self):
        return {
            length: {"steps": steps, "loss": float(losses) / steps, "accuracy": float(right) / max(float(answers), 1)}
            for length, (steps, losses, right, answers) in sorted(self.sums.items())
        }

    def tokens_per_second(self):
        return round(self.tokens / (time.monotonic() - self.started))


def rate_factor(progress, step, hold, warmup=100, floor=0.03):
    """Of the peak rate: up in `warmup` steps, flat, then down in a line from `hold` of the time to the end."""
    falling = 1 if progress < hold else max(floor, 1 - (1 - floor) * (progress - hold) / (1 - hold))
    return min(1, (step + 1) / warmup) * falling


def save(path, params, optimizer, status):
    state = {"params": {n: t.detach() for n, t in params.items()}, "optimizer": optimizer.state(), "status": status}
    torch.save(state, path.with_suffix(".new"))
    path.with_suffix(".new").rename(path)


def restore(path, device, params, optimizer):
    """The status saved with what is put back."""
    state = torch.load(path, map_location=device)
    with torch.no_grad():
        for name, tensor in state["params"].items():
            params[name].copy_(tensor)
    optimizer.restore(state["optimizer"])
    return state["status"]


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", required=True, help="command that writes rows: see README.md")
    parser.add_argument("--tokenizer", type=Path, required=True, help="folder of tokenizer.json and tokenizer_config.json")
    parser.add_argument("--vocab", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True, help="file to go on from, if it is there, and to write")
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--minutes", type=float, required=True, help="of the whole training")
    parser.add_argument("--call-minutes", type=float, default=1e9, help="of this call, from its start")
    parser.add_argument("--lengths", default="256,512,1024,4096,16384,65536")
    parser.add_argument("--open-at", type=float, default=0.93, help="answer-token accuracy that opens the next length")
    parser.add_argument("--longest", type=int, default=65536, help="lengths from this one on open by the clock, too")
    parser.add_argument("--longest-from", type=float, default=0.4, help="share of the time")
    parser.add_argument("--current-share", type=float, default=0.6, help="of steps at the newest length")
    parser.add_argument("--mix", help="of conversations, such as papers=46,needles=25; default: the generator's")
    parser.add_argument("--start-from", type=Path, help="exported weights of an earlier round; all lengths are open at once")
    parser.add_argument("--rate", type=float, default=1.0, help="of the optimizer's peak rates")
    parser.add_argument("--hold", type=float, default=0.5, help="share of the time before the rate falls")
    parser.add_argument("--give-up-seconds", type=float, default=1e9, help="status 3 if the first length is not learned")
    parser.add_argument("--tokens-per-step", type=int, default=65_536)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=6, help="of each generator process")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--dtype", default="bfloat16", choices=["bfloat16", "float32"])
    return parser.parse_args()


class Training:
    def __init__(self, options):
        self.options = options
        self.started = time.monotonic()
        torch.manual_seed(options.seed)
        torch.set_float32_matmul_precision("high")
        config = Config(options.vocab)
        self.params = parameters(config, options.seed, options.device)
        if options.start_from:
            load_exported(config, options.start_from, self.params)
        self.optimizer = Optimizer(self.params)
        self.model = Model(config, self.params, options.device, getattr(torch, options.dtype))
        self.status = {"seconds": 0.0, "step": 0, "tokens": 0, "opened": 1, "call": 0}
        lengths = [int(length) for length in options.lengths.split(",")]
        if options.start_from:
            self.status["opened"] = len(lengths)
        if options.state.exists():
            self.status = restore(options.state, options.device, self.params, self.optimizer)
        self.status["call"] += 1
        seed = options.seed * 1000 + self.status["call"]  # so that no call sees the rows of another
        self.curriculum = Curriculum(lengths, options, seed)
        self.curriculum.opened = self.status["opened"]
        pin = options.device.startswith("cuda")
        self.rows = {
            length: Rows(
                options.corpus, options.tokenizer, length, options.tokens_per_step, seed, options.threads,
                mix=options.mix, pin=pin,
            )  # fmt: skip
            for length in lengths
        }
        self.window = Window()

    def step(self, progress):
        length = self.curriculum.next()
        self.window.waits += self.rows[length].waiting == 0
        batch = self.rows[length].next(self.options.device)
        loss, balance, right = self.model.loss(
            batch.ids, batch.rows, batch.chosen, batch.targets, batch.weights, batch.is_answer
        )
        (loss + BALANCE_WEIGHT * balance).backward()
        self.optimizer.step(self.options.rate * rate_factor(progress, self.status["step"], self.options.hold))
        self.window.add(length, batch, loss, right)
        self.status["step"] += 1
        self.status["tokens"] += len(batch.ids)
        return balance.detach()

    def report(self, progress, balance, log):
        lengths, status = self.window.lengths(), self.status
        line = {
            "step": status["step"], "seconds": round(status["seconds"], 1), "tokens": status["tokens"],
            "progress": round(progress, 4), "tokens_per_second": self.window.tokens_per_second(),
            "waits": self.window.waits, "balance": float(balance), "current": self.curriculum.current,
            "lengths": lengths,
        }  # fmt: skip
        log.write(json.dumps(line) + "\n")
        log.flush()
        if status["step"] % (6 * REPORT_EVERY) == 0:
            shown = " ".join(f"{k}:{v['loss']:.3f}/{v['accuracy']:.3f}" for k, v in lengths.items())
            print(f"{status['step']} {status['seconds']:.0f}s {line['tokens_per_second']:,}/s {shown}", flush=True)
        current = lengths.get(self.curriculum.current)
        self.curriculum.report(current["accuracy"] if current else 0, progress)
        status["opened"] = self.curriculum.opened
        self.window = Window()
        if self.curriculum.opened == 1 and status["seconds"] > self.options.give_up_seconds:
            print(f"seed {self.options.seed}: {self.curriculum.current} tokens not learned", flush=True)
            raise SystemExit(3)

    def run(self, log):
        """Until the whole time or this call's is over. The first step compiles: it does not count."""
        options, before, clock_started = self.options, self.status["seconds"], None
        while True:
            now = time.monotonic()
            self.status["seconds"] = before + (now - clock_started if clock_started else 0)
            progress = self.status["seconds"] / (60 * options.minutes)
            if progress >= 1 or now - self.started > 60 * options.call_minutes:
                return
            balance = self.step(progress)
            if clock_started is None:
                float(balance)  # waits for the device
                print(f"first step after {time.monotonic() - self.started:.1f} s", flush=True)
                clock_started, self.window = time.monotonic(), Window()
            if self.status["step"] % REPORT_EVERY == 0:
                self.report(progress, balance, log)

    def close(self):
        for stream in self.rows.values():
            stream.close()
        save(self.options.state, self.params, self.optimizer, self.status)


def main():
    options = parse_options()
    training = Training(options)
    count = sum(tensor.numel() for tensor in training.params.values())
    print(f"{count:,} parameters, call {training.status['call']}, from step {training.status['step']}", flush=True)
    try:
        with options.log.open("a") as log:
            training.run(log)
    finally:
        training.close()
    print(json.dumps(training.status), flush=True)


if __name__ == "__main__":
    main()
