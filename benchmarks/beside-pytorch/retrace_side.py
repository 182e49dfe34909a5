"""The work of a task by Retrace's program: what beside.py compares with the peer."""
import json
import pathlib
import subprocess

import measured


def make_problems(retrace, count, folder):
    """So many geometry problems with their images, as a file of JSON lines."""
    subprocess.run(
        [*retrace, "data", "make", "--output", folder, "--train", str(count), "--evaluation", "1", "--test", "1"],
        check=True, stdout=subprocess.DEVNULL)
    return (folder / "train.jsonl").resolve()


def score(task, retrace, folder):
    """What the first problem's prompt is to the program: its token ids, and the log-probability of each given those before."""
    problem = json.loads(pathlib.Path(task["data"]).read_text().splitlines()[0])
    prompts, output = folder / "prompts.jsonl", folder / "scores.jsonl"
    prompts.write_text(json.dumps({"prompt": problem["question"], "image": problem["image"]}) + "\n")
    subprocess.run(
        [*retrace, "score", "--model", task["model"], "--device", task["device"], "--dtype", task["dtype"],
         "--input", prompts, "--output", output],
        check=True, stdout=subprocess.DEVNULL)
    return json.loads(output.read_text())


def run(task, retrace, folder):
    """Takes two steps and returns the second's figures.

    The program is to take three, and is ended after two: a last step would leave a checkpoint, of many times the model's size
    where all weights are trained. A file has as many problems as a step, so every problem is in each. Rewards are random, so
    that all responses are learned from.
    """
    output = folder / "run"
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
    if task["threads"]:
        settings["threads"] = task["threads"]
    command = [*retrace, "evolve", "--model", task["model"], "--data", task["data"], "--output", output, "--steps", "3"]
    for key, value in settings.items():
        command += ["--set", f"{key}={value}"]
    metrics = output / "metrics.jsonl"

    def has_two_steps():
        return metrics.exists() and metrics.read_text().count("\n") >= 2

    process = measured.run(command, task["device"], ready=output / "config.yaml", done=has_two_steps)
    step = json.loads(metrics.read_text().splitlines()[1])
    generated = step["maternal_tokens"] + (step["retraced_tokens"] or 0)
    return {
        "generated_tokens": generated,
        "rollout_seconds": step["rollout_seconds"],
        "learned_tokens": 0 if task["continuations"] else step["maternal_tokens"],
        "learn_seconds": None if task["continuations"] else step["learn_seconds"],
        "start_seconds": process.ready_seconds,
        "peak_bytes": process.peak_bytes,
    }
