namespace Retrace.Cli.Commands;

/// <summary>A text table for people: the first column aligned left, numbers right.</summary>
internal static class TextTable
{
    public static void Write(TextWriter output, string[] heading, IEnumerable<string[]> rows)
    {
        string[][] all = [heading, .. rows];
        int[] widths = [.. heading.Select((_, i) => all.Max(row => row[i].Length))];
        foreach (string[] row in all)
        {
            output.WriteLine(string.Join("  ", row.Select((cell, i) =>
                i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))));
        }
    }
}
