"""Training rows, from the project's own generator (`./thunderhead corpus`), one process a row length."""

import queue
import shlex
import subprocess
import threading

import numpy as np
import torch

TARGET_BIT = 0x8000


class Batch:
    """One step: flat tokens of `rows` rows, and the positions that the loss looks at."""

    def __init__(self, rows, ids, chosen, targets, weights, is_answer):
        self.rows, self.ids, self.chosen = rows, ids, chosen
        self.targets, self.weights, self.is_answer = targets, weights, is_answer

    def _each(self, move):
        return Batch(self.rows, *map(move, (self.ids, self.chosen, self.targets, self.weights, self.is_answer)))

    def pinned(self):
        return self._each(lambda tensor: tensor.pin_memory())

    def to(self, device):
        return self._each(lambda tensor: tensor.to(device, non_blocking=True))


def batch_of(values, chosen_count, other_weight, random):
    """values [rows, length+1] as the generator writes them.

    Chosen are all answer tokens, then random others; the loss is the mean over answers + other_weight x the mean over others.
    """
    tokens = (values & (TARGET_BIT - 1)).astype(np.int64)
    answer = ((values & TARGET_BIT) != 0)[:, 1:].reshape(-1)
    ids, targets = tokens[:, :-1].reshape(-1), tokens[:, 1:].reshape(-1)
    answers = np.flatnonzero(answer)
    if len(answers) > chosen_count:
        answers = random.choice(answers, chosen_count, replace=False)
    padding = targets == ids  # the end-of-sentence id repeats only where a row is filled up
    others = np.flatnonzero(~answer & ~padding)
    others = random.choice(others, min(len(others), chosen_count - len(answers), len(ids) // 8), replace=False)
    chosen = np.zeros(chosen_count, np.int64)
    weights = np.zeros(chosen_count, np.float32)
    used = len(answers) + len(others)
    chosen[:used] = np.concatenate([answers, others])
    weights[: len(answers)] = 1 / max(len(answers), 1)
    weights[len(answers) : used] = other_weight / max(len(others), 1)
    is_answer = np.arange(chosen_count) < len(answers)
    return Batch(
        len(values),
        *(torch.from_numpy(array) for array in (ids, chosen, targets[chosen], weights, is_answer)),
    )


class Rows:
    """Batches of one row length; owns the generator's process and a reader thread."""

    AHEAD = 6

    def __init__(self, command, tokenizer, length, tokens_per_step, seed, threads, other_weight=0.1, mix=None, pin=False):
        rows = tokens_per_step // length
        arguments = ["--rows", "--model", str(tokenizer), "--seed", str(seed), "--length", str(length)]
        arguments += ["--threads", str(threads)] + (["--mix", mix] if mix else [])
        self._process = subprocess.Popen(shlex.split(command) + arguments, stdout=subprocess.PIPE)
        self._queue = queue.Queue(self.AHEAD)
        self._shape = (rows, length + 1)
        self._chosen_count = tokens_per_step // 4
        self._other_weight, self._pin = other_weight, pin
        self._random = np.random.default_rng(seed)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        size = 2 * self._shape[0] * self._shape[1]
        while len(data := self._process.stdout.read(size)) == size:
            values = np.frombuffer(data, "<u2").reshape(self._shape)
            batch = batch_of(values, self._chosen_count, self._other_weight, self._random)
            self._queue.put(batch.pinned() if self._pin else batch)
        self._queue.put(None)

    def next(self, device, timeout=120):
        batch = self._queue.get(timeout=timeout)
        if batch is None:
            raise RuntimeError(f"the generator ended with status {self._process.wait()}")
        return batch.to(device)

    @property
    def waiting(self):
        return self._queue.qsize()

    def close(self):
        self._process.kill()
