namespace Retrace.Answers.Mathematics;

/// <summary>The number that an answer is.</summary>
internal static class AnswerNumber
{
    /// <summary>Its value without its unit, or null where the answer is no number.</summary>
    public static double? Of(string answer) =>
        AnswerParser.Parse(answer) is NumberValue { Number: { IsDefined: true, Value: var value } } ? value : null;
}
