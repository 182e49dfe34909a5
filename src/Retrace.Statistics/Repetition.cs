namespace Retrace.Statistics;

/// <summary>
/// How much of a response repeats what it has said before: the sign of a model that goes round in circles.
/// </summary>
public static class Repetition
{
    /// <summary>
    /// n of the n-grams that are compared: 4 tokens are longer than what a sound derivation repeats by the way.
    /// </summary>
    public const int TokensOfGram = 4;

    /// <summary>
    /// The share of a response's n-grams that occurred before in it, 1 − (different n-grams) / (n-grams), in [0, 1);
    /// 0 where it is shorter than one.
    /// </summary>
    /// <param name="tokens">[T] The response's token ids.</param>
    public static double Of(ReadOnlySpan<int> tokens)
    {
        int grams = tokens.Length - TokensOfGram + 1;
        if (grams <= 1)
        {
            return 0;
        }
        HashSet<(int, int, int, int)> different = new(grams);
        for (int first = 0; first < grams; first++)
        {
            different.Add((tokens[first], tokens[first + 1], tokens[first + 2], tokens[first + 3]));
        }
        return 1 - ((double)different.Count / grams);
    }
}
