namespace Retrace.Advantages;

/// <summary>What a reward's deviation from the mean of its group is divided by.</summary>
public enum AdvantageNormalisation
{
    /// <summary>The group's standard deviation, as in GRPO and in the method's release (<c>group-std</c>).</summary>
    GroupStd,

    /// <summary>Nothing (<c>group-mean</c>).</summary>
    GroupMean,

    /// <summary>
    /// The standard deviation of all these distances in the batch (<c>batch-std</c>): an uncertain group pulls less
    /// than a certain one.
    /// </summary>
    BatchStd,
}
