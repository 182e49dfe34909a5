#!/usr/bin/env python3
"""What low entropy rewards, on the samples that sample.cs has written.

  python3 analyse.py SAMPLES.jsonl [--kinds models/tiny/kinds.json | --by-category]

prints a block for each kind of problems. Everything is measured inside problems that have right and wrong responses, as a group's
advantages compare nothing else: the chance that a right response is rewarded above a wrong one, equal rewards counting half (50
is chance), averaged over the problems, each of which counts once.

  entropy     minus the mean entropy of a response's tokens: the rule
  sum         minus their sum: the same without the division by the length
  length      the number of tokens
  same length the rule, among pairs whose lengths differ by two tokens at most
  vote        the answer's share of the group
  grounded    the score behind grounded-vote, survival weight 0.5

each also among responses that do not answer at a glance ("calculated"), and how often the best rewarded response is right.
"""
import argparse
import collections
import json
import re
import statistics

ANSWER = re.compile(r"\\boxed\{([^{}]*)\}")
GLANCE = "<think></think>"
WEIGHT = 0.5


def answer_of(text):
    found = ANSWER.findall(text)
    return found[-1].strip() if found else None


def share(answers, answer):
    return sum(one == answer for one in answers) / len(answers)


def grounded(maternal, retraced, blind):
    """The scores of docs/rules.md: answers beyond those that are as frequent blind, and survival beyond chance."""
    n, m = len(maternal), len(retraced[0])
    everything = maternal + [one for row in retraced for one in row]
    back = [sum(one == answer for one in row) if answer else 0 for answer, row in zip(maternal, retraced)]
    mean = sum(back) / (n * m)
    scores = {}
    for answer in set(maternal) - {None}:
        rows = [i for i, one in enumerate(maternal) if one == answer]
        frequency = share(everything, answer)
        survival = (sum(back[i] for i in rows) + m * mean) / (m * len(rows) + m)
        excess = 0 if frequency == 1 else max(-1, (survival - frequency) / (1 - frequency))
        unseen = sum(one == answer for one in blind) / (len(blind) + 1)
        seen = max(-1, (frequency - unseen) / (1 - unseen))
        scores[answer] = (1 - WEIGHT) * seen + WEIGHT * excess
    return [scores.get(answer, -1) for answer in maternal]


def rewards_of(line):
    maternal = [answer_of(one) for one in line["maternal"]]
    lengths = [len(one) for one in line["token_entropies"]]
    means = [-sum(one) / len(one) for one in line["token_entropies"]]
    return {
        "right": [one == line["answer"] for one in maternal],
        "glance": [one.startswith(GLANCE) for one in line["maternal"]],
        "entropy": means,
        "sum": [mean * length for mean, length in zip(means, lengths)],
        "length": lengths,
        "vote": [share(maternal, one) if one else 0 for one in maternal],
        "grounded": grounded(
            maternal,
            [[answer_of(one) for one in row] for row in line["retraced"]],
            [answer_of(one) for one in line["blind"]]),
    }


def concordance(group, name, keep=lambda group, i, j: True):
    """The chance, over pairs of a right and a wrong response, that the right one is rewarded more; None without pairs."""
    right = [i for i, one in enumerate(group["right"]) if one]
    wrong = [i for i, one in enumerate(group["right"]) if not one]
    values = group[name]
    # Rounded, so that equal responses, whose entropies differ by rounding, are equal.
    pairs = [
        0.5 if abs(values[i] - values[j]) < 1e-5 else float(values[i] > values[j])
        for i in right for j in wrong if keep(group, i, j)]
    return statistics.mean(pairs) if pairs else None


def calculated(group, i, j):
    return not group["glance"][i] and not group["glance"][j]


def same_length(group, i, j):
    return abs(group["length"][i] - group["length"][j]) <= 2


def label_is_right(group, name):
    """Whether the best rewarded response is right; the mean over equal ones."""
    best = max(group[name])
    return statistics.mean(right for right, one in zip(group["right"], group[name]) if best - one < 1e-5)


def measure(groups):
    mixed = [one for one in groups if 0 < sum(one["right"]) < len(one["right"])]
    columns = {"problems": len(groups), "mixed": len(mixed)}
    columns["right"] = 100 * statistics.mean(statistics.mean(one["right"]) for one in groups)
    tests = [
        ("entropy", "entropy", lambda *_: True),
        ("sum", "sum", lambda *_: True),
        ("length", "length", lambda *_: True),
        ("same length", "entropy", same_length),
        ("vote", "vote", lambda *_: True),
        ("grounded", "grounded", lambda *_: True),
        ("entropy, calculated", "entropy", calculated),
        ("sum, calculated", "sum", calculated),
        ("length, calculated", "length", calculated),
        ("vote, calculated", "vote", calculated),
        ("grounded, calculated", "grounded", calculated),
    ]
    for name, reward, keep in tests:
        values = [value for one in mixed if (value := concordance(one, reward, keep)) is not None]
        columns[name] = (
            f"{100 * statistics.mean(values):5.1f} ± {196 * statistics.stdev(values) / len(values) ** 0.5:.1f}, {len(values)} problems"
            if len(values) > 1 else "-")
    for name in ("entropy", "sum", "length", "vote", "grounded"):
        columns["best by " + name] = 100 * statistics.mean(label_is_right(one, name) for one in groups)
    for right, label in ((True, "right"), (False, "wrong")):
        ones = [
            (length, -entropy) for one in mixed
            for ok, length, entropy in zip(one["right"], one["length"], one["entropy"]) if ok == right]
        if ones:
            columns["tokens " + label] = statistics.mean(length for length, _ in ones)
            columns["nats " + label] = statistics.mean(length * entropy for length, entropy in ones)
    columns["glances"] = 100 * statistics.mean(statistics.mean(one["glance"]) for one in groups)
    return columns


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("samples")
    options.add_argument("--kinds")
    options.add_argument("--by-category", action="store_true")
    options = options.parse_args()
    kinds = json.load(open(options.kinds)) if options.kinds else {}
    kind_of = {category: kind for kind, categories in kinds.items() for category in categories}
    other = next(iter(kinds), "all")
    groups = collections.defaultdict(list)
    for line in map(json.loads, open(options.samples)):
        category = line["category"]
        groups[category if options.by_category else kind_of.get(category, other)].append(rewards_of(line))
    if len(groups) > 1:
        groups["all"] = [one for some in list(groups.values()) for one in some]
    for kind, some in groups.items():
        print(kind)
        for name, value in measure(some).items():
            print(f"  {name:22} {value:5.1f}" if isinstance(value, float) else f"  {name:22} {value:>5}")


if __name__ == "__main__":
    main()
