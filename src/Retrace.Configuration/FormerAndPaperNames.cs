namespace Retrace.Configuration;

/// <summary>
/// Says what to write in place of keys that are no longer there, or that the paper's and the release's words suggest:
/// the nearest spelling would lead astray.
/// </summary>
internal static class FormerAndPaperNames
{
    private const string Factors =
        "belongs to an earlier form of sfr; the paper's has reward.gamma and reward.beta, and "
        + "reward.rule=max-entropy-anchor keeps the release's factors";

    private static readonly Dictionary<string, string> Meant = new(StringComparer.Ordinal)
    {
        ["rollout.n"] = "n, the number of maternal trajectories, is rollout.group",
        ["retrace.n"] = "n, the number of maternal trajectories, is rollout.group",
        ["retrace.m"] = "m, the number of re-inference trajectories of each maternal one, is retrace.samples",
        ["retrace.k"] =
            "k, which the paper calls m, the number of re-inference trajectories of each maternal one, is retrace.samples",
        ["retrace.omega"] = "ω, the retracing rate, is retrace.keep_rate",
        ["retrace.rate"] = "ω, the retracing rate, is retrace.keep_rate",
        ["retrace.retracing_rate"] = "ω, the retracing rate, is retrace.keep_rate",
        ["retrace.gamma"] = "γ of the softened frequency is reward.gamma",
        ["retrace.beta"] = "β of the softened frequency is reward.beta",
        ["learn.beta"] = "the coefficient of the KL divergence is learn.kl; β of the softened frequency is reward.beta",
        ["learn.lr"] = "the learning rate is learn.learning_rate",
    };

    /// <summary>What to write instead, as one sentence; null for any other key.</summary>
    public static string? Advice(string key) =>
        key is "reward.boost" or "reward.penalty" ? $"{key} {Factors}"
        : Meant.TryGetValue(key, out string? meaning) ? $"there is no key \"{key}\": {meaning}"
        : null;
}
