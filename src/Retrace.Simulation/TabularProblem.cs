namespace Retrace.Simulation;

/// <summary>One problem of the tabular experiment.</summary>
/// <param name="Logits">[A] of the initial policy.</param>
/// <param name="Right">The right answer.</param>
public sealed record TabularProblem(IReadOnlyList<double> Logits, int Right)
{
    private const long Purpose = 1; // Of random numbers, beside TabularLearner's.

    /// <summary>
    /// The problems of a seed. The first ones, a share of <see cref="TabularSetting.RightShare"/>, have a right
    /// dominant answer. Which answer dominates, and which is right, is random, so that no place among the answers is
    /// better than another.
    /// </summary>
    public static IReadOnlyList<TabularProblem> Sample(TabularSetting setting, long seed)
    {
        int dominantRight = (int)Math.Round(setting.RightShare * setting.Problems);
        return
        [
            .. Enumerable.Range(0, setting.Problems).Select(index =>
                Sample(setting, index < dominantRight, RandomStream.For(seed, Purpose, index))),
        ];
    }

    private static TabularProblem Sample(TabularSetting setting, bool dominantIsRight, Random random)
    {
        double[] logits = new double[setting.Answers];
        for (int a = 0; a < logits.Length; a++)
        {
            logits[a] = setting.Noise * Normal(random);
        }
        int dominant = random.Next(setting.Answers);
        logits[dominant] += setting.Dominance;
        if (dominantIsRight)
        {
            return new TabularProblem(logits, dominant);
        }
        int right = (dominant + 1 + random.Next(setting.Answers - 1)) % setting.Answers; // Any other, equally likely.
        logits[right] += setting.RunnerUp;
        return new TabularProblem(logits, right);
    }

    // Box and Muller; 1 − u lies in (0, 1].
    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
