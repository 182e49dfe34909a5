using System.Runtime.InteropServices;
using Retrace.Anchors;
using Retrace.Answers;
using Retrace.Models.Network;
using Retrace.Rewards;
using Retrace.Training.DataParallel;
using Retrace.Training.Learning;

namespace Retrace.Training.Evolution;

/// <summary>Measures how far each answer of a group is from each step of its responses' reasoning.</summary>
/// <remarks>
/// An answer is stated in the words of the first response that gives it: from where its reasoning ends, or else its
/// answer begins, to its end. What stands before that are the response's steps, the last of which is all of it. Each
/// process measures its share of the problems.
/// </remarks>
/// <param name="policy">The policy, which predicts the statements at temperature 1.</param>
/// <param name="extraction">Finds where the answers of responses begin.</param>
/// <param name="textOf">The text of a token.</param>
/// <param name="maxTokens">Maximum number of tokens in a forward pass.</param>
internal sealed class AnswerPaths(
    VisionLanguageNetwork policy,
    IAnswerExtraction extraction,
    Func<int, string> textOf,
    int maxTokens,
    IProcessGroup processes)
{
    private const int MostSteps = 15; // As the release: longer chains of thought are divided into so many.
    private const string EndOfReasoning = "</think>";

    /// <summary>The groups with <see cref="AnswerDistances"/> among their evidence.</summary>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public SampledGroup[] AddTo(SampledGroup[] groups, CancellationToken cancellation)
    {
        PromptedResponse[][][][] statements = Array.ConvertAll(groups, StatementsOf);
        PromptedResponse[] own =
            [.. statements.Take(processes.ShareOf(groups.Length)).SelectMany(group => group.SelectMany(Flat))];
        float[] measured = processes.RunOnAll(() => Perplexities(own, cancellation));
        byte[][] messages = processes.GatherAll(MemoryMarshal.AsBytes<float>(measured).ToArray());
        Queue<float> all = new(messages.SelectMany(message => MemoryMarshal.Cast<byte, float>(message).ToArray()));
        return
        [
            .. groups.Zip(statements, (group, ofGroup) => group with
            {
                Answers = group.Answers with
                {
                    Evidence =
                    [
                        .. group.Answers.Evidence,
                        new AnswerDistances(Array.ConvertAll(ofGroup, steps => Array.ConvertAll(
                            steps, step => Array.ConvertAll(step, _ => (double)all.Dequeue())))),
                    ],
                },
            }),
        ];
    }

    // [n][steps][answers] each answer of the group behind each step of each response.
    private PromptedResponse[][][] StatementsOf(SampledGroup group)
    {
        Stated[] stated = [.. group.Maternal.Select(Read)];
        int answers = group.Answers.Maternal.Max() + 1; // Classes are numbered by first appearance.
        int[][] wordings =
        [
            .. Enumerable.Range(0, answers).Select(answer =>
            {
                int first = group.Answers.Maternal.Index().First(one => one.Item == answer).Index;
                return stated[first].Tokens[stated[first].Start..];
            }),
        ];
        return
        [
            .. stated.Zip(group.Answers.Maternal, (one, answer) => answers < 2 || answer == AnswerClasses.None
                ? []
                : Array.ConvertAll(one.StepEnds, end =>
                {
                    int[] prefix = [.. group.Problem.Prompt, .. one.Tokens[..end]]; // Shared by all answers.
                    return Array.ConvertAll(
                        wordings, wording => new PromptedResponse(prefix, wording, group.Problem.Images));
                })),
        ];
    }

    private Stated Read(Trajectory trajectory)
    {
        int[] tokens = trajectory.Generation.Tokens;
        string[] texts = [.. trajectory.Generation.Content.ToArray().Select(textOf)];
        string response = string.Concat(texts);
        int answerStart = extraction.FirstAnswerStart(response);
        int reasoned = answerStart < 0
            ? -1
            : response.LastIndexOf(EndOfReasoning, answerStart, StringComparison.Ordinal);
        int place = TokenAt(texts, reasoned < 0 ? answerStart : reasoned);
        int[] ends = [.. AnchorContext.Of(texts, [], extraction).StepEnds.Where(end => end < place), place];
        return new Stated(tokens, place, AtMost(MostSteps, ends));
    }

    // Spread evenly, the last one among them.
    private static int[] AtMost(int count, int[] ends) => ends.Length <= count
        ? ends
        : [.. Enumerable.Range(1, count).Select(i => ends[(i * ends.Length / count) - 1])];

    private static int TokenAt(string[] texts, int offset)
    {
        int end = 0;
        for (int token = 0; token < texts.Length; token++)
        {
            end += texts[token].Length;
            if (end > offset)
            {
                return token;
            }
        }
        return texts.Length;
    }

    private static IEnumerable<PromptedResponse> Flat(PromptedResponse[][] steps) => steps.SelectMany(step => step);

    private float[] Perplexities(PromptedResponse[] statements, CancellationToken cancellation) => statements.Length == 0
        ? []
        : Array.ConvertAll(
            PromptedResponse.LogProbs(policy, statements, maxTokens, temperature: 1, cancellation),
            logProbs => MathF.Exp(-logProbs.Average()));

    /// <param name="Tokens">All tokens of the response.</param>
    /// <param name="Start">How many of them stand before the statement of its answer.</param>
    /// <param name="StepEnds">The counts of tokens after each step, the last of them <paramref name="Start"/>.</param>
    private sealed record Stated(int[] Tokens, int Start, int[] StepEnds);
}
