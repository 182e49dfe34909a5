namespace Retrace.Objectives;

/// <summary>The weights of tokens in a mini-batch's loss.</summary>
public static class TokenWeights
{
    private static readonly NamedChoices<LossAggregation> Aggregations = new(
        "aggregation of losses",
        ("token-mean", LossAggregation.TokenMean),
        ("sequence-mean", LossAggregation.SequenceMean),
        ("constant", LossAggregation.Constant));

    /// <summary>The names that a configuration uses (<c>learn.loss</c>).</summary>
    public static IReadOnlyList<string> Names => Aggregations.Names;

    /// <exception cref="BadInputException">There is no aggregation of that name.</exception>
    public static LossAggregation Parse(string name) => Aggregations[name];

    /// <param name="aggregation">How the losses of tokens are averaged.</param>
    /// <param name="lengths">[samples] Number of tokens in each response of the mini-batch.</param>
    /// <param name="maxResponseTokens">Maximum number of tokens in a response.</param>
    /// <returns>[samples] The weight of each token of a response.</returns>
    public static float[] Of(LossAggregation aggregation, int[] lengths, int maxResponseTokens)
    {
        double tokens = lengths.Sum(length => (long)length);
        double samples = lengths.Length;
        return Array.ConvertAll(lengths, length => (float)(aggregation switch
        {
            LossAggregation.TokenMean => 1 / tokens,
            LossAggregation.SequenceMean => 1 / (samples * length),
            LossAggregation.Constant => 1 / (samples * maxResponseTokens),
            _ => throw new ArgumentOutOfRangeException(nameof(aggregation), aggregation, null),
        }));
    }
}
