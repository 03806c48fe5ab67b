"""Reads what bench/gpu.sh measured (source, name, value, unit) and prints the rows that have a bar: value, reference of the
same run, ratio, bar. With a second argument all numbers go there as JSON."""

import json
import re
import sys

TOKENS = (1024, 4096, 16384)


def rows(values):
    """Name, measured, reference, whether less is better, bar."""
    for name in ("qkv", "gate", "out"):
        for tokens in TOKENS:
            key = f"product {name}, {tokens} tokens"
            yield key, values["cuda"].get(key), values["reference"].get(key), False, 0.9
    looped, grouped = (values["reference"].get(f"grouped experts{by}, 4096 tokens", 0) for by in ("", " by _grouped_mm"))
    yield "grouped experts, 4096 tokens", values["cuda"].get("grouped experts, 4096 tokens"), max(looped, grouped), False, 0.6
    triton = values["reference"].get("lightning decode, batch 64")
    yield "lightning decode, batch 64", values["cuda"].get("lightning decode in CUDA C, batch 64"), triton, False, 0.9
    yield "lightning decode in Java, batch 64", values["java"].get("lightning decode, batch 64"), triton, False, 0.9
    for tokens in (8192, 65536):
        key = f"lightning prefill, {tokens} tokens"
        reference = values["reference"].get(key)
        cuda = values["cuda"].get(f"lightning prefill in CUDA C, {tokens} tokens")
        yield key, cuda, reference, True, 0.75
        yield f"lightning prefill in Java, {tokens} tokens", values["java"].get(key), reference, True, 0.3
    bandwidth = values["reference"].get("copy bandwidth")
    for batch in (1, 4, 16, 64):
        key = f"int8 experts in CUDA C, batch {batch}"
        yield key, values["cuda"].get(key), bandwidth, False, 0.75
    launches = values["cuda"].get("slice of 8 layers, launches in a step", 0)
    launch = values["cuda"].get("a launch in a CUDA graph, with its share of the graph's start", 0)
    for batch in (1, 16, 64):
        key = f"slice of 8 layers, bandwidth, batch {batch}"
        yield key, values["cuda"].get(key), bandwidth, False, 0.5
        ours = values["cuda"].get(f"slice of 8 layers, decode, batch {batch}")
        theirs = values["reference"].get(f"transformers, 4 layers, decode a layer, batch {batch}")
        yield f"decode a layer, transformers, batch {batch}", ours and ours / 8, theirs, True, 3
        # a share of 15 % is a step of 6.7 times its launches
        yield f"step against its launches, ms, batch {batch}", launches * launch / 1e3, ours, True, 6.67
    for tokens in (4096, 16384):
        products = values["cuda"].get(f"lightning layer with experts, products of a prompt of {tokens}")
        rate = values["cuda"].get("product qkv, 16384 tokens")
        yield f"lightning layer, prompt of {tokens}: product rate", products, rate, False, 0.5
        ours = values["cuda"].get(f"lightning layer with experts, prompt of {tokens}")
        theirs = values["reference"].get(f"transformers, 4 layers, prompt a layer, {tokens} tokens")
        yield f"prompt a layer, transformers, {tokens} tokens", ours, theirs, True, 1.2
    rate = values["cuda"].get("product qkv, 16384 tokens")
    for tokens in [4096] + [1 << i for i in range(14, 21)]:
        yield f"slice, prompt of {tokens}: product rate", values["cuda"].get(f"slice of 8 layers, prompt of {tokens}, products"), rate, False, 0.5
    short, long = (values["cuda"].get(f"slice of 8 layers, prompt of {tokens}, a token") for tokens in (4096, 1 << 20))
    yield "slice, a token at 4k against one at 1M, us", long, short, True, 1 / 1.6


def picture(values, path):
    """What a token of a prompt costs in the slice, by the prompt's length: of all before it, and of its last chunk."""
    lines = (("whole prompt, a token", "a token", "#1f6f8b"), ("its last 16,384 tokens, a token", "last chunk, a token", "#c8553d"))
    measured = [
        (label, color, [(i, values["cuda"][key]) for i in range(12, 21) if (key := f"slice of 8 layers, prompt of {1 << i}, {kind}") in values["cuda"]])
        for label, kind, color in lines
    ]
    if not all(points for _, _, points in measured):
        return
    width, height, left, bottom = 860, 440, 70, 390
    top = max(value for _, _, points in measured for _, value in points) * 1.1
    x = lambda power: left + (power - 12) * (width - left - 30) / 8
    y = lambda value: bottom - value / top * (bottom - 40)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="13">']
    out.append(f'<rect width="{width}" height="{height}" fill="white"/>')
    out.append(f'<text x="{width / 2}" y="24" text-anchor="middle" font-size="16">Prefill of 8 layers of MiniMax-Text-01 (7 + 1), int8, one GPU</text>')
    for power in range(12, 21, 2):
        name = f"{1 << power - 10}k" if power < 20 else "1M"
        out.append(f'<text x="{x(power):.1f}" y="{bottom + 20}" text-anchor="middle">{name}</text>')
    for tick in range(0, int(top), 20):
        out.append(f'<text x="{left - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick}</text>')
        out.append(f'<line x1="{left}" y1="{y(tick):.1f}" x2="{width - 30}" y2="{y(tick):.1f}" stroke="#dddddd"/>')
    out.append(f'<text x="{width / 2}" y="{height - 10}" text-anchor="middle">length of the prompt, tokens</text>')
    out.append(f'<text transform="translate(18,{(bottom + 40) / 2}) rotate(-90)" text-anchor="middle">microseconds a token, 8 layers</text>')
    for number, (label, color, points) in enumerate(measured):
        path_of = " ".join(f"{x(power):.1f},{y(value):.1f}" for power, value in points)
        out.append(f'<polyline points="{path_of}" fill="none" stroke="{color}" stroke-width="2"/>')
        out.extend(f'<circle cx="{x(power):.1f}" cy="{y(value):.1f}" r="4" fill="{color}"/>' for power, value in points)
        out.append(f'<text x="{left + 20}" y="{60 + 20 * number}" fill="{color}">{label}</text>')
    out.append("</svg>")
    with open(path, "w") as file:
        file.write("\n".join(out) + "\n")


def main():
    values = {"java": {}, "cuda": {}, "reference": {}}
    for line in open(sys.argv[1]):
        source, name, value, _ = line.rstrip("\n").split("\t")
        try:
            values[source][name] = float(value)
        except ValueError:
            print(f"{source}: {name}: {value}")
    if len(sys.argv) > 2:
        with open(sys.argv[2], "w") as out:
            json.dump(values, out, indent=1)
            out.write("\n")
        picture(values, re.sub(r"\.json$", "", sys.argv[2]) + "-prompt.svg")
    print(f"{'':<52} {'measured':>10} {'reference':>10} {'ratio':>6} {'bar':>5}")
    for name, measured, reference, less, bar in rows(values):
        if not measured or not reference:
            print(f"{name:<52} not measured")
            continue
        ratio = reference / measured if less else measured / reference
        print(f"{name:<52} {measured:>10.4g} {reference:>10.4g} {ratio:>6.2f} {bar:>5} {'' if ratio >= bar else 'below'}")


if __name__ == "__main__":
    main()
