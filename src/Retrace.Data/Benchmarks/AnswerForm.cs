namespace Retrace.Data.Benchmarks;

/// <summary>
/// Sentences that follow a question whose file does not say what kind of answer the benchmark expects. The authors' own
/// prompts also say how the answer is to be marked for their extraction; here it is a box, which <c>data.instruction</c>
/// asks for.
/// </summary>
internal static class AnswerForm
{
    public const string Letter = "\nAnswer with the letter of the right choice.";
    public const string Letters = "\nAnswer with the letter of the right choice, or of all right choices.";
    public const string ThreeDecimals = "\nGive the answer as a number with three decimal places.";
    public const string Short = "\nAnswer with a number, a word or a short phrase.";
}
