using Retrace.Runs;
using Retrace.Testing;

namespace Retrace.Reporting.Tests;

/// <summary>Runs as small as a test needs them.</summary>
internal static class SyntheticRun
{
    public static RunRecord Of(string name, params StepMetrics[] metrics) => new(name, "", metrics, [], []);

    /// <summary>A run of so many steps in which every metric that is plotted has a value.</summary>
    public static RunRecord Full(string name, int steps, string method = "csrs", long seed = 0) => new(
        name,
        $"method: {method}\nseed: {seed}\nsteps: 100\n",
        [Evaluated(0, method, seed), .. Enumerable.Range(1, steps).Select(step => Evaluated(step, method, seed) with
        {
            RewardMean = 0.5,
            MajorityShare = 0.6,
            HighConfidenceShare = 0.25,
            DistinctAnswers = 2.5,
            NoSpreadShare = 0.25,
            Entropy = 0.5,
            Kl = 0.01 * step,
            GradNorm = 1,
            ResponseTokensMean = 80,
            CutOffShare = 0.05,
            Repetition = 0.1,
            MaternalTokens = 1000,
            RetracedTokens = 500,
            StepSeconds = 40,
            RolloutSeconds = 30,
            LearnSeconds = 9,
            TokensPerSecond = 800,
            LearnedTokensPerSecond = 1200,
            PeakMemoryBytes = step * 3L * (1 << 28) / 25,
            TrainAccuracy = 0.4,
            PseudoLabelAccuracy = 0.5,
            SurvivalRight = 0.75,
            SurvivalWrong = 0.5,
            AccuracyByFrequency = [null, 0.2, 0.4, 0.6, 0.01 * step],
        })],
        [Trajectory(1), Trajectory(steps)],
        [Answers(1), Answers(steps)]);

    public static TrajectorySample Trajectory(int step, string problem = "p") => new()
    {
        Step = step,
        ProblemId = problem,
        Question = "How large is x?",
        Response = "One and one is two.",
        Anchor = 3,
        AnchorTextOffset = 11,
        Answer = "2",
        Reward = 0.7,
        Advantage = -1.2,
        Retraced = [new RetracedSample("is three.", "3"), new RetracedSample("is?", null)],
    };

    /// <summary>Four trajectories with two continuations each; answer 0 is right.</summary>
    public static GroupAnswers Answers(int step, string problem = "p") => new()
    {
        Step = step,
        ProblemId = problem,
        Answers = ["2", "3"],
        Maternal = [0, 0, 1, -1],
        Retraced = [[0, 0], [0, 1], [1, 0], [0, -1]],
        Right = 0,
    };

    private static StepMetrics Evaluated(int step, string method, long seed) => UntakenStep.Of(step, method, seed) with
    {
        EvalAccuracy = step % 10 == 0 ? 0.5 : null,
        EvalSamples = step % 10 == 0 ? 100 : null,
    };
}
