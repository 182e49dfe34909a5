"""The work of a task by Retrace's program: what beside.py compares with the peer."""
import json
import pathlib
import subprocess

import measured


def score(task, retrace, folder):
    """What the first problem's prompt is to the program: its token ids, and the log-probability of each given those before."""
    problem = json.loads(pathlib.Path(task["data"]).read_text().splitlines()[0])
    prompts, output = folder / "prompts.jsonl", folder / "scores.jsonl"
    image = {"image": problem["image"]} if "image" in problem else {}
    prompts.write_text(json.dumps({"prompt": problem["question"] + task["instruction"], **image}) + "\n")
    subprocess.run(
        [*retrace, "score", "--model", task["model"], "--device", task["device"], "--dtype", task["dtype"],
         "--input", prompts, "--output", output],
        check=True, stdout=subprocess.DEVNULL)
    return json.loads(output.read_text())


def instruction(task, retrace):
    """What the program appends to every question."""
    if not _evaluates(task):
        return ""
    printed = subprocess.check_output([*retrace, "evolve", "--print-config", "--model", task["model"]], text=True)
    line = next(line for line in printed.splitlines() if line.strip().startswith("instruction:"))
    return json.loads(line.partition(":")[2])  # A text in double quotes.


def run(task, retrace, folder):
    """Does the work twice and returns the second time's figures."""
    return _evaluate(task, retrace, folder) if _evaluates(task) else _evolve(task, retrace, folder)


def _evaluates(task):
    """Where only samples count, evaluation takes them: a run would learn from them, too."""
    return not task["learns"] and not task["continuations"]


def _evaluate(task, retrace, folder):
    """Samples to the images as they are, and once more to images that perturbation "none" leaves so."""
    output = folder / "evaluation.json"
    command = [*retrace, "eval", "--model", task["model"], "--data", task["data"], "--output", output,
               "--samples", task["group"], "--max-tokens", task["new_tokens"], "--perturb", "none",
               "--device", task["device"], "--dtype", task["dtype"], "--seed", task["seed"]]
    if task["threads"]:
        command += ["--threads", task["threads"]]
    process = measured.run(command, task["device"])
    begin, end = (when for when, line in process.lines if line.startswith("problems evaluated: "))
    [again] = json.loads(output.read_text())["perturbations"]
    tokens = task["problems"] * task["group"] * again["summary"]["response_tokens"]["mean"]
    return {
        "rollouts": _part(process, tokens, begin, end - begin),
        "peak_bytes": process.peak_bytes,
    }


def _evolve(task, retrace, folder):
    """Takes two steps and returns the second's figures.

    The program is to take three, and is ended after two: a last step would leave a checkpoint, of many times the model's size
    where all weights are trained. A file has as many problems as a step, so every problem is in each. Rewards are random, so
    that all responses are learned from.
    """
    output = folder / "run"
    metrics = output / "metrics.jsonl"

    def steps():
        return metrics.read_text().count("\n") if metrics.exists() else 0

    process = measured.run(
        _evolve_command(task, retrace, output), task["device"], ready=output / "config.yaml", steps=steps, enough=2)
    step = json.loads(metrics.read_text().splitlines()[1])
    begin = process.steps[0]
    # Perturbing and continuing come last before learning.
    continuing = step["perturbing_seconds"] + step["reinference_seconds"]
    sampling = step["rollout_seconds"] - continuing
    parts = {"rollouts": _part(process, step["maternal_tokens"], begin, sampling)}
    if task["continuations"]:
        # What it learns besides does not count, and the memory is not that of generating alone.
        return {**parts, "continuations": _part(process, step["retraced_tokens"], begin + sampling, continuing)}
    check_own_prompts(task, step)
    return {
        **parts,
        "learning": _part(process, step["maternal_tokens"], begin + step["rollout_seconds"], step["learn_seconds"]),
        "peak_bytes": process.peak_bytes,
        "kept_bytes": process.kept_bytes,
        "start_seconds": process.ready_seconds,
    }


def _part(process, tokens, begin, seconds):
    return {
        "tokens": tokens,
        "seconds": seconds,
        "processor_seconds": process.processor_seconds(begin, begin + seconds),
    }


def check_own_prompts(task, step):
    """Ends the comparison if the program computed a prompt once for several responses where each is to have its own.

    It does so where a prompt is long beside its responses, as docs/architecture.md says.
    """
    if task["content"] != "text":
        return
    computed = step["pass_tokens"] * step["passes_per_update"]
    least = task["prompt_tokens"] * task["problems"] * task["group"] + step["maternal_tokens"]
    if computed < least - 1:
        raise SystemExit(f"{computed:.0f} tokens were learned from, but {least} are those of responses with a prompt each: "
                         "responses of this model have to be longer, or passes shorter, for this comparison")


def _evolve_command(task, retrace, output):
    settings = {
        "method": "csrs" if task["continuations"] else "random",
        "seed": task["seed"],
        "data.batch": task["problems"],
        "data.instruction": '""',  # YAML's empty text.
        "rollout.group": task["group"],
        "rollout.max_response_tokens": task["new_tokens"],
        "rollout.max_batch_sequences": 1024,
        "rollout.temperature": 1.0,
        "rollout.top_p": 1.0,
        "retrace.samples": task["continuations"] or 5,
        "retrace.keep_rate": task["keep"],
        "learn.mini_batch": task["problems"] * task["group"],
        "learn.micro_batch_tokens": task["pass_tokens"],
        "learn.kl": task["kl"],
        "learn.learning_rate": task["learning_rate"],
        "learn.warmup_steps": 0,
        "model.device": task["device"],
        "model.dtype": task["dtype"],
        "model.lora_rank": task["lora_rank"],
        "model.train_vision": "false",
        "checkpoint.keep": 1,
        "checkpoint.every": 1000,
    }
    if task["recomputes"] is not None:
        settings["model.activation_checkpointing"] = str(task["recomputes"]).lower()
    if task["threads"]:
        settings["threads"] = task["threads"]
    command = [*retrace, "evolve", "--model", task["model"], "--data", task["data"], "--output", output, "--steps", "3"]
    for key, value in settings.items():
        command += ["--set", f"{key}={value}"]
    return command
