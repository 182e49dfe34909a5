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

    /// <summary>The maternal response, whole.</summary>
    public required string Response { get; init; }

    /// <summary>The anchor: how many response tokens are kept. Null without retracing.</summary>
    public int? Anchor { get; init; }

    /// <summary>The anchor as an offset into <see cref="Response"/>, in UTF-16 code units.</summary>
    public int? AnchorTextOffset { get; init; }

    /// <summary>The kept prefix as the model sees it again. Null without retracing.</summary>
    public string? Prefix { get; init; }

    /// <summary>Null when no answer could be extracted.</summary>
    public string? Answer { get; init; }

    public double? Reward { get; init; }

    public double? Advantage { get; init; }

    /// <summary>The continuations sampled from the anchor; empty without retracing.</summary>
    public IReadOnlyList<RetracedSample> Retraced { get; init; } = [];
}

/// <summary>A continuation sampled from an anchor.</summary>
/// <param name="Response">The continuation alone, without the kept prefix.</param>
/// <param name="Answer">Null when no answer could be extracted.</param>
public sealed record RetracedSample(string Response, string? Answer);
