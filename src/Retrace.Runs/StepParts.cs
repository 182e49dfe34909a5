namespace Retrace.Runs;

/// <summary>What the time of a step went into, in seconds. The parts add up to the step.</summary>
/// <param name="Sampling">The first round, and those beside it that the rule asks for.</param>
/// <param name="Reinference">Continuing the cut trajectories.</param>
/// <param name="Perturbing">Waiting for perturbed images.</param>
/// <param name="Waiting">Waiting for the batch, and for the samples of other processes.</param>
/// <param name="Learning">Updating the policy.</param>
/// <param name="Rest">Everything else: anchors, comparing answers, rewards.</param>
public sealed record StepParts(
    double Sampling, double Reinference, double Perturbing, double Waiting, double Learning, double Rest)
{
    /// <summary>All parts with their names, in an order that does not change.</summary>
    public IReadOnlyList<(string Name, double Seconds)> All =>
    [
        ("sampling", Sampling), ("re-inference", Reinference), ("perturbing", Perturbing), ("learning", Learning),
        ("waiting", Waiting), ("the rest", Rest),
    ];

    /// <summary>The length of the step.</summary>
    public double Total => Sampling + Reinference + Perturbing + Waiting + Learning + Rest;

    /// <summary>The parts of a step; null where they were not measured, as in runs of earlier versions.</summary>
    public static StepParts? Of(StepMetrics metrics)
    {
        if (metrics is not
            {
                SamplingSeconds: double sampling and >= 0,
                ReinferenceSeconds: double reinference and >= 0,
                PerturbingSeconds: double perturbing and >= 0,
                WaitingSeconds: double waiting and >= 0,
                LearnSeconds: double learning and >= 0,
                StepSeconds: double step and > 0,
            })
        {
            return null;
        }
        double rest = step - sampling - reinference - perturbing - waiting - learning;
        return new StepParts(sampling, reinference, perturbing, waiting, learning, Math.Max(0, rest));
    }

    /// <summary>The sum of two.</summary>
    public static StepParts operator +(StepParts one, StepParts other) => new(
        one.Sampling + other.Sampling,
        one.Reinference + other.Reinference,
        one.Perturbing + other.Perturbing,
        one.Waiting + other.Waiting,
        one.Learning + other.Learning,
        one.Rest + other.Rest);
}
