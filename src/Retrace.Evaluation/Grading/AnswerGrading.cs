using System.Text.Json;
using Retrace.Answers;
using Retrace.Data.Json;

namespace Retrace.Evaluation.Grading;

/// <summary>Compares answers with gold answers as rewards and evaluation do, from file to file.</summary>
public static class AnswerGrading
{
    private static readonly MathematicalEquivalence Equivalence = new();

    /// <summary>
    /// Writes <c>{"id"?, "equal"}</c> for each line <c>{"id"?, "gold", "pred"}</c>, in the lines' order. Either side is
    /// an answer or a text with a <c>\boxed{…}</c>, of which the last one counts. A pred of null is no answer, which
    /// equals nothing.
    /// </summary>
    /// <param name="input">JSON lines.</param>
    /// <param name="output">Written atomically.</param>
    /// <exception cref="BadInputException">A line cannot be used, or one of the files cannot be accessed.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static void GradeFile(string input, string output, CancellationToken cancellation)
    {
        List<(JsonElement? Id, bool Equal)> grades = [];
        JsonLinesFile.Read(input, "{\"gold\": …, \"pred\": …}", record =>
        {
            cancellation.ThrowIfCancellationRequested();
            string gold = record.Text("gold") ?? throw Missing(record, "gold");
            string? pred = record.Text("pred");
            if (pred is null && (record.Field("pred") is not null || !record.Has("pred")))
            {
                throw Missing(record, "pred");
            }
            grades.Add((record.Id(), pred is not null && Equivalence.AreEqual(AnswerIn(gold), AnswerIn(pred))));
        });
        JsonLinesFile.Write(output, grades, (writer, grade) =>
        {
            if (grade.Id is JsonElement id)
            {
                writer.WritePropertyName("id");
                id.WriteTo(writer);
            }
            writer.WriteBoolean("equal", grade.Equal);
        });
    }

    private static string AnswerIn(string text) => AnswerExtractor.Extract(text) ?? text;

    private static BadInputException Missing(JsonRecord record, string field) =>
        new($"{record.Place}: expected \"{field}\", an answer as text or a number");
}
