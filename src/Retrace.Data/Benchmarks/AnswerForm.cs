namespace Retrace.Data.Benchmarks;

/// <summary>
/// The form of answer that a benchmark asks for, said behind a question whose file does not say it. Authors say it in
/// words of their own, which name the form that their extraction wants, too; ours is a box, which
/// <c>data.instruction</c> asks for.
/// </summary>
internal static class AnswerForm
{
    public const string Letter = "\nAnswer with the letter of the right choice.";
    public const string Letters = "\nAnswer with the letter of the right choice, or of all right choices.";
    public const string ThreeDecimals = "\nGive the answer as a number with three decimal places.";
    public const string Short = "\nAnswer with a number, a word or a short phrase.";
}
