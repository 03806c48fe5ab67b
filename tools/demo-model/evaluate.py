"""Exact answers on held-out exams, all answers of a document in one pass: an answer is exact when each of its tokens
is the most likely one after the true ones before it, which is when greedy decoding would have written it."""

import argparse
import collections
import json
import shlex
import subprocess
import sys
from pathlib import Path

import torch

from export import rounded
from model import BLOCK, Config, Model


def exams(command, tokenizer, length, count, seed):
    arguments = ["--exams", "--model", str(tokenizer), "--split", "test", "--seed", str(seed)]
    arguments += ["--length", str(length), "--count", str(count)]
    with subprocess.Popen(shlex.split(command) + arguments, stdout=subprocess.PIPE) as process:
        for line in process.stdout:
            yield json.loads(line)


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


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--tokenizer", type=Path, required=True, help="folder of tokenizer.json and tokenizer_config.json")
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--vocab", type=int, required=True)
    parser.add_argument("--cells", default="1024:60,4096:40,16384:40,65536:30,131072:24,262144:8,1048576:2")
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
        length, count = map(int, cell.split(":"))
        asked, right = collections.Counter(), collections.Counter()
        for exam in exams(options.corpus, options.tokenizer, length, count, options.seed):
            for question, is_right in zip(exam["questions"], exact(model, exam)):
                asked[question["task"]] += 1
                right[question["task"]] += is_right
                if not is_right and len(misses) < 40:
                    misses.append(f"{length} {question['task']} {question['answer']}")
        row = {task: [right[task], asked[task]] for task in sorted(asked)}
        cells.append({"length": length, "tasks": row})
        shown = "  ".join(f"{task} {100 * r / a:.1f} ({a})" for task, (r, a) in row.items())
        print(f"{length:>8} {shown}", flush=True)
    print("\n".join(misses), file=sys.stderr)
    if options.json:
        options.json.write_text(json.dumps(cells, indent=1) + "\n")


if __name__ == "__main__":
    main()
