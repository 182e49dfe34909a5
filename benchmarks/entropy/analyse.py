#!/usr/bin/env python3
"""What low entropy teaches, beside voting and others, on the samples that sample.cs has written.

  python3 analyse.py SAMPLES.jsonl [--kinds models/tiny/kinds.json | --by-category]

prints a table for each kind of problems. A rule's rewards become GRPO's advantages (over the group's standard deviation), and
of problems that have right and wrong responses it shows how much higher the advantage of a right response is than that of a
wrong one, in standard deviations, with its interval of 95 % over problems. With labels, the rule `supervised` gets the most that
there is.

  all            over all pairs of a right and a wrong response
  calculated     over pairs of which neither answers at a glance
  same length    over those of them whose lengths differ by two tokens at most
  no glances     as calculated, with the advantages of groups from which glances are left out: what is left to learn after them
  on glances     share of the squared advantages that glances have
  inside answer  share of the squared advantages, without glances, that tells responses with the same answer apart
  label right    how often the best rewarded response is right, over all problems

The rules: `entropy` (minus the mean over a response's tokens), the same as a sum, the length itself, `majority`, `grounded-vote`, and
the score behind that with a tenth of the standardised length added. Above the table stand, for responses that calculate, means of
right and wrong ones, the correlation of the rule `entropy` with length and with its sum within a problem, and the share of the sum
that the opening has, which is the first two tokens.
"""
import argparse
import collections
import json
import re
import statistics

ANSWER = re.compile(r"\\boxed\{([^{}]*)\}")
GLANCE = "<think></think>"
SURVIVAL_WEIGHT = 0.5
RULES = ("entropy", "sum", "length", "majority", "grounded-vote", "score + length", "supervised")


def answer_of(text):
    found = ANSWER.findall(text)
    return found[-1].strip() if found else None


def share(answers, answer):
    return sum(one == answer for one in answers) / len(answers)


def grounded(maternal, retraced, blind):
    """The score of each answer in docs/rules.md."""
    n, m = len(maternal), len(retraced[0])
    everything = maternal + [one for row in retraced for one in row]
    back = [sum(one == answer for one in row) if answer else 0 for answer, row in zip(maternal, retraced)]
    mean = sum(back) / (n * m)
    scores = {}
    for answer in dict.fromkeys(one for one in maternal if one):
        rows = [i for i, one in enumerate(maternal) if one == answer]
        frequency = share(everything, answer)
        survival = (sum(back[i] for i in rows) + m * mean) / (m * len(rows) + m)
        excess = 0 if frequency == 1 else max(-1, (survival - frequency) / (1 - frequency))
        unseen = sum(one == answer for one in blind) / (len(blind) + 1)
        seen = max(-1, (frequency - unseen) / (1 - unseen))
        scores[answer] = (1 - SURVIVAL_WEIGHT) * seen + SURVIVAL_WEIGHT * excess
    return scores


def elected(maternal, scores):
    best = max(scores, key=scores.get, default=None)
    return [float(best is not None and one == best) for one in maternal]


def read(line):
    """A problem's responses, one column each for what is known of them and for each rule's rewards."""
    maternal = [answer_of(one) for one in line["maternal"]]
    lengths = [len(one) for one in line["token_entropies"]]
    sums = [-sum(one) for one in line["token_entropies"]]
    retraced = [[answer_of(one) for one in row] for row in line["retraced"]]
    right = [one == line["answer"] for one in maternal]
    scores = grounded(maternal, retraced, [answer_of(one) for one in line["blind"]])
    return {
        "answer": maternal,
        "right": right,
        "glance": [one.startswith(GLANCE) for one in line["maternal"]],
        "tokens": lengths,
        "opening": [sum(one[:2]) for one in line["token_entropies"]],
        "entropy": [one / length for one, length in zip(sums, lengths)],
        "sum": sums,
        "length": lengths,
        "majority": elected(maternal, {one: share(maternal, one) for one in maternal if one}),
        "grounded-vote": elected(maternal, scores),
        "score + length": [
            scores.get(one, -1) + 0.1 * length for one, length in zip(maternal, advantages(lengths))],
        "supervised": [float(one) for one in right],
    }


def without_glances(group):
    kept = [i for i, one in enumerate(group["glance"]) if not one]
    return {name: [values[i] for i in kept] for name, values in group.items()}


def advantages(rewards):
    if len(rewards) < 2 or statistics.stdev(rewards) < 1e-5:
        return [0.0] * len(rewards)
    mean, deviation = statistics.mean(rewards), statistics.stdev(rewards)
    return [(one - mean) / deviation for one in rewards]


def lead(group, rule, keep):
    """By how much right responses lead wrong ones; None where no pair is kept."""
    values = advantages(group[rule])
    pairs = [
        values[i] - values[j]
        for i, right in enumerate(group["right"]) if right
        for j, other in enumerate(group["right"]) if not other and keep(group, i, j)]
    return statistics.mean(pairs) if pairs else None


def inside_answers(group, rule):
    values = advantages(group[rule])
    whole = sum(one * one for one in values)
    of_answer = collections.defaultdict(list)
    for answer, value in zip(group["answer"], values):
        of_answer[answer].append(value)
    between = sum(len(some) * statistics.mean(some) ** 2 for some in of_answer.values())
    return 1 - between / whole if whole else None


def on_glances(group, rule):
    values = advantages(group[rule])
    whole = sum(one * one for one in values)
    return sum(one * one for one, glance in zip(values, group["glance"]) if glance) / whole if whole else None


def label_is_right(group, rule):
    best = max(group[rule])
    return statistics.mean(right for right, one in zip(group["right"], group[rule]) if best - one < 1e-5)


def is_calculated(group, i, j):
    return not group["glance"][i] and not group["glance"][j]


def is_as_long(group, i, j):
    return is_calculated(group, i, j) and abs(group["tokens"][i] - group["tokens"][j]) <= 2


def correlation(groups, first, second):
    pairs = [(one[first], one[second]) for one in groups if len(one["right"]) > 2]
    return statistics.mean(
        statistics.correlation(a, b) for a, b in pairs if min(statistics.stdev(a), statistics.stdev(b)) > 1e-5)


def with_interval(values):
    values = [one for one in values if one is not None]
    if len(values) < 2:
        return "–"
    return f"{statistics.mean(values):+.2f} ± {1.96 * statistics.stdev(values) / len(values) ** 0.5:.2f} ({len(values)})"


def percent(values):
    values = [one for one in values if one is not None]
    return f"{100 * statistics.mean(values):.0f}" if values else "–"


def show(kind, groups):
    calculated = [without_glances(one) for one in groups]
    print(f"\n{kind}: {len(groups)} problems, right {percent(statistics.mean(one['right']) for one in groups)} %, "
          f"at a glance {percent(statistics.mean(one['glance']) for one in groups)} %")
    for right in (True, False):
        some = [
            (tokens, -nats) for group in calculated if len(set(group["right"])) == 2
            for ok, tokens, nats in zip(group["right"], group["tokens"], group["sum"]) if ok == right]
        if some:
            tokens, nats = (statistics.mean(column) for column in zip(*some))
            print(f"  {'right' if right else 'wrong'} calculated responses: {tokens:.1f} tokens, {nats:.2f} nats")
    print(f"  correlation of entropy with length {correlation(calculated, 'entropy', 'length'):+.2f}, "
          f"with the sum {correlation(calculated, 'entropy', 'sum'):+.2f}; the opening has "
          f"{100 * statistics.mean(-sum(one['opening']) / sum(one['sum']) for one in calculated if one['sum']):.0f} % of the sum")
    row = "  {:14} {:>20} {:>20} {:>20} {:>20} {:>10} {:>13} {:>11}"
    print(row.format("", "all", "calculated", "same length", "no glances", "on glances", "inside answer", "label right"))
    for rule in RULES:
        print(row.format(
            rule,
            with_interval([lead(one, rule, lambda *_: True) for one in groups]),
            with_interval([lead(one, rule, is_calculated) for one in groups]),
            with_interval([lead(one, rule, is_as_long) for one in groups]),
            with_interval([lead(one, rule, is_calculated) for one in calculated]),
            percent(on_glances(one, rule) for one in groups),
            percent(inside_answers(one, rule) for one in calculated),
            percent(label_is_right(one, rule) for one in groups)))


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
        groups[category if options.by_category else kind_of.get(category, other)].append(read(line))
    if len(groups) > 1:
        groups["all"] = [one for some in list(groups.values()) for one in some]
    for kind, some in groups.items():
        show(kind, some)


if __name__ == "__main__":
    main()
