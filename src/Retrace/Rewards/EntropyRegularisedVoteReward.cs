namespace Retrace.Rewards;

/// <summary>
/// TTRV: p(a) − 0.75 · H / log(number of different answers): frequent answers of problems on which the samples agree.
/// </summary>
/// <remarks>
/// Source: Singh et al. 2025, "TTRV: Test-Time Reinforcement Learning for Vision Language Models", ttt_metrics.py of
/// their release. The second term is one for the whole problem, so it tells problems apart and not their trajectories:
/// advantages, which are centred in the group, do not see it. It is 0 where all agree. There an empty answer is an
/// answer like any other; here it matches nothing and has p = 0. By hand: A A A B has H = 0.562335, of at most log 2 =
/// 0.693147, and gives 0.75 − 0.608459 = 0.141541 three times, and −0.358459.
/// </remarks>
public sealed class EntropyRegularisedVoteReward : IRewardRule
{
    private const double EntropyWeight = 0.75;

    public RewardInputs Reads => RewardInputs.None;

    public double[] Score(AnswerGroup group) => Explain(group).Scores;

    public ExplainedScores Explain(AnswerGroup group)
    {
        AnswerFrequencies frequencies = new(group.Maternal);
        double entropy = frequencies.Different > 1 ? frequencies.Entropy() / Math.Log(frequencies.Different) : 0;
        double[] shares = [.. group.Maternal.Select(frequencies.Of)];
        return new ExplainedScores(
            Array.ConvertAll(shares, share => share - (EntropyWeight * entropy)),
            "share of the samples − 0.75 · normalised entropy of the answers",
            [
                RewardPart.Of("share of the samples", shares),
                RewardPart.Of("normalised entropy of the answers", Enumerable.Repeat(entropy, shares.Length)),
            ]);
    }
}
