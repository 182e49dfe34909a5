using Retrace.Training.Measurement;

namespace Retrace.Evaluation;

/// <summary>How long responses are, in tokens with the stop token.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Median">Half of them are no longer.</param>
/// <param name="Longest">The longest.</param>
/// <param name="CutShare">The share that reached the longest response without an end of their own.</param>
public sealed record ResponseLengths(double Mean, double Median, int Longest, double CutShare)
{
    /// <param name="responses">At least one.</param>
    public static ResponseLengths Of(IReadOnlyList<SampledResponse> responses)
    {
        int[] sorted = [.. responses.Select(response => response.Tokens).Order()];
        int middle = sorted.Length / 2;
        return new ResponseLengths(
            sorted.Average(),
            sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2.0,
            sorted[^1],
            responses.Count(response => !response.Stopped) / (double)responses.Count);
    }
}
