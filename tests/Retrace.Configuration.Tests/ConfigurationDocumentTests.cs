namespace Retrace.Configuration.Tests;

public sealed class ConfigurationDocumentTests
{
    [Fact]
    public void The_document_has_exactly_one_row_for_each_key_with_its_default_and_explanation()
    {
        string document = Path.Combine(RepositoryRoot(), "docs", "configuration.md");
        string[] rows = File.ReadLines(document)
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .ToArray();
        Assert.Equal(RowsOf(new RunConfiguration().ToYaml(explain: true)), rows);
    }

    // Each key is a line "key: value" below a line "# explanation"; a section is a line "section:".
    private static IEnumerable<string> RowsOf(string yaml)
    {
        string section = "";
        string explanation = "";
        foreach (string line in yaml.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string text = line.Trim();
            if (text.StartsWith("# ", StringComparison.Ordinal))
            {
                explanation = text[2..];
            }
            else if (text.EndsWith(':'))
            {
                section = text[..^1] + ".";
            }
            else
            {
                string[] parts = text.Split(": ", 2);
                yield return $"| `{section}{parts[0]}` | `{parts[1]}` | {explanation.Replace("|", "\\|")} |";
            }
        }
    }

    private static string RepositoryRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Retrace.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }
        return folder ?? throw new InvalidOperationException("The tests run outside the repository.");
    }
}
