"""How far the equality of answers agrees with public graders: their own test cases, and a grader on real answers.

    python answer_agreement.py cases FOLDER > cases.jsonl
    retrace grade --input cases.jsonl --output grades.jsonl
    python answer_agreement.py compare cases.jsonl grades.jsonl

FOLDER holds clones of huggingface/Math-Verify, hendrycks/math, MARIO-Math-Reasoning/MARIO_EVAL, openai/prm800k and
mathllm/MathCoder, at the commits that docs/answers.md gives. PRM800K's grader needs sympy 1.11.1 and pylatexenc 2.10.
"""

import ast
import json
import math
import re
import signal
import sys
from pathlib import Path

BOX = "\\boxed{"
FORMULA = re.compile(r"\$\$.+?\$\$|\$.+?\$|\\\[.+?\\\]|\\\(.+?\\\)", re.DOTALL)
DELIMITERS = [("$$", "$$"), ("$", "$"), ("\\[", "\\]"), ("\\(", "\\)")]

# Words that are part of an answer, around its formulas.
ANSWER_WORDS = {"and", "or", "percent", "pct", "miles"}

# Cases of Math-Verify in which the answer is not the last formula of a text, or is not to be found at all.
EXTRACTION = {
    "number_extraction": {7, 13, 14, 15, 16, 18},
    "latex_notation": {5, 6, 9},
    "latex_notation_math": {3},
    "math_extraction_edge_cases": {0, 1, 6, 7},
    "math_extraction_additional_cases": {1, 2, 4, 8, 14},
}


def boxes(text):
    """What each balanced box of a text holds."""
    found = []
    start = text.find(BOX)
    while start >= 0:
        depth, position = 1, start + len(BOX)
        while position < len(text) and depth:
            if text[position] == "\\":
                position += 1
            else:
                depth += {"{": 1, "}": -1}.get(text[position], 0)
            position += 1
        if not depth:
            found.append(text[start + len(BOX):position - 1].strip())
        start = text.find(BOX, start + 1)
    return found


def side(text):
    """What a side of a test case says: itself, or its last formula where words stand around formulas."""
    formulas = FORMULA.findall(text)
    words = set(re.findall("[A-Za-z]{2,}", FORMULA.sub(" ", text))) - ANSWER_WORDS
    return formulas[-1] if formulas and words and BOX not in text else text


def math_verify(tests):
    for path in sorted(tests.glob("test_*.py")):
        for function in ast.parse(path.read_text()).body:
            for decorator in getattr(function, "decorator_list", []):
                names = [name.strip() for name in ast.literal_eval(decorator.args[0]).split(",")]
                if "gold" not in names:
                    continue
                rows = eval(compile(ast.Expression(decorator.args[1]), path.name, "eval"), {"math": math})
                for index, row in enumerate(rows):
                    case = dict(zip(names, row))
                    name = function.name.removeprefix("test_")
                    source = "Math-Verify"
                    if any(len(set(boxes(case[key]))) > 1 for key in ("gold", "pred")) \
                            or index in EXTRACTION.get(name, ()):
                        source = "Math-Verify, extraction"
                    elif case.get("strict") is False or case.get("allow_set_relation_comp") is False:
                        source = "Math-Verify, modes"
                    equal = bool(case.get("expected", case.get("result")))
                    yield source, f"{path.stem}/{name}/{index}", side(case["gold"]), side(case["pred"]), equal


def unittests(source, path):
    """The cases of a unittest that assigns test_in and test_out, or a list of test_pairs, before each assertion."""
    for function in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)):
        values, index = {}, 0
        for statement in function.body:
            if isinstance(statement, ast.Assign):
                try:
                    values[statement.targets[0].id] = ast.literal_eval(statement.value)
                except ValueError:
                    pass
                continue
            pairs = [(values.get("test_in"), values.get("test_out"))]
            if isinstance(statement, ast.For):
                pairs, statement = values["test_pairs"], statement.body[0]
            assertion = getattr(getattr(getattr(statement, "value", None), "func", None), "attr", "")
            if assertion in ("assertTrue", "assertFalse"):
                for pred, gold in pairs:
                    yield source, f"{path.stem}/{function.name}/{index}", gold, pred, assertion == "assertTrue"
                    index += 1


def real_answers(path):
    """Answers of a model to problems of MATH; whether they are right is left to PRM800K's grader."""
    for line in path.read_text().splitlines():
        record = json.loads(line)
        gold = record["ground_truth"].get("answer") or boxes(record["ground_truth"]["solution"])[-1]
        yield "PRM800K on MathCoder's answers", record["id"], gold, record["completion"], None


def bare(text):
    """The answer as PRM800K's grader takes it: without a box or delimiters."""
    text = (boxes(text) or [text.strip()])[-1]
    for opening, closing in DELIMITERS:
        if text.startswith(opening) and text.endswith(closing) and len(text) >= len(opening) + len(closing):
            return text[len(opening):-len(closing)].strip()
    return text


def cases(folder):
    sys.path.insert(0, str(folder / "prm800k" / "prm800k"))
    from grading import grader

    def stop(*_):
        raise TimeoutError

    signal.signal(signal.SIGALRM, stop)
    for source, name, gold, pred, equal in [
        *math_verify(folder / "Math-Verify" / "tests"),
        *unittests("MATH", folder / "math" / "modeling" / "math_equivalence_test.py"),
        *unittests("MARIO_EVAL", folder / "MARIO_EVAL" / "math_evaluation" / "tests" / "test_is_equiv.py"),
        *real_answers(folder / "MathCoder/outs/MathCoder-L-7b/MATH/MATH_test_result-20230917-2026-correct.jsonl"),
    ]:
        signal.alarm(10)
        try:
            prm800k = grader.grade_answer(bare(pred), bare(gold))
        except Exception:  # It gives no grade; nor does it give one in time.
            prm800k = False
        signal.alarm(0)
        print(json.dumps({"id": name, "source": source, "gold": gold, "pred": pred,
                          "equal": prm800k if equal is None else equal, "prm800k": prm800k}))


def compare(cases_path, grades_path):
    records = [json.loads(line) for line in Path(cases_path).read_text().splitlines()]
    grades = [json.loads(line)["equal"] for line in Path(grades_path).read_text().splitlines()]
    print("| source | cases | agree | equal here, not there | equal there, not here | PRM800K's grader agrees |")
    print("| --- | --- | --- | --- | --- | --- |")
    for source in dict.fromkeys(record["source"] for record in records):
        of = [(record, grade) for record, grade in zip(records, grades) if record["source"] == source]
        print(f"| {source} | {len(of)} | {sum(grade == record['equal'] for record, grade in of)} "
              f"| {sum(grade and not record['equal'] for record, grade in of)} "
              f"| {sum(record['equal'] and not grade for record, grade in of)} "
              f"| {sum(record['prm800k'] == record['equal'] for record, _ in of)} |")
    print()
    for record, grade in zip(records, grades):
        if grade != record["equal"]:
            print(f"{record['source']}, {record['id']}: {'equal' if grade else 'different'} here: "
                  f"{record['gold'][-120:]!r} and {record['pred'][-120:]!r}")


if __name__ == "__main__":
    if sys.argv[1] == "cases":
        cases(Path(sys.argv[2]))
    else:
        compare(*sys.argv[2:])
