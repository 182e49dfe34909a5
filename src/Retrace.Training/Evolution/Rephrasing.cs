using Retrace.Models.Images;
using Retrace.Problems;
using Retrace.Training.Prompts;

namespace Retrace.Training.Evolution;

/// <summary>Asks a model to put a question in other words, and reads what it says.</summary>
/// <param name="asking">Encodes what the model is asked.</param>
/// <param name="problems">Encodes questions as training does.</param>
internal sealed class Rephrasing(ProblemPreparation asking, ProblemPreparation problems)
{
    /// <summary>What the model is asked, in front of the question. docs/rules.md shows it.</summary>
    public const string Instruction =
        """
        Put the question below in other words. Keep its meaning, its numbers and its answer; do not answer it. Write
        nothing but the new question, between <question> and </question>.


        """;

    private const string Start = "<question>";
    private const string End = "</question>";

    /// <summary>The prompt that asks for other words; null where the question cannot stand in it.</summary>
    public int[]? PromptFor(PreparedProblem problem) =>
        Encoded(asking, Instruction + problem.Problem.Question, problem.Images);

    /// <summary>The problem as the data, or else a response, put it; null where neither gives other words.</summary>
    /// <param name="problem">The problem as it is.</param>
    /// <param name="response">What the model answered; null where it was not asked.</param>
    public PreparedProblem? Of(PreparedProblem problem, string? response)
    {
        string? question = problem.Problem.Rephrased ?? (response is null ? null : Read(response));
        return question is null
            || string.Equals(question, problem.Problem.Question, StringComparison.OrdinalIgnoreCase)
            || Problem.PlacesIn(question) != Problem.PlacesIn(problem.Problem.Question)
            || Encoded(problems, question, problem.Images) is not int[] prompt
                ? null
                : problem with { Problem = problem.Problem with { Question = question }, Prompt = prompt };
    }

    /// <summary>What stands between the last pair of tags; null where there is none, or nothing in it.</summary>
    internal static string? Read(string response)
    {
        int end = response.LastIndexOf(End, StringComparison.Ordinal);
        int start = end < 0 ? -1 : response.LastIndexOf(Start, end, StringComparison.Ordinal);
        string question = start < 0 ? "" : response[(start + Start.Length)..end].Trim();
        return question.Length == 0 ? null : question;
    }

    // Null where the text spells image tokens, or the prompt is longer than the settings allow.
    private static int[]? Encoded(ProblemPreparation preparation, string question, IReadOnlyList<ProcessedImage> images)
    {
        try
        {
            int[] prompt = preparation.Encode(question, [.. images.Select(image => image.Grid)]);
            return prompt.Length <= preparation.Settings.MaxPromptTokens ? prompt : null;
        }
        catch (BadInputException)
        {
            return null;
        }
    }
}
