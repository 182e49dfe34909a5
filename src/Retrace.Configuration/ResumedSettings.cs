namespace Retrace.Configuration;

/// <summary>What a resumed run may set otherwise than it began.</summary>
internal static class ResumedSettings
{
    // How long the run is, how many threads compute it, and how much they compute at once.
    private static readonly string[] Free =
    [
        "steps", "epochs", "threads", "rollout.max_batch_sequences", "rollout.prefill_tokens", "learn.micro_batch_tokens",
    ];

    // What keeps numbers from growing beyond all bounds, and so may be turned down, but not up, after they have.
    private static readonly string[] Lowered = ["learn.learning_rate", "learn.max_grad_norm"];

    /// <summary>
    /// The settings that were turned down. Length, evaluation, checkpoints, the guard, threads, what bounds memory and where
    /// servers are may change freely and are not among them.
    /// </summary>
    /// <param name="began">What the run began with.</param>
    /// <param name="goesOn">What it is to go on with.</param>
    /// <param name="runDirectory">The run's folder, for messages.</param>
    /// <param name="allowed">Keys that may change besides.</param>
    /// <exception cref="BadInputException">Another setting has changed, or one of these was turned up.</exception>
    public static IReadOnlyList<SettingChange> Check(
        RunConfiguration began,
        RunConfiguration goesOn,
        string runDirectory,
        params IReadOnlyCollection<string> allowed)
    {
        List<SettingChange> changes = [];
        foreach (ConfigurationKey key in ConfigurationKey.All.Where(key => !IsFree(key)))
        {
            SettingChange change = new(key.Path, key.Format(began), key.Format(goesOn));
            if (change.From == change.To)
            {
                continue;
            }
            bool isTurnedDown = Lowered.Contains(key.Path) && key.NumberOf(goesOn) < key.NumberOf(began);
            if (!allowed.Contains(key.Path) && !isTurnedDown)
            {
                throw new BadInputException(
                    $"{change.Key} is {change.To}, and {change.From} in the run in {runDirectory}; a resumed run can "
                    + "change its length, its evaluation and what it keeps, and turn "
                    + $"{string.Join(" and ", Lowered)} down.");
            }
            changes.Add(change);
        }
        return changes;
    }

    private static bool IsFree(ConfigurationKey key) =>
        Free.Contains(key.Path)
        || key.Section is "checkpoint" or "evaluation" or "guard"
        || ConfigurationLayers.Surroundings.Contains(key.Path);
}

/// <summary>A setting that differs, with both values as YAML.</summary>
internal sealed record SettingChange(string Key, string From, string To);
