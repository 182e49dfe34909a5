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

    /// <summary>The answers with the picture blanked, which the question alone suggests (<see cref="AnswerGroup.SideAnswersOf"/>).</summary>
    BlindAnswers = 128,

    /// <summary>
    /// How certain the policy was in the steps of its reasoning (<see cref="Rewards.StepConfidences"/>). Like
    /// <see cref="SelfCertainties"/>, only the engine in this process measures it.
    /// </summary>
    StepConfidences = 256,

    /// <summary>Which responses have the asked form (<see cref="Rewards.FormatChecks"/>).</summary>
    FormatChecks = 512,

    /// <summary>What a frozen copy of the start model thinks of each response (<see cref="Rewards.Judgements"/>).</summary>
    Judgements = 1024,

    /// <summary>The answers of the start model (<see cref="AnswerGroup.SideAnswersOf"/>).</summary>
    StartAnswers = 2048,

    /// <summary>The answers of a teacher whose weights follow the policy's (<see cref="AnswerGroup.SideAnswersOf"/>).</summary>
    TeacherAnswers = 4096,

    /// <summary>How far each answer is from the steps of each response (<see cref="Rewards.AnswerDistances"/>).</summary>
    AnswerDistances = 8192,

    /// <summary>The answers to the question in other words (<see cref="AnswerGroup.SideAnswersOf"/>).</summary>
    RephrasedAnswers = 16384,
}
