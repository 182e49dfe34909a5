namespace Retrace.Statistics;

/// <summary>How much two sets of sampled answers differ beyond the variation within one of them.</summary>
public static class AnswerDisagreement
{
    /// <summary>
    /// The probability that an answer of one set differs from one of the other, minus the probability that two of
    /// <paramref name="clean"/> do. Zero in the mean where both come from one distribution; it can be negative.
    /// </summary>
    /// <remarks>
    /// Answers at the same place of both sets are not compared: they are sampled with the same random numbers, and
    /// agree for that alone.
    /// </remarks>
    /// <param name="perturbed">[k] k ≥ 2; null, no answer, differs from every answer and from every other null.</param>
    /// <param name="clean">[k]</param>
    public static double Excess(IReadOnlyList<string?> perturbed, IReadOnlyList<string?> clean)
    {
        int across = 0;
        int within = 0;
        for (int i = 0; i < clean.Count; i++)
        {
            for (int j = 0; j < clean.Count; j++)
            {
                if (i != j)
                {
                    across += Differ(perturbed[i], clean[j]) ? 1 : 0;
                    within += Differ(clean[i], clean[j]) ? 1 : 0;
                }
            }
        }
        return (double)(across - within) / (clean.Count * (clean.Count - 1));
    }

    private static bool Differ(string? one, string? other) => one is null || one != other;
}
