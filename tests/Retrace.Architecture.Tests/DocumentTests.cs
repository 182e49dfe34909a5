using System.Globalization;

namespace Retrace.Architecture.Tests;

/// <summary>What docs/architecture.md says of projects and of the sizes of files.</summary>
public sealed class DocumentTests
{
    private const int LongestFile = 400;

    [Fact]
    public void Projects_use_what_their_rows_say()
    {
        string[][] rows = [.. SourceTree.DocumentedRows("project", "holds", "uses")];
        Assert.Equal(SourceTree.Projects, rows.Select(row => row[0]).Order());
        Assert.All(rows.Where(row => row[0] is not ("Retrace" or "Retrace.Cli")), row => Assert.Equal(
            row[2].Split(", ").Select(name => name == "Retrace" ? name : $"Retrace.{name}").Order(),
            SourceTree.References(row[0], "ProjectReference").Order()));
        Assert.Empty(SourceTree.References("Retrace", "ProjectReference"));
        Assert.Empty(SourceTree.References("Retrace", "PackageReference"));
    }

    [Fact]
    public void Each_line_of_the_step_is_in_its_table()
    {
        string step = SourceTree.Read("src/Retrace.Training/Evolution/CsrsStep.cs");
        string[][] rows = [.. SourceTree.DocumentedRows("line of `CsrsStep`", "class", "takes → gives")];
        string[] types = [.. SourceTree.Lengths("src").Keys.Select(path => Path.GetFileNameWithoutExtension(path))];
        Assert.Equal(10, rows.Length);
        Assert.All(rows, row =>
        {
            Assert.Contains(row[0][..(row[0].IndexOf('(') + 1)], step);
            Assert.Contains(row[1].Split(',')[0], types);
        });
    }

    // Files, lines and the median: a file can grow by a line without a word there, and a room cannot double. The other
    // two hang on single files.
    [Fact]
    public void Files_are_about_as_many_and_as_long_as_it_says()
    {
        string[][] rows = [.. SourceTree.DocumentedRows("project", "files", "lines", "median", "p90", "longest")];
        Assert.Equal(SourceTree.Projects, rows.Select(row => row[0]).Order());
        Assert.All(rows, row =>
        {
            int[] measured = Measured(row[0]);
            bool[] near = [.. measured.Zip(row[1..4], (now, then) => IsNear(now, int.Parse(then, CultureInfo.InvariantCulture)))];
            Assert.True(near.All(one => one), $"docs/architecture.md: | `{row[0]}` | {string.Join(" | ", measured)} |");
        });
    }

    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    public void No_file_is_long(string folder) =>
        Assert.All(SourceTree.Lengths(folder), file => Assert.InRange(file.Value, 0, LongestFile));

    private static int[] Measured(string project)
    {
        int[] lengths = [.. SourceTree.Lengths($"src/{project}").Values.Order()];
        return [lengths.Length, lengths.Sum(), lengths[lengths.Length / 2], lengths[lengths.Length * 9 / 10], lengths[^1]];
    }

    private static bool IsNear(int now, int then) => Math.Abs(now - then) <= Math.Max(10, then / 4);
}
