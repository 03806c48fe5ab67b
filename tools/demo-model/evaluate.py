"""Exact answers on held-out exams, all answers of a document in one pass: an answer is exact when each of its tokens
is the most likely one after the true ones before it, which is when greedy decoding would have written it."""

import argparse
import collections
import json
import queue
import shlex
import subprocess
import sys
import threading
import time
from pathlib import Path

import torch

from export import rounded
from model import BLOCK, Config, Model


# Tasks that one document can ask together. Each group has documents of its own.
GROUPS = (
    ("NEEDLE", "NEEDLE_TWO_HOP"),
    ("DATA_SETS", "DATA_SETS_AND_SIZES", "SIZE", "AUTHORS", "USED_BY"),
    ("MEMORY", "CORRECTION"),
    ("TOOL_CALL", "TOOL_RESULT"),
    ("NOT_STATED",),
    ("SMALL_TALK",),
)
MISSES_SHOWN = 12  # of a task at a length
SHORT = {"TOOL_CALL", "TOOL_RESULT", "SMALL_TALK"}  # conversations that do not grow with the length


class Exams:
    """Held-out exams of a group of tasks, from a few generator processes that run ahead."""

    PROCESSES, AHEAD = 2, 16

    def __init__(self, command, tokenizer, tasks, length, seed):
        self.tasks = tasks
        arguments = ["--exams", "--model", str(tokenizer), "--split", "test", "--length", str(length)]
        arguments += ["--count", str(1 << 40), "--tasks", ",".join(tasks), "--seed"]
        self._queue = queue.Queue(self.AHEAD)
        self._processes = [
            subprocess.Popen(shlex.split(command) + [*arguments, str(seed + 1000 * i)], stdout=subprocess.PIPE)
            for i in range(self.PROCESSES)
        ]
        for process in self._processes:
            threading.Thread(target=self._read, args=(process,), daemon=True).start()

    def _read(self, process):
        for line in process.stdout:
            self._queue.put(json.loads(line))

    def __iter__(self):
        while True:
            yield self._queue.get(timeout=120)

    def close(self):
        for process in self._processes:
            process.kill()


@torch.no_grad()
def exact(model, exam):
    """A bool for each question."""
    ids = exam["ids"]
    padded = ids + [ids[-1]] * (-len(ids) % BLOCK)
    places = [p for q in exam["questions"] for p in range(q["start"] - 1, q["end"] - 1)]
    chosen = torch.tensor(places, device=model.device)
    tokens = torch.tensor(padded, device=model.device)
    best = model.logits(tokens, 1, chosen).argmax(-1)
    right = iter((best == tokens[chosen + 1]).tolist())
    return [all([next(right) for _ in range(q["start"], q["end"])]) for q in exam["questions"]]


def measure(model, options, length, questions):
    """Task -> [exact, asked] with at least `questions` of each task if there is time, and what was missed."""
    groups = [group for group in GROUPS if length <= 1024 or not SHORT.intersection(group)]
    sources = [Exams(options.corpus, options.tokenizer, group, length, options.seed) for group in groups]
    asked, right, missed = collections.Counter(), collections.Counter(), []
    until = time.monotonic() + options.seconds
    for source in sources:
        for exam in source:
            for question, is_right in zip(exam["questions"], exact(model, exam)):
                task = question["task"]
                asked[task] += 1
                right[task] += is_right
                if not is_right and asked[task] - right[task] <= MISSES_SHOWN:
                    missed.append(f"{length} {task} {question['answer']}")
            if min(asked[task] for task in source.tasks) >= questions or time.monotonic() > until:
                break
    for source in sources:
        source.close()
    return {task: [right[task], asked[task]] for task in sorted(asked)}, missed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--tokenizer", type=Path, required=True, help="folder of tokenizer.json and tokenizer_config.json")
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--vocab", type=int, required=True)
    parser.add_argument(
        "--cells", default="1024:200,4096:200,16384:200,65536:200,131072:200,262144:40,1048576:10",
        help="length:questions of each task",
    )  # fmt: skip
    parser.add_argument("--seconds", type=float, default=1e9, help="of one length; what was asked until then counts")
    parser.add_argument("--seed", type=int, default=77)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--dtype", default="bfloat16")
    options = parser.parse_args()
    if hasattr(torch, "compiler"):
        torch.compiler.set_stance("force_eager")  # every document has another length
    params = rounded(torch.load(options.state, map_location=options.device)["params"])
    model = Model(Config(options.vocab), params, options.device, getattr(torch, options.dtype))
    cells, misses = [], []
    for cell in options.cells.split(","):
        length, questions = map(int, cell.split(":"))
        row, missed = measure(model, options, length, questions)
        cells.append({"length": length, "tasks": row})
        misses += missed
        shown = "  ".join(f"{task} {100 * r / a:.1f} ({a})" for task, (r, a) in row.items())
        print(f"{length:>8} {shown}", flush=True)
        if options.json:  # after each, in case the time is over before the last
            options.json.write_text(json.dumps(cells, indent=1) + "\n")
    print("\n".join(misses), file=sys.stderr)


if __name__ == "__main__":
    main()
