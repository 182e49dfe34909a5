namespace Retrace.Configuration;

public sealed record GuardSettings
{
    [Setting(
        "What happens when a run collapses: it only warns, it stops with a checkpoint, or it returns to the best " +
        "checkpoint by a label-free score and goes on with a lower learning rate.",
        OneOf = ["warn", "stop", "return"])]
    public string Action { get; init; } = "warn";

    [Setting(
        "Steps in a row that must look worse before the verdict changes; twice as many change it back.", AtLeast = 1)]
    public int Patience { get; init; } = 3;

    [Setting("Steps at the start that the signs are compared with.", AtLeast = 1)]
    public int Baseline { get; init; } = 3;

    [Setting("Action return: what each return multiplies the learning rate by.", Above = 0, AtMost = 1)]
    public double LearningRateFactor { get; init; } = 0.5;

    [Setting("Action return: how often a run may go back; after that it stops.", AtLeast = 1)]
    public int MostReturns { get; init; } = 3;

    [Setting(
        "Steps between answers to a few problems from clean and from perturbed images, whose agreement is a sign; " +
        "null: never, as they cost tokens.",
        AtLeast = 1)]
    public int? ProbeEvery { get; init; }

    [Setting("How many of the first problems with an image are asked for that.", AtLeast = 1)]
    public int ProbeProblems { get; init; } = 16;
}
