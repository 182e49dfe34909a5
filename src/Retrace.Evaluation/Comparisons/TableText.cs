using System.Globalization;
using System.Text;
using Retrace.Files;

namespace Retrace.Evaluation.Comparisons;

/// <summary>Tables as Markdown and CSV.</summary>
internal static class TableText
{
    /// <summary>Lines of a Markdown table: the first column aligned left, the others right.</summary>
    /// <param name="rows">The heading, then the rows, all of one length.</param>
    public static IEnumerable<string> Markdown(IEnumerable<string[]> rows)
    {
        return rows
            .SelectMany((cells, row) => row > 0 ? [cells] : new[] { cells, [.. cells.Select(Rule)] })
            .Select(cells => $"| {string.Join(" | ", cells)} |");

        static string Rule(string cell, int column) => column == 0 ? "---" : "---:";
    }

    /// <summary>A line of CSV: a name, then numbers, empty where there is none.</summary>
    public static string Csv(string name, IEnumerable<double?> numbers) => string.Join(
        ',', numbers.Select(number => number?.ToString(CultureInfo.InvariantCulture) ?? "").Prepend(name));

    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<string> lines) => AtomicFile.Write(path, stream =>
    {
        using StreamWriter writer = new(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        foreach (string line in lines)
        {
            writer.WriteLine(line);
        }
    });
}
