#!/usr/bin/env python3
"""Retrace beside PyTorch: the same work by the program and by transformers, in turn, and a table of ratios.

  retrace pretrain --preset qwen2.5-vl-3b-random --output 3b
  python3 beside.py --retrace ./retrace --model 3b --device cuda --dtype bf16 --output 3b.json
  python3 beside.py --retrace ./retrace --model 3b --device cuda --dtype bf16 --lora-rank 16 --output 3b-lora.json

needs the program and a Python with torch, transformers 5 and Pillow, and nothing else. Both sides take the same checkpoint,
problems, images, lengths and seed, and have to agree on the tokens of a prompt and their probabilities. Every piece of work is
two steps in a process of its own, of which the second counts, so that what a device does once is left out; peak memory is that
of the whole process. Processes take turns, A B A B.

  step-256, step-1024   8 responses of so many tokens to each of 64 problems, and a step of GRPO on all 512: frozen reference,
                        one update, LoRA where --lora-rank says so
  csrs                  8 responses to one problem, and 5 continuations of each from its first 70 % with a noisy image; no more
                        than the generation counts

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
import retrace_side

FOLDER = pathlib.Path(__file__).resolve().parent


def tasks(options):
    if options.cpu:
        sizes = [("step-64", 8, 8, 64, False), ("step-256", 8, 8, 256, False), ("csrs", 1, 8, 256, True)]
    elif options.small:
        sizes = [("step-8", 2, 2, 8, False), ("step-16", 2, 2, 16, False), ("csrs", 1, 2, 16, True)]
    else:
        sizes = [("step-256", 64, 8, 256, False), ("step-1024", 64, 8, 1024, False), ("csrs", 1, 8, 1024, True)]
    for name, problems, group, tokens, retraces in sizes:
        if options.only in (None, name):
            yield {
                "name": name,
                "problems": problems,
                "group": group,
                "new_tokens": tokens,
                "continuations": 5 if retraces else 0,
                "keep": 0.7,
                "pass_tokens": options.pass_tokens,
                "kl": 0.01,
                "learning_rate": 1e-6,
                "model": str(options.model.resolve()),
                "device": options.device,
                "dtype": options.dtype,
                "lora_rank": options.lora_rank,
                "threads": options.threads,
                "seed": 0,
            }


def peer(task, folder):
    """The same by transformers; returns what retrace_side.run returns."""
    file = folder / "task.json"
    file.write_text(json.dumps(task))
    process = measured.run([sys.executable, FOLDER / "peer.py", file], task["device"], ready="ready")
    result = json.loads(process.output.splitlines()[-1])
    return {**result, "start_seconds": process.ready_seconds, "peak_bytes": process.peak_bytes}


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


def measure(task, options, folder):
    place = pathlib.Path(tempfile.mkdtemp(dir=folder))
    scored = retrace_side.score(task, options.retrace, place)
    rounds = []
    for number in range(options.rounds):
        pair = {}
        for side in (["retrace", "peer"] if number % 2 == 0 else ["peer", "retrace"]):
            place = pathlib.Path(tempfile.mkdtemp(dir=folder))
            pair[side] = retrace_side.run(task, options.retrace, place) if side == "retrace" else peer(task, place)
            if side == "peer":
                check(scored, pair[side].pop("first_prompt"), task["dtype"])
            print(f"  {task['name']} {side}: {json.dumps(pair[side])}", file=sys.stderr, flush=True)
        rounds.append(pair)
    return rounds


# Name, which way is better, and the quantity of one side's result.
ROWS = [
    ("rollouts, tokens/s", "higher", lambda one: one["generated_tokens"] / one["rollout_seconds"]),
    ("learning, response tokens/s", "higher", lambda one: one["learned_tokens"] / one["learn_seconds"]),
    ("peak memory, GiB", "lower", lambda one: one["peak_bytes"] / 2**30),
    ("start until the first step, s", "lower", lambda one: one["start_seconds"]),
]


def table(name, rounds):
    """One row for each quantity: both sides' medians, and the ratios inside the rounds, above 1 where Retrace is better."""
    rows = []
    for label, better, quantity in ROWS:
        # The program learns from what it has generated in any case, so that its memory is not that of generating alone.
        if not rounds[0]["retrace"]["learn_seconds"] and not label.startswith("rollouts"):
            continue
        pairs = [(quantity(one["retrace"]), quantity(one["peer"])) for one in rounds]
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
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--only", default=None, help="one piece of work by its name")
    options.add_argument("--cpu", action="store_true", help="sizes for a CPU and some hundred million weights: step-64, step-256, csrs")
    options.add_argument("--small", action="store_true", help="the least sizes")
    options.add_argument("--output", type=pathlib.Path, default=None, help="a JSON file of all measurements")
    return options.parse_args(arguments)


def main():
    options = read_options()
    rows, found = [], {}
    with tempfile.TemporaryDirectory() as folder:
        for task in tasks(options):
            problems = retrace_side.make_problems(options.retrace, task["problems"], pathlib.Path(folder) / task["name"])
            task["data"] = str(problems)
            found[task["name"]] = measure(task, options, folder)
            rows += table(task["name"], found[task["name"]])
    print(f"{'':<10} {'':<30} {'retrace':>10} {'peer':>10}   ratio (above 1: retrace is ahead)")
    for row in rows:
        print(f"{row['task']:<10} {row['quantity']:<30} {row['retrace']:>10.3f} {row['peer']:>10.3f}   "
              f"{row['ratio']:.2f} ({row['lowest']:.2f} to {row['highest']:.2f})")
    if options.output:
        options.output.write_text(json.dumps({"rows": rows, "rounds": found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
