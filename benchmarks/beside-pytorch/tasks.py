"""The pieces of work, as beside.py hands them to both sides."""

# Problems, responses to each and tokens of a response, by the options --cpu and --small.
STEPS = {"gpu": [(64, 8, 256), (64, 8, 1024)], "cpu": [(8, 8, 64), (8, 8, 256)], "small": [(2, 2, 8), (2, 2, 16)]}
RETRACED = {"gpu": (1, 8, 1024), "cpu": (1, 8, 256), "small": (1, 2, 16)}
# A response has to be so long that the program gives it a row of its own (see retrace_side.check_own_prompts).
OWN_PROMPTS = {"gpu": (32, 2, 1024), "cpu": (8, 2, 256), "small": (2, 2, 16)}


def of(options):
    size = "cpu" if options.cpu else "small" if options.small else "gpu"
    for task in {"steps": steps, "sampling": sampling, "learning": learning}[options.work](size):
        if options.only in (None, task["name"]):
            yield {
                "continuations": 0,
                "keep": 0.7,
                "learns": False,
                "recomputes": None,
                "shares": False,
                "content": "alike",
                "pass_tokens": options.pass_tokens,
                "kl": 0.01,
                "learning_rate": 1e-6,
                "model": str(options.model.resolve()),
                "device": options.device,
                "dtype": options.dtype,
                "lora_rank": options.lora_rank,
                "threads": options.threads,
                "seed": 0,
                **task,
            }


def steps(size):
    """What a step of training costs, beside what is usual: generate, and a step as TRL takes it."""
    for sizes in STEPS[size]:
        yield {"name": f"step-{sizes[-1]}", **_sizes(sizes), "learns": True, "content": "geometry"}
    yield {"name": "csrs", **_sizes(RETRACED[size]), "continuations": 5, "content": "geometry"}


def sampling(size):
    """The same arithmetic on both sides: transformers, too, reads each prompt once for all its samples."""
    for sizes in STEPS[size]:
        yield {"name": f"samples-{sizes[-1]}", **_sizes(sizes), "shares": True}
    yield {"name": "csrs", **_sizes(RETRACED[size]), "continuations": 5, "shares": True}
    tokens = RETRACED[size][-1]
    yield {"name": f"one-{tokens}", **_sizes((1, 1, tokens)), "shares": True}


def learning(size):
    """The same arithmetic on both sides: the program, too, computes each response with a prompt of its own."""
    for name, recomputes in (("keeping", False), ("recomputing", True)):
        task = {"name": name, **_sizes(OWN_PROMPTS[size]), "learns": True, "recomputes": recomputes, "content": "text"}
        yield {**task, "pass_tokens": 1} if size == "small" else task  # A row a pass, however short it is.


def _sizes(sizes):
    return dict(zip(("problems", "group", "new_tokens"), sizes))
