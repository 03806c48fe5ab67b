"""What tornado-kernels is measured against, on the same GPU: PyTorch's copy and products, and Triton kernels for lightning
attention. Prints a line for each: name, value, unit. Started by bench/gpu.sh; needs torch and triton."""

import statistics
import sys

import torch
import triton
import triton.language as tl

HEADS, DIM, HIDDEN, INTERMEDIATE, EXPERTS = 64, 128, 6144, 9216, 32


def median_seconds(work, runs=15, warm_ups=3):
    for _ in range(warm_ups):
        work()
    seconds = []
    for _ in range(runs):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        work()
        end.record()
        torch.cuda.synchronize()
        seconds.append(start.elapsed_time(end) / 1e3)
    return statistics.median(seconds)


def show(name, value, unit):
    print(f"reference\t{name}\t{value:.4g}\t{unit}", flush=True)


@triton.jit
def decode_kernel(q, k, v, state, slopes, out, HEADS: tl.constexpr, DIM: tl.constexpr, COLUMNS: tl.constexpr):
    """One token of one sequence and head, for some columns of v: the state is read and written once."""
    row = tl.program_id(0)
    first = tl.program_id(1) * COLUMNS
    keys = tl.arange(0, DIM)
    columns = first + tl.arange(0, COLUMNS)
    decay = tl.exp(-tl.load(slopes + row % HEADS))
    at = row * DIM * DIM + keys[:, None] * DIM + columns[None, :]
    key = tl.load(k + row * DIM + keys)
    value = tl.load(v + row * DIM + columns)
    after = decay * tl.load(state + at) + key[:, None] * value[None, :]
    tl.store(state + at, after)
    query = tl.load(q + row * DIM + keys)
    tl.store(out + row * DIM + columns, tl.sum(query[:, None] * after, axis=0))


@triton.jit
def prefill_kernel(q, k, v, slopes, out, tokens, HEADS: tl.constexpr, DIM: tl.constexpr, COLUMNS: tl.constexpr, BLOCK: tl.constexpr):
    """One head, some columns of v, all blocks one after the other; q, k, v [tokens, heads, dim] in bf16, state in registers."""
    head = tl.program_id(0)
    columns = tl.program_id(1) * COLUMNS + tl.arange(0, COLUMNS)
    keys = tl.arange(0, DIM)
    rows = tl.arange(0, BLOCK)
    slope = tl.load(slopes + head)
    distance = rows[:, None] - rows[None, :]
    inside = tl.where(distance >= 0, tl.exp(-slope * distance), 0.0)
    before = tl.exp(-slope * (rows + 1))
    after = tl.exp(-slope * (BLOCK - 1 - rows))
    state = tl.zeros([DIM, COLUMNS], dtype=tl.float32)
    for start in range(0, tokens, BLOCK):
        at = (start + rows)[:, None] * HEADS * DIM + head * DIM
        queries = tl.load(q + at + keys[None, :])
        the_keys = tl.load(k + at + keys[None, :])
        values = tl.load(v + at + columns[None, :])
        scores = tl.dot(queries, tl.trans(the_keys)) * inside
        result = tl.dot(scores.to(tl.bfloat16), values)
        result += tl.dot(queries, state.to(tl.bfloat16)) * before[:, None]
        decayed = (the_keys * after[:, None]).to(tl.bfloat16)
        state = state * tl.exp(-slope * BLOCK) + tl.dot(tl.trans(decayed), values)
        tl.store(out + at + columns[None, :], result.to(tl.bfloat16))


def copy():
    source = torch.randn(1 << 28, device="cuda")
    target = torch.empty_like(source)
    show("copy bandwidth", 2 * source.nbytes / median_seconds(lambda: target.copy_(source)) / 1e9, "GB/s")


def decode(batch=64):
    shape = (batch, HEADS, DIM)
    q, k, v = (torch.rand(shape, device="cuda") for _ in range(3))
    state = torch.zeros(batch, HEADS, DIM, DIM, device="cuda")
    slopes, out = torch.rand(HEADS, device="cuda"), torch.empty(shape, device="cuda")
    expected = torch.einsum("bhk,bhkv->bhv", q, k[..., None] * v[..., None, :])
    run = lambda: decode_kernel[(batch * HEADS, DIM // 32)](q, k, v, state, slopes, out, HEADS, DIM, 32)
    run()
    torch.testing.assert_close(out, expected, rtol=1e-4, atol=1e-3)
    show(f"lightning decode, batch {batch}", 2 * state.nbytes / median_seconds(run) / 1e9, "GB/s")


def prefill(tokens):
    q, k, v = (torch.rand(tokens, HEADS, DIM, device="cuda", dtype=torch.bfloat16) for _ in range(3))
    slopes, out = torch.rand(HEADS, device="cuda"), torch.empty(tokens, HEADS, DIM, device="cuda", dtype=torch.bfloat16)
    run = lambda: prefill_kernel[(HEADS, DIM // 64)](q, k, v, slopes, out, tokens, HEADS, DIM, 64, 64, num_warps=4)
    show(f"lightning prefill, {tokens} tokens", median_seconds(run) * 1e3, "ms")


def products():
    for name, n, k in (("qkv", 3 * HEADS * DIM, HIDDEN), ("gate", HEADS * DIM, HIDDEN), ("out", HIDDEN, HEADS * DIM)):
        for m in (1024, 4096, 16384):
            a = torch.randn(m, k, device="cuda", dtype=torch.bfloat16)
            b = torch.randn(k, n, device="cuda", dtype=torch.bfloat16)
            run = lambda: [a @ b for _ in range(10)]
            show(f"product {name}, {m} tokens", 20 * m * n * k / median_seconds(run, runs=7, warm_ups=1) / 1e12, "TFLOP/s")


def experts(tokens=4096):
    """Looped: tokens times two rows shared evenly by the experts."""
    rows = 2 * tokens // EXPERTS
    x = torch.randn(EXPERTS, rows, HIDDEN, device="cuda", dtype=torch.bfloat16)
    gate, up = (torch.randn(EXPERTS, HIDDEN, INTERMEDIATE, device="cuda", dtype=torch.bfloat16) for _ in range(2))
    down = torch.randn(EXPERTS, INTERMEDIATE, HIDDEN, device="cuda", dtype=torch.bfloat16)

    def run():
        for e in range(EXPERTS):
            (torch.nn.functional.silu(x[e] @ gate[e]) * (x[e] @ up[e])) @ down[e]

    def grouped():
        ends = torch.arange(1, EXPERTS + 1, device="cuda", dtype=torch.int32) * rows
        flat = x.view(-1, HIDDEN)
        activated = torch.nn.functional.silu(torch._grouped_mm(flat, gate, offs=ends)) * torch._grouped_mm(flat, up, offs=ends)
        return torch._grouped_mm(activated, down, offs=ends)

    try:
        operations = 6 * rows * EXPERTS * HIDDEN * INTERMEDIATE
        show(f"grouped experts by _grouped_mm, {tokens} tokens", operations / median_seconds(grouped) / 1e12, "TFLOP/s")
    except (RuntimeError, AttributeError) as e:
        print("no _grouped_mm:", e)
    show(f"grouped experts, {tokens} tokens", 6 * rows * EXPERTS * HIDDEN * INTERMEDIATE / median_seconds(run) / 1e12, "TFLOP/s")


def transformers_layers(count=4):
    """As many lightning layers as fit, in bf16, decoding and reading a prompt: seconds a layer."""
    from transformers import MiniMaxConfig, MiniMaxModel

    config = MiniMaxConfig(
        vocab_size=1024, hidden_size=HIDDEN, intermediate_size=INTERMEDIATE, num_hidden_layers=count, head_dim=DIM,
        num_attention_heads=HEADS, num_key_value_heads=8, num_local_experts=EXPERTS, num_experts_per_tok=2, block_size=256,
        layer_types=["linear_attention"] * count)
    torch.set_default_dtype(torch.bfloat16)
    with torch.device("cuda"), torch.no_grad():
        model = MiniMaxModel(config).eval()
        for p in model.parameters():
            p.uniform_(-0.02, 0.02)
        for batch in (1, 16, 64):
            cache = model(torch.randint(0, 1024, (batch, 8)), use_cache=True).past_key_values
            token = torch.randint(0, 1024, (batch, 1))
            step = lambda: model(token, past_key_values=cache, use_cache=True)
            show(f"transformers, {count} layers, decode a layer, batch {batch}", median_seconds(step, 7, 2) / count * 1e3, "ms")
        for tokens in (4096, 16384):
            prompt = torch.randint(0, 1024, (1, tokens))
            run = lambda: model(prompt, use_cache=True)
            show(f"transformers, {count} layers, prompt a layer, {tokens} tokens", median_seconds(run, 3, 1) / count * 1e3, "ms")


def main():
    if not torch.cuda.is_available():
        sys.exit("gpu_reference: torch sees no GPU")
    if "transformers" in sys.argv[1:]:
        transformers_layers()
        return
    copy()
    decode()
    for tokens in (8192, 65536):
        prefill(tokens)
    products()
    experts()


if __name__ == "__main__":
    main()
