namespace Retrace.Statistics;

/// <summary>How much two sets of sampled answers differ beyond what one of them varies in itself.</summary>
public static class AnswerDisagreement
{
    /// <summary>
    /// The chance that an answer of one set differs from one of the other, less the chance that two different draws of
    /// <paramref name="clean"/> do. Zero in the mean where both come from one distribution; it can be negative.
    /// </summary>
    /// <param name="perturbed">At least one; null, no answer, differs from every answer and from every other null.</param>
    /// <param name="clean">At least two.</param>
    public static double Excess(IReadOnlyList<string?> perturbed, IReadOnlyList<string?> clean)
    {
        int across = perturbed.Sum(one => clean.Count(other => Differ(one, other)));
        int within = 0;
        for (int i = 0; i < clean.Count; i++)
        {
            for (int j = i + 1; j < clean.Count; j++)
            {
                within += Differ(clean[i], clean[j]) ? 1 : 0;
            }
        }
        return ((double)across / (perturbed.Count * clean.Count)) - (2.0 * within / (clean.Count * (clean.Count - 1)));
    }

    private static bool Differ(string? one, string? other) => one is null || one != other;
}
