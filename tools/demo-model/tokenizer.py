"""Trains the demo model's byte-level BPE on the generator's text, and puts the MiniMax special tokens at its end."""

import argparse
import json
import shlex
import subprocess
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

# One token a digit, so that numbers are copied piece by piece; otherwise words as in the released pattern.
PATTERN = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--like", type=Path, required=True, help="folder whose special tokens and chat template are taken")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--base-tokens", type=int, default=3008)
    parser.add_argument("--bytes", type=int, default=12_000_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    like = json.loads((options.like / "tokenizer.json").read_text())
    specials = [token["content"] for token in sorted(like["added_tokens"], key=lambda token: token["id"])]

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(PATTERN), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=options.base_tokens, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False
    )
    arguments = ["--text", "--seed", str(options.seed), "--bytes", str(options.bytes)]
    text = subprocess.run(shlex.split(options.corpus) + arguments, stdout=subprocess.PIPE, check=True).stdout.decode()
    for special in specials:
        text = text.replace(special, "\n")
    tokenizer.train_from_iterator(text.split("\n"), trainer)
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in specials])

    options.output.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(options.output / "tokenizer.json"))
    (options.output / "tokenizer_config.json").write_text((options.like / "tokenizer_config.json").read_text())
    ids = tokenizer.encode(text[:200_000]).ids
    print(f"{tokenizer.get_vocab_size()} tokens, {200_000 / len(ids):.2f} characters a token")


if __name__ == "__main__":
    main()
