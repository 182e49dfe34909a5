using Retrace.Answers;

namespace Retrace.Anchors;

/// <summary>The information from which a rule places an anchor, all in tokens of the real, unpadded response.</summary>
/// <param name="Length">Tokens of the response.</param>
/// <param name="AnswerStart">
/// Index of the first token of the first answer, boxed as a rule; <paramref name="Length"/> if none.
/// </param>
/// <param name="StepEnds">Token counts t, ascending, such that a reasoning step ends right before token t.</param>
/// <param name="Entropies">
/// [Length] nats; entry i is the entropy of the next-token distribution from which token i was sampled. Empty if
/// unknown.
/// </param>
public sealed record AnchorContext(
    int Length, int AnswerStart, IReadOnlyList<int> StepEnds, IReadOnlyList<float> Entropies)
{
    /// <summary>
    /// The longest that a response may have, to which a batch is padded; the response's own where unknown.
    /// </summary>
    public int PaddedLength { get; init; } = Length;

    /// <summary>Finds the answer's place and the ends of reasoning steps in the text of the tokens.</summary>
    /// <param name="tokenTexts">
    /// The response, token by token. Their concatenation is searched; a token that holds part of a character may be
    /// given as any placeholder.
    /// </param>
    /// <param name="entropies">As <see cref="Entropies"/>.</param>
    /// <param name="extraction">Finds where the response gives its answer away.</param>
    public static AnchorContext Of(
        IReadOnlyList<string> tokenTexts, IReadOnlyList<float> entropies, IAnswerExtraction extraction)
    {
        string response = string.Concat(tokenTexts);
        int answerOffset = extraction.FirstAnswerStart(response);
        IReadOnlyList<int> textStepEnds = ReasoningSteps.Ends(response);

        int answerStart = tokenTexts.Count;
        List<int> stepEnds = [];
        int step = 0;
        int textEnd = 0;
        for (int token = 0; token < tokenTexts.Count; token++)
        {
            textEnd += tokenTexts[token].Length;
            if (answerOffset >= 0 && textEnd > answerOffset && answerStart == tokenTexts.Count)
            {
                answerStart = token;
            }
            // A step that ends inside a token is taken to end with it.
            if (step < textStepEnds.Count && textEnd >= textStepEnds[step])
            {
                stepEnds.Add(token + 1);
                while (step < textStepEnds.Count && textEnd >= textStepEnds[step])
                {
                    step++;
                }
            }
        }
        return new AnchorContext(tokenTexts.Count, answerStart, stepEnds, entropies);
    }
}
