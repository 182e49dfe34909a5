using System.Xml.Linq;

namespace Retrace.Architecture.Tests;

/// <summary>The sources that these tests were built from, and docs/architecture.md, which tells of them.</summary>
internal static class SourceTree
{
    private static readonly string Root = Above(AppContext.BaseDirectory);

    /// <summary>The names of the projects below src.</summary>
    public static IReadOnlyList<string> Projects { get; } =
        [.. Directory.GetDirectories(Path.Combine(Root, "src")).Select(folder => Path.GetFileName(folder)).Order()];

    /// <summary>What a project's file says under this element: its references to projects, or to packages.</summary>
    public static IEnumerable<string> References(string project, string element) =>
        XDocument.Load(Path.Combine(Root, "src", project, $"{project}.csproj")).Descendants(element)
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));

    /// <summary>The length of each C# file below a folder such as <c>src/Retrace.Data</c>, in lines.</summary>
    public static IReadOnlyDictionary<string, int> Lengths(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .ToDictionary(path => Path.GetRelativePath(Root, path), path => File.ReadLines(path).Count());

    /// <summary>The text of a file.</summary>
    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>The cells of the document's table whose heading has these columns, row by row.</summary>
    public static IEnumerable<string[]> DocumentedRows(params string[] columns) =>
        File.ReadLines(Path.Combine(Root, "docs", "architecture.md"))
            .Select(line => line.StartsWith('|') ? line.Split('|', StringSplitOptions.TrimEntries)[1..^1] : [])
            .SkipWhile(cells => !cells.SequenceEqual(columns))
            .Skip(2)
            .TakeWhile(cells => cells.Length == columns.Length)
            .Select(cells => Array.ConvertAll(cells, cell => cell.Replace("`", "")));

    private static string Above(string folder) =>
        File.Exists(Path.Combine(folder, "docs", "architecture.md"))
            ? folder
            : Above(Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("The sources do not lie above the tests."));
}
