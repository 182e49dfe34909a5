using Retrace.Runs;
using Retrace.Testing;
using Retrace.Training.Guarding;

namespace Retrace.Training.Tests.Guarding;

/// <summary>Series of metrics made by hand, and what the guard makes of them.</summary>
internal static class HandMade
{
    public const int Patience = 3;
    public const int Baseline = 3;

    /// <summary>A step as the embedded model begins: a fifth of the problems is confident, and most teach.</summary>
    public static readonly StepMetrics Start = UntakenStep.Of(method: "majority") with
    {
        Entropy = 0.16,
        DistinctAnswers = 3,
        HighConfidenceShare = 0.2,
        NoSpreadShare = 0.2,
        MajorityShare = 0.5,
        AnswerRate = 0.96,
        FormatRate = 0.9,
        ResponseTokensMean = 24,
        CutOffShare = 0.02,
        Repetition = 0.1,
        Survival = 0.6,
        Kl = 0.001,
    };

    /// <summary>A step at which one answer is left to each problem, and nothing is left to learn.</summary>
    public static readonly StepMetrics Settled = Start with
    {
        Entropy = 0,
        DistinctAnswers = 1,
        HighConfidenceShare = 1,
        NoSpreadShare = 1,
        MajorityShare = 1,
    };

    /// <summary>A step of a model that babbles until it is cut off.</summary>
    public static readonly StepMetrics Babbling = Start with
    {
        Entropy = 1.2,
        DistinctAnswers = 0,
        AnswerRate = 0,
        FormatRate = 0,
        ResponseTokensMean = 64,
        CutOffShare = 1,
        Repetition = 0.7,
        Kl = 2,
    };

    /// <summary>The verdict after each step.</summary>
    public static GuardVerdict[] Verdicts(IEnumerable<StepMetrics> steps) =>
        [.. States(steps).Select(state => state.Verdict)];

    /// <summary>The state after each step.</summary>
    public static IEnumerable<GuardState> States(IEnumerable<StepMetrics> steps, GuardState? known = null)
    {
        var guard = new Guard(Patience, Baseline);
        GuardState state = known ?? new GuardState();
        foreach (StepMetrics metrics in steps)
        {
            state = guard.After(state, metrics);
            yield return state;
        }
    }

    public static IEnumerable<StepMetrics> Times(int count, StepMetrics metrics) => Enumerable.Repeat(metrics, count);

    /// <summary>A series that wanders between sound, settled and babbling steps at random.</summary>
    public static StepMetrics[] Wandering(int seed, int steps)
    {
        var random = new Random(seed);
        StepMetrics[] all = [Start, Settled, Babbling];
        StepMetrics target = Start;
        double share = 0;
        return
        [
            .. Enumerable.Range(0, steps).Select(_ =>
            {
                if (random.Next(5) == 0)
                {
                    (target, share) = (all[random.Next(all.Length)], random.NextDouble());
                }
                return Between(Start, target, share * (0.8 + (0.4 * random.NextDouble())));
            }),
        ];
    }

    /// <summary>A step that has gone a share of the way from one to another.</summary>
    public static StepMetrics Between(StepMetrics one, StepMetrics other, double share)
    {
        return one with
        {
            Entropy = Mix(one.Entropy, other.Entropy),
            DistinctAnswers = Mix(one.DistinctAnswers, other.DistinctAnswers),
            HighConfidenceShare = Mix(one.HighConfidenceShare, other.HighConfidenceShare),
            NoSpreadShare = Mix(one.NoSpreadShare, other.NoSpreadShare),
            MajorityShare = Mix(one.MajorityShare, other.MajorityShare),
            AnswerRate = Mix(one.AnswerRate, other.AnswerRate),
            FormatRate = Mix(one.FormatRate, other.FormatRate),
            ResponseTokensMean = Mix(one.ResponseTokensMean, other.ResponseTokensMean),
            CutOffShare = Mix(one.CutOffShare, other.CutOffShare),
            Repetition = Mix(one.Repetition, other.Repetition),
            Survival = Mix(one.Survival, other.Survival),
            Kl = Mix(one.Kl, other.Kl),
        };

        double? Mix(double? a, double? b) => a + (share * (b - a));
    }
}
