namespace Retrace.Testing;

/// <summary>What ships with the repository.</summary>
internal static class Shipped
{
    public static string Model => Find("models/tiny");

    public static string TrainingProblems => Find("data/geometry/train.jsonl");

    public static string TestProblems => Find("data/geometry/test.jsonl");

    public static string Presets => Find("configs");

    public static string PaperDocument => Find("docs/paper.md");

    public static string RulesDocument => Find("docs/rules.md");

    private static string Find(string path)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, path);
            if (Path.Exists(candidate))
            {
                return candidate;
            }
        }
        throw new FileNotFoundException($"{path} does not lie above {AppContext.BaseDirectory}.");
    }
}
