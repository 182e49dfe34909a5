using Retrace.Rewards;

namespace Retrace.Runs;

/// <summary>One maternal trajectory with its continuations, kept for reading: a line of
/// <see cref="RunFolder.Trajectories"/>.</summary>
public sealed record TrajectorySample
{
    public required int Step { get; init; }

    public required string ProblemId { get; init; }

    public required string Question { get; init; }

    /// <summary>A PNG thumbnail of the problem's image; base64 in the file.</summary>
    public byte[]? Image { get; init; }

    /// <summary>
    /// A JPEG thumbnail of that image as its continuations saw it, perturbed; base64 in the file. Null without
    /// retracing.
    /// </summary>
    public byte[]? PerturbedImage { get; init; }

    /// <summary>The maternal response, whole.</summary>
    public required string Response { get; init; }

    /// <summary>The anchor: how many response tokens are kept. Null without retracing.</summary>
    public int? Anchor { get; init; }

    /// <summary>The anchor as an offset into <see cref="Response"/>, in UTF-16 code units.</summary>
    public int? AnchorTextOffset { get; init; }

    /// <summary>The kept prefix as the model sees it again. Null without retracing.</summary>
    public string? Prefix { get; init; }

    /// <summary>The extracted answer; null when there is none.</summary>
    public string? Answer { get; init; }

    public double? Reward { get; init; }

    public double? Advantage { get; init; }

    /// <summary>
    /// The answers and rewards of all trajectories of its group, this one first. Empty in runs of earlier versions.
    /// </summary>
    public IReadOnlyList<GroupedAnswer> Group { get; init; } = [];

    /// <summary>How the parts make the score of an answer, in a phrase; empty where the rule does not say.</summary>
    public string RewardFormula { get; init; } = "";

    /// <summary>
    /// What the rewards of <see cref="Group"/> are made of, in its order. Empty where the rule does not say, and in runs of
    /// earlier versions.
    /// </summary>
    public IReadOnlyList<RewardPart> RewardParts { get; init; } = [];

    /// <summary>The continuations sampled from the anchor; empty without retracing.</summary>
    public IReadOnlyList<RetracedSample> Retraced { get; init; } = [];
}

/// <summary>A continuation sampled from an anchor.</summary>
/// <param name="Response">The continuation alone, without the kept prefix.</param>
/// <param name="Answer">Null when no answer could be extracted.</param>
public sealed record RetracedSample(string Response, string? Answer);

/// <summary>The answer and the reward of one maternal trajectory of a group.</summary>
/// <param name="Answer">Null when no answer could be extracted.</param>
/// <param name="Reward">Its total reward.</param>
/// <param name="Advantage">Its advantage.</param>
/// <param name="Right">Whether the answer is right; null without a label.</param>
public sealed record GroupedAnswer(string? Answer, double? Reward, double? Advantage, bool? Right);
