#!/usr/bin/env python3
"""Retrace beside PyTorch: the same work by the program and by transformers, in turn, and a table of ratios.

  retrace pretrain --preset qwen2.5-vl-3b-random --output 3b
  python3 beside.py --retrace ./retrace --model 3b --device cuda --dtype bf16 --output 3b.json
  python3 beside.py --retrace ./retrace --model 3b --device cuda --dtype bf16 --lora-rank 16 --output 3b-lora.json

needs the program, Linux and a Python with torch, transformers 5 and Pillow, and nothing else. Both sides take the same
checkpoint, problems, images, lengths and seed, and have to agree on the tokens of a prompt and their probabilities. Every piece of work is
done twice in a process of its own, and the second time counts, so that what a device does once is left out; peak memory is that
of the whole process. Processes take turns, A B A B. Times are those of the clock and of the processor, of which the latter asks
less what else the machine does.

  --work steps      beside what is usual: generate, and a step as TRL takes it
    step-256, step-1024   8 responses of so many tokens to each of 64 problems, and a step of GRPO on all 512: frozen reference,
                          one update, LoRA where --lora-rank says so
    csrs                  8 responses to one problem, and 5 continuations of each from its first 70 % with a noisy image; no more
                          than the generation counts
  --work sampling   beside a loop round transformers that reads each prompt and image once for all its samples
    samples-256, samples-1024, csrs as above, and one-1024, one response; nothing is learned
  --work learning   a step of GRPO where each response has a prompt of its own, of text alone, on both sides
    keeping, recomputing  activations; 2 responses of 1024 tokens to each of 32 problems

--cpu takes 8 problems, and 64 and 256 tokens. --small takes the least lengths and counts, to see that it runs; its ratios mean
little.
"""
import argparse
import json
import pathlib
import shlex
import statistics
import sys
import tempfile

import measured
import problems
import retrace_side
import tasks

SLOW_GFLOPS = 10  # A core with AVX2 does 30 and more.
FOLDER = pathlib.Path(__file__).resolve().parent


def prepare(task, retrace, folder):
    """Adds to a task its problems and how the program asks them; returns what the first one's prompt is to the program."""
    task["instruction"] = retrace_side.instruction(task, retrace)
    task["data"] = str(problems.make(retrace, task, folder))
    scored = retrace_side.score(task, retrace, folder)
    task["prompt_tokens"] = len(scored["token_ids"])
    return scored


def peer(task, folder):
    """The same by transformers; returns what retrace_side.run returns, and what the first problem's prompt is to it."""
    file, figures = folder / "task.json", folder / "figures.json"
    file.write_text(json.dumps(task))
    # It stays as its last step has left it until it is ended.
    process = measured.run([sys.executable, FOLDER / "peer.py", file, figures], task["device"], ready="ready",
                           steps=lambda: int(figures.exists()), enough=1)
    result = json.loads(figures.read_text())
    return {**result, "peak_bytes": process.peak_bytes, "kept_bytes": process.kept_bytes,
            "start_seconds": process.ready_seconds}


def check(ours, theirs, dtype):
    """Ends the comparison unless both sides read the same prompt and come to the same probabilities with it."""
    if ours["token_ids"] != theirs["token_ids"]:
        raise SystemExit(f"the sides read a problem differently: {ours['token_ids']} and {theirs['token_ids']}")
    pairs = list(zip(ours["log_probs"], theirs["log_probs"]))[1:]
    # The program gives tokens that stand for an image a probability of 0, and so a little more to all others.
    gaps = [abs(one - other) for one, other in pairs if one > -1e4]
    bound = {"fp32": 0.02, "bf16": 0.1}[dtype]
    if not statistics.mean(gaps) < bound:
        raise SystemExit(f"the sides' log-probabilities of a prompt differ by {statistics.mean(gaps):.2g} on average")


def check_products(gflops, task, small):
    """Ends a comparison on a CPU that would be with a torch which multiplies without vector instructions."""
    if task["device"] == "cpu" and not small and gflops < SLOW_GFLOPS:
        raise SystemExit(
            f"transformers' torch multiplies matrices at {gflops:.1f} GFLOP a second: it has no fast library for that, and nothing "
            "would follow from a comparison. Debian's torch takes libopenblas0-pthread, once that is installed")


def measure(task, options, folder):
    scored = prepare(task, options.retrace, pathlib.Path(folder) / task["name"])
    rounds = []
    for number in range(options.rounds):
        pair = {}
        for side in (["retrace", "peer"] if number % 2 == 0 else ["peer", "retrace"]):
            place = pathlib.Path(tempfile.mkdtemp(dir=folder))
            pair[side] = retrace_side.run(task, options.retrace, place) if side == "retrace" else peer(task, place)
            if side == "peer":
                check(scored, pair[side].pop("first_prompt"), task["dtype"])
                check_products(pair[side]["product_gflops"], task, options.small)
            print(f"  {task['name']} {side}: {json.dumps(pair[side])}", file=sys.stderr, flush=True)
        rounds.append(pair)
    return rounds


def rate(part, seconds):
    return lambda one: one[part]["tokens"] / one[part][seconds] if part in one else None


def memory(name):
    return lambda one: one[name] / 2**30 if name in one else None


# Name, which way is better, and the quantity of one side's result; None where a piece of work has none.
ROWS = [
    ("rollouts, tokens/s", "higher", rate("rollouts", "seconds")),
    ("rollouts, tokens/processor s", "higher", rate("rollouts", "processor_seconds")),
    ("continuations, tokens/s", "higher", rate("continuations", "seconds")),
    ("continuations, tokens/processor s", "higher", rate("continuations", "processor_seconds")),
    ("learning, tokens/s", "higher", rate("learning", "seconds")),
    ("learning, tokens/processor s", "higher", rate("learning", "processor_seconds")),
    ("peak memory, GiB", "lower", memory("peak_bytes")),
    ("memory kept after a step, GiB", "lower", memory("kept_bytes")),
    ("start until the first step, s", "lower", lambda one: one.get("start_seconds")),
]


def table(name, rounds):
    """One row for each quantity: both sides' medians, and the ratios inside the rounds, above 1 where Retrace is better."""
    rows = []
    for label, better, quantity in ROWS:
        pairs = [(quantity(one["retrace"]), quantity(one["peer"])) for one in rounds]
        if any(None in pair for pair in pairs):
            continue
        ratios = sorted(ours / theirs if better == "higher" else theirs / ours for ours, theirs in pairs)
        rows.append({
            "task": name,
            "quantity": label,
            "retrace": statistics.median(ours for ours, _ in pairs),
            "peer": statistics.median(theirs for _, theirs in pairs),
            "ratio": statistics.median(ratios),
            "lowest": ratios[0],
            "highest": ratios[-1],
        })
    return rows


def read_options(arguments=None):
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--retrace", required=True, type=shlex.split, help="the program, or a command that starts it")
    options.add_argument("--model", type=pathlib.Path, required=True, help="the folder of the checkpoint")
    options.add_argument("--device", default="cpu", help="cpu, cuda or cuda:N")
    options.add_argument("--dtype", default="fp32", choices=["bf16", "fp32"])
    options.add_argument("--lora-rank", type=int, default=0, help="0 trains all weights")
    options.add_argument("--threads", type=int, default=None, help="CPU threads of both sides")
    options.add_argument("--pass-tokens", type=int, default=8192, help="tokens of a forward and backward pass, on both sides")
    options.add_argument("--work", default="steps", choices=["steps", "sampling", "learning"], help="which pieces of work")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--only", default=None, help="one piece of work by its name")
    options.add_argument("--cpu", action="store_true", help="sizes for a CPU and some hundred million weights")
    options.add_argument("--small", action="store_true", help="the least sizes")
    options.add_argument("--output", type=pathlib.Path, default=None, help="a JSON file of all measurements")
    parsed = options.parse_args(arguments)
    if parsed.work == "sampling" and parsed.lora_rank > 0:
        options.error("--lora-rank is for work that learns: evaluation, which takes the samples, has no adapter of its own")
    return parsed


def main():
    options = read_options()
    rows, found = [], {}
    with tempfile.TemporaryDirectory() as folder:
        for task in tasks.of(options):
            found[task["name"]] = measure(task, options, folder)
            rows += table(task["name"], found[task["name"]])
    print(f"{'':<12} {'':<34} {'retrace':>10} {'peer':>10}   ratio (above 1: retrace is ahead)")
    for row in rows:
        print(f"{row['task']:<12} {row['quantity']:<34} {row['retrace']:>10.3f} {row['peer']:>10.3f}   "
              f"{row['ratio']:.2f} ({row['lowest']:.2f} to {row['highest']:.2f})")
    if options.output:
        options.output.write_text(json.dumps({"rows": rows, "rounds": found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
