"""Records what transformers' MiniMaxForCausalLM says of the shipped checkpoint: golden data for the engine's tests.

Stock transformers 5.17 rotates the whole head in softmax layers; the released model, and this one, only the first
`rotary_dim` dimensions. Two replacements at run time make it right: the table of frequencies, and the function that applies it.
"""

import argparse
import json
from pathlib import Path

import torch
import transformers.models.minimax.modeling_minimax as minimax
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers import MiniMaxConfig, MiniMaxForCausalLM


def load(folder, partial_rotary=True):
    released = json.loads((folder / "config.json").read_text())
    kinds = ["full_attention" if kind else "linear_attention" for kind in released["attn_type_list"]]
    factors = {
        f"{ours}_{which}_factor": released[f"layernorm_{theirs}_{which}"]
        for ours, theirs in (
            ("full_attn", "full_attention"),
            ("linear_attn", "linear_attention"),
            ("mlp", "mlp"),
        )
        for which in ("alpha", "beta")
    }
    same = [
        "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "head_dim",
        "intermediate_size", "num_local_experts", "num_experts_per_tok", "hidden_act", "rms_norm_eps",
        "max_position_embeddings", "tie_word_embeddings", "eos_token_id",
    ]  # fmt: skip
    config = MiniMaxConfig(
        **{key: released[key] for key in same},
        **factors,
        layer_types=kinds,
        block_size=256,
        bos_token_id=None,
        rope_parameters={"rope_type": "default", "rope_theta": released["rope_theta"]},
    )
    model = MiniMaxForCausalLM.from_pretrained(folder, config=config, dtype=torch.float32).eval()
    if partial_rotary:
        use_partial_rotary(model, released["rotary_dim"], released["rope_theta"])
    return model


def use_partial_rotary(model, dims, theta):
    frequencies = theta ** (-torch.arange(0, dims, 2, dtype=torch.float64) / dims)
    model.model.rotary_emb.inv_freq = frequencies.float()
    whole = minimax.apply_rotary_pos_emb

    def first_dims(q, k, cos, sin, *rest, **options):
        turned = whole(q[..., :dims], k[..., :dims], cos, sin, *rest, **options)
        return tuple(torch.cat((new, old[..., dims:]), -1) for new, old in zip(turned, (q, k)))

    minimax.apply_rotary_pos_emb = first_dims


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--prompts", type=Path, required=True, help="JSON list of texts")
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    model = load(options.model)
    tokenizer = Tokenizer.from_file(str(options.model / "tokenizer.json"))
    recorded = {}
    for index, text in enumerate(json.loads(options.prompts.read_text())):
        ids = torch.tensor(tokenizer.encode(text, add_special_tokens=False).ids)
        logits = model(ids[None], use_cache=False).logits[0].float()
        next_log = torch.log_softmax(logits, -1)[:-1].gather(1, ids[1:, None])[:, 0]
        recorded[f"p{index}.input_ids"] = ids.int()
        recorded[f"p{index}.logprob_next"] = next_log.contiguous()
        recorded[f"p{index}.logits_last"] = logits[-4:].contiguous()
        print(f"prompt {index}: {len(ids)} tokens, mean log-probability {next_log.mean():.4f}", flush=True)
    save_file(recorded, options.output)


if __name__ == "__main__":
    main()
