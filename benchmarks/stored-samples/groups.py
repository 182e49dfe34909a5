"""Writes a file of responses with everything that any reward rule reads, for `retrace compare --on-samples`.

    python3 groups.py 10000 groups.jsonl

Each group has 8 responses with 5 continuations each, and 8 responses of each further round. One answer is right, one tempts,
four are rare; how often the right one comes up differs from group to group. The same count gives the same file.
"""

import json
import random
import sys

RESPONSES = 8
CONTINUATIONS = 5
STEPS = 6  # Of reasoning in a response, for distances.
WORDS = ["the", "angle", "is", "half", "of", "it,", "so", "we", "add", "both", "sides.", "Then"]


def response(answer, numbers):
    reasoning = " ".join(numbers.choices(WORDS, k=numbers.randrange(8, 30)))
    return f"<think>{reasoning}</think>" + ("no answer" if answer is None else f"\\boxed{{{answer}}}")


def group(index, numbers):
    right, tempting, *rare = (numbers.randrange(2, 180) for _ in range(6))
    strength = 0.7 * numbers.random()

    def answer(strength=strength):
        draw = numbers.random()
        if draw < strength:
            return right
        return tempting if draw < 0.85 else None if draw > 0.98 else numbers.choice(rare)

    def continued(given):
        survives = given is not None and numbers.random() < (0.7 if given == right else 0.5)
        return given if survives else answer()

    def responses(answers):
        return [response(one, numbers) for one in answers]

    def distances(answers):
        of_answers = {one: round(numbers.uniform(1, 5), 4) for one in answers}
        return [of_answers[one] for one in answers]

    maternal = [answer() for _ in range(RESPONSES)]
    further = {name: responses(answer() for _ in range(RESPONSES)) for name in ("start", "teacher", "rephrased")}
    return {
        "id": f"group-{index}",
        "maternal": responses(maternal),
        "retraced": [responses(continued(one) for _ in range(CONTINUATIONS)) for one in maternal],
        "blind": responses(answer(strength / 2) for _ in range(RESPONSES)),
        **further,
        "confidences": [round(numbers.uniform(5, 15), 4) for _ in maternal],
        "judgements": [round(numbers.random(), 3) for _ in maternal],
        "entropies": [round(numbers.uniform(0, 2), 4) for _ in maternal],
        "self_certainties": [round(numbers.uniform(0, 20), 4) for _ in maternal],
        "distances": [[distances(maternal) for _ in range(STEPS)] for _ in maternal],
        "answer": str(right),
    }


def main(count, path):
    numbers = random.Random(0)
    with open(path, "w", encoding="utf-8") as lines:
        for index in range(count):
            lines.write(json.dumps(group(index, numbers)) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
