namespace Retrace.Geometry.Families;

/// <summary>What tempts a model to a wrong answer.</summary>
public enum MistakeKind
{
    /// <summary>
    /// A visual shortcut: the figure is read rightly, and a number that is printed in it is taken for the answer.
    /// </summary>
    PrintedNumber,

    /// <summary>A language prior: the question's wording suggests an answer, whatever the figure shows.</summary>
    Suggestion,

    /// <summary>A wrong habit of reasoning: the figure is read rightly, and a wrong formula is carried through.</summary>
    WrongFormula,
}

/// <summary>A plausible wrong response to a problem.</summary>
/// <param name="Kind">What tempts to it.</param>
/// <param name="Reasoning">The reasoning of a teacher who makes this mistake.</param>
/// <param name="Answer">The wrong answer.</param>
public sealed record Mistake(MistakeKind Kind, string Reasoning, string Answer);
