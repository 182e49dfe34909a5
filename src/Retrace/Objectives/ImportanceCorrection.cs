namespace Retrace.Objectives;

/// <summary>
/// Importance sampling for responses of another engine (<c>learn.importance</c>): how the ratios π_old / μ of its
/// tokens become weights.
/// </summary>
/// <remarks>
/// The ratio is a token's, or the product of all tokens' for each token of the response. One above the bound C is
/// truncated to C, or masked, so that its tokens teach nothing. Sources: Yao et al. 2025, "Your Efficient RL Framework
/// Secretly Brings You Off-Policy RL Training", for truncated ratios of tokens; TRL for the four forms, of which its
/// default masks sequences.
/// </remarks>
public sealed class ImportanceCorrection
{
    private static readonly NamedChoices<ImportanceCorrection> Corrections = new(
        "importance correction",
        ("token-truncate", new(isOfSequences: false, masks: false)),
        ("token-mask", new(isOfSequences: false, masks: true)),
        ("sequence-truncate", new(isOfSequences: true, masks: false)),
        ("sequence-mask", new(isOfSequences: true, masks: true)));

    private readonly bool _masks;

    private ImportanceCorrection(bool isOfSequences, bool masks)
    {
        IsOfSequences = isOfSequences;
        _masks = masks;
    }

    /// <summary>The names that a configuration uses.</summary>
    public static IReadOnlyList<string> Names => Corrections.Names;

    /// <summary>Whether all tokens of a response have the weight of the whole response.</summary>
    public bool IsOfSequences { get; }

    /// <exception cref="BadInputException">There is no correction of that name.</exception>
    public static ImportanceCorrection Parse(string name) => Corrections[name];

    /// <param name="policy">[T] ln π_old of each token.</param>
    /// <param name="engine">[T] ln μ of each token, μ being the probability that it was sampled with.</param>
    /// <param name="bound">C, above 0.</param>
    public TokenImportance Of(float[] policy, float[] engine, double bound)
    {
        double[] logRatios = [.. policy.Zip(engine, (ours, theirs) => (double)ours - theirs)];
        double[] ratios = IsOfSequences
            ? [.. Enumerable.Repeat(Math.Exp(logRatios.Sum()), logRatios.Length)]
            : Array.ConvertAll(logRatios, Math.Exp);
        return new TokenImportance(
            Array.ConvertAll(ratios, ratio => (float)(ratio <= bound ? ratio : _masks ? 0 : bound)),
            ratios.Count(ratio => ratio > bound));
    }
}
