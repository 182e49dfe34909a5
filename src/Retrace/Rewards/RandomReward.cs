namespace Retrace.Rewards;

/// <summary>0 or 1 with equal chance: a control that must not improve.</summary>
public sealed class RandomReward : IRewardRule
{
    /// <exception cref="ArgumentException">The group carries no random numbers.</exception>
    public double[] Score(AnswerGroup group)
    {
        if (group.Random is not { } random)
        {
            throw new ArgumentException("The random reward needs the group's stream of random numbers.");
        }
        return [.. group.Maternal.Select(_ => (double)random.Next(2))];
    }
}
