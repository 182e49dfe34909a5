using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>
/// What a reward rule may read of a group besides its answers. A group carries what its rule declares
/// (<see cref="IRewardRule.Reads"/>) and nothing else.
/// </summary>
public abstract record Evidence;

/// <summary>Where each continuation was cut.</summary>
/// <param name="Indices">[n][m] the index of the anchor, among those of its trajectory, that it starts from.</param>
public sealed record AnchorPositions(IReadOnlyList<IReadOnlyList<int>> Indices) : Evidence;

/// <summary>How certain the policy was of the trajectories' tokens.</summary>
/// <param name="Values">[n] the mean next-token entropy of each maternal trajectory, in nats.</param>
public sealed record MeanEntropies(IReadOnlyList<double> Values) : Evidence;

/// <summary>How far the policy's next-token distributions were from uniform.</summary>
/// <param name="Values">[n] the mean over a trajectory's tokens of KL(uniform ‖ distribution), in nats.</param>
public sealed record SelfCertainties(IReadOnlyList<double> Values) : Evidence;

/// <summary>Which responses have the asked form.</summary>
/// <param name="AreFormatted">[n] whether each maternal response has it (<see cref="ResponseFormat"/>).</param>
public sealed record FormatChecks(IReadOnlyList<bool> AreFormatted) : Evidence;

/// <summary>What a judge thinks of the responses.</summary>
/// <param name="Scores">[n] from 0, wrong, to 1, right and well reasoned.</param>
public sealed record Judgements(IReadOnlyList<double> Scores) : Evidence;

/// <summary>The problem's own stream of random numbers.</summary>
/// <param name="Stream">The stream, which is read from its start.</param>
public sealed record RandomNumbers(Random Stream) : Evidence;

/// <summary>How many words each response has before it gives its answer away.</summary>
/// <param name="Counts">[n] words, divided by white space; all of the response's where it has no answer.</param>
public sealed record WordsBeforeAnswers(IReadOnlyList<int> Counts) : Evidence
{
    /// <param name="responses">[n] the texts of the maternal responses.</param>
    /// <param name="extraction">Finds where an answer begins.</param>
    public static WordsBeforeAnswers Of(IEnumerable<string> responses, IAnswerExtraction extraction) => new(
        [.. responses.Select(response =>
        {
            int start = extraction.FirstAnswerStart(response);
            string before = start < 0 ? response : response[..start];
            return before.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
        })]);
}
