using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>Rewards of 1 and 0 by an answer that is taken for the label.</summary>
internal static class LabelMatch
{
    /// <param name="group">The problem's answers.</param>
    /// <param name="label">The class of the label; null or <see cref="AnswerClasses.None"/>: there is none.</param>
    /// <returns>[n] 1 for each maternal trajectory with that answer, else 0; a missing answer matches nothing.</returns>
    public static double[] Scores(AnswerGroup group, int? label) =>
        [.. group.Maternal.Select(answer => answer != AnswerClasses.None && answer == label ? 1.0 : 0.0)];
}
