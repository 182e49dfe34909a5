namespace Retrace.Rewards;

/// <summary>What a reward rule may read besides the answers of the maternal round.</summary>
[Flags]
public enum RewardInputs
{
    /// <summary>Nothing besides the maternal answers.</summary>
    None = 0,

    /// <summary>The answers of re-inference (<see cref="AnswerGroup.Retraced"/>).</summary>
    Continuations = 1,

    /// <summary>Where each continuation was cut (<see cref="Rewards.AnchorPositions"/>).</summary>
    AnchorPositions = 2,

    /// <summary>How certain the policy was at each token (<see cref="Rewards.MeanEntropies"/>).</summary>
    MeanEntropies = 4,

    /// <summary>
    /// The distance of the policy's distributions from uniform (<see cref="Rewards.SelfCertainties"/>). Only the engine
    /// in this process measures it: no server's API has it.
    /// </summary>
    SelfCertainties = 8,

    /// <summary>
    /// The gold answer (<see cref="AnswerGroup.GoldClass"/>). No rule that learns without labels reads it.
    /// </summary>
    Label = 16,

    /// <summary>A stream of random numbers (<see cref="Rewards.RandomNumbers"/>).</summary>
    RandomNumbers = 32,

    /// <summary>How long each response is before its answer (<see cref="Rewards.WordsBeforeAnswers"/>).</summary>
    WordsBeforeAnswers = 64,

    /// <summary>
    /// The answers that the question alone suggests, with the picture blanked (<see cref="AnswerGroup.Blind"/>).
    /// </summary>
    BlindAnswers = 128,
}
