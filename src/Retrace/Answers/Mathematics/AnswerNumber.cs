namespace Retrace.Answers.Mathematics;

/// <summary>Reads an answer as a number.</summary>
internal static class AnswerNumber
{
    /// <summary>The value of the answer without its unit, or null where the answer is not a number.</summary>
    public static double? Of(string answer) =>
        AnswerParser.Parse(answer) is NumberValue { Number: { IsDefined: true, Value: var value } } ? value : null;
}
