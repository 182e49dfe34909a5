namespace Retrace.Rewards;

/// <summary>How certain the policy was in the steps of each response's reasoning.</summary>
/// <param name="Values">
/// [n] the mean over a response's steps of the mean over a step's tokens of minus the mean log-probability of the
/// <see cref="Likeliest"/> likeliest tokens, in nats: the larger, the further the others lie behind.
/// </param>
public sealed record StepConfidences(IReadOnlyList<double> Values) : Evidence
{
    /// <summary>k, the number of tokens that are compared at each place.</summary>
    public const int Likeliest = 20;

    /// <summary>The confidence of one response.</summary>
    /// <param name="ofTokens">[T] minus the mean log-probability of the likeliest tokens at each place.</param>
    /// <param name="stepEnds">The counts of tokens after which a step ends, ascending; the last step ends with the response.</param>
    public static double Of(ReadOnlySpan<float> ofTokens, IReadOnlyList<int> stepEnds)
    {
        double sum = 0;
        int steps = 0;
        int start = 0;
        foreach (int stepEnd in stepEnds.Append(ofTokens.Length))
        {
            int end = Math.Min(stepEnd, ofTokens.Length); // No confidences where they were not measured.
            if (end > start)
            {
                sum += Mean(ofTokens[start..end]);
                steps++;
                start = end;
            }
        }
        return steps == 0 ? 0 : sum / steps;
    }

    private static double Mean(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
        {
            sum += value;
        }
        return sum / values.Length;
    }
}
