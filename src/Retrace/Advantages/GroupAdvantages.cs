namespace Retrace.Advantages;

/// <summary>
/// Advantages of trajectories over the others of their group (GRPO): rewards, centred on the group's mean and scaled.
/// </summary>
/// <remarks>
/// Standard deviations are those of a sample, with n − 1 in the denominator, as <c>torch.std</c> and so the field's
/// GRPO code have them. A group whose rewards are all equal, a group of one among them, has advantages of exactly 0.
/// </remarks>
public static class GroupAdvantages
{
    /// <summary>Added to a standard deviation before dividing by it.</summary>
    public const double DefaultEpsilon = 1e-6;

    private static readonly NamedChoices<AdvantageNormalisation> Normalisations = new(
        "advantage normalisation",
        ("group-std", AdvantageNormalisation.GroupStd),
        ("group-mean", AdvantageNormalisation.GroupMean),
        ("batch-std", AdvantageNormalisation.BatchStd));

    /// <summary>The names that a configuration uses (<c>learn.advantage</c>).</summary>
    public static IReadOnlyList<string> Names => Normalisations.Names;

    /// <exception cref="BadInputException">There is no normalisation of that name.</exception>
    public static AdvantageNormalisation Parse(string name) => Normalisations[name];

    /// <summary>[groups][n] advantages for [groups][n] rewards; groups may differ in size.</summary>
    public static double[][] Of(IReadOnlyList<double[]> rewards, AdvantageNormalisation normalisation) =>
        normalisation switch
        {
            AdvantageNormalisation.GroupStd => GroupStandardised(rewards),
            AdvantageNormalisation.GroupMean => GroupCentred(rewards),
            AdvantageNormalisation.BatchStd => BatchStandardised(rewards),
            _ => throw new ArgumentOutOfRangeException(nameof(normalisation), normalisation, null),
        };

    /// <summary>(reward − group mean) / (group std + ε)</summary>
    public static double[][] GroupStandardised(
        IReadOnlyList<double[]> rewards, double epsilon = DefaultEpsilon) =>
        [.. GroupCentred(rewards).Select(group => Divide(group, Std(group) + epsilon))];

    /// <summary>Advantages as reward − group mean.</summary>
    public static double[][] GroupCentred(IReadOnlyList<double[]> rewards) => [.. rewards.Select(Centre)];

    /// <summary>
    /// (reward − group mean) / (std + ε), where the std is that of all the centred rewards of the batch: the root of
    /// the sum of their squares over (their number − 1).
    /// </summary>
    public static double[][] BatchStandardised(
        IReadOnlyList<double[]> rewards, double epsilon = DefaultEpsilon)
    {
        double[][] centred = GroupCentred(rewards);
        double[] batch = [.. centred.SelectMany(group => group)];
        double divisor = Std(batch) + epsilon;
        return Array.ConvertAll(centred, group => Divide(group, divisor));
    }

    private static double[] Centre(double[] group)
    {
        if (group.Length == 0 || group.Min() == group.Max())
        {
            return new double[group.Length]; // Exactly 0; the mean of equal numbers need not be exactly their value.
        }
        double mean = group.Average();
        return Array.ConvertAll(group, reward => reward - mean);
    }

    private static double Std(double[] centred) =>
        Math.Sqrt(centred.Sum(value => value * value) / Math.Max(centred.Length - 1, 1));

    private static double[] Divide(double[] values, double divisor) =>
        Array.ConvertAll(values, value => value / divisor);
}
