"""Writes a trained state as a checkpoint in the released layout: config.json, model.safetensors, generation_config.json."""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from model import Config


def config_json(config, end_id):
    factors = {f"layernorm_{part}_alpha": config.alpha for part in ("full_attention", "linear_attention", "mlp")}
    betas = {f"layernorm_{part}_beta": 1.0 for part in ("full_attention", "linear_attention", "mlp")}
    return {
        "architectures": ["MiniMaxText01ForCausalLM"],
        "model_type": "minimax_text_01",
        "attention_dropout": 0.0,
        "attn_type_list": [int(config.is_softmax(layer)) for layer in range(config.layers)],
        "bos_token_id": None,
        "eos_token_id": end_id,
        "head_dim": config.head_dim,
        "hidden_act": "silu",
        "hidden_size": config.hidden,
        "initializer_range": 0.02,
        "intermediate_size": config.ffn,
        **factors,
        **betas,
        "max_position_embeddings": 1048576,
        "num_attention_heads": config.heads,
        "num_experts_per_tok": 2,
        "num_hidden_layers": config.layers,
        "num_key_value_heads": config.kv_heads,
        "num_local_experts": config.experts,
        "output_router_logits": False,
        "postnorm": True,
        "rms_norm_eps": config.eps,
        "rope_theta": config.theta,
        "rotary_dim": config.rotary_dim,
        "router_aux_loss_coef": 0.001,
        "router_jitter_noise": 0.0,
        "shared_intermediate_size": 0,
        "shared_moe_mode": "sigmoid",
        "sliding_window": None,
        "tie_word_embeddings": False,
        "torch_dtype": "bfloat16",
        "use_cache": True,
        "vocab_size": config.vocab,
    }


def tensors(config, params):
    """Checkpoint name -> tensor [out, in], bf16."""
    views = exported_views(config, {name: tensor.detach() for name, tensor in params.items()})
    return {name: tensor.bfloat16().contiguous().cpu() for name, tensor in views.items()}


def exported_views(config, params):
    """Checkpoint name -> view [out, in] of a parameter."""
    rows = lambda pieces: pieces.reshape(-1, pieces.shape[-1])
    named = {
        "model.embed_tokens.weight": params["embed"],
        "model.norm.weight": params["final_norm"],
        "lm_head.weight": params["head"],
    }
    for layer in range(config.layers):
        part = {name.split(".")[1]: t for name, t in params.items() if name.startswith(f"{layer}.")}
        names = {"input_layernorm": part["in_norm"], "post_attention_layernorm": part["post_norm"]}
        if config.is_softmax(layer):
            for name in ("q", "k", "v"):
                names[f"self_attn.{name}_proj"] = rows(part[name])
            names["self_attn.o_proj"] = rows(part["o"]).t()
        else:
            names["self_attn.qkv_proj"] = rows(part["qkv"])
            names["self_attn.output_gate"] = rows(part["gate"])
            names["self_attn.norm"] = part["norm"]
            names["self_attn.out_proj"] = rows(part["out"]).t()
        names["block_sparse_moe.gate"] = part["router"]
        gate, up = part["w13"].split(config.experts)
        for expert in range(config.experts):
            prefix = f"block_sparse_moe.experts.{expert}"
            names[f"{prefix}.w1"], names[f"{prefix}.w3"] = gate[expert], up[expert]
            names[f"{prefix}.w2"] = part["w2"][expert].t()
        named.update({f"model.layers.{layer}.{name}.weight": tensor for name, tensor in names.items()})
    return named


@torch.no_grad()
def load_exported(config, folder, params):
    """Puts the weights of an exported checkpoint into `params`: the way back of `tensors`."""
    stored = load_file(folder / "model.safetensors")
    views = {name: torch.empty_like(tensor) for name, tensor in params.items()}
    for name, tensor in exported_views(config, views).items():
        tensor.copy_(stored[name])
    for name, tensor in views.items():
        params[name].copy_(tensor)


def rounded(params):
    """The parameters as the checkpoint holds them."""
    return {name: tensor.detach().bfloat16().to(tensor.dtype) for name, tensor in params.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True, help="folder that holds tokenizer.json")
    parser.add_argument("--vocab", type=int, required=True)
    parser.add_argument("--end-id", type=int, required=True)
    options = parser.parse_args()
    config = Config(options.vocab)
    params = torch.load(options.state, map_location="cpu")["params"]
    options.output.mkdir(parents=True, exist_ok=True)
    save_file(tensors(config, params), options.output / "model.safetensors", metadata={"format": "pt"})
    (options.output / "config.json").write_text(json.dumps(config_json(config, options.end_id), indent=1) + "\n")
    (options.output / "generation_config.json").write_text(json.dumps({"eos_token_id": options.end_id}) + "\n")


if __name__ == "__main__":
    main()
