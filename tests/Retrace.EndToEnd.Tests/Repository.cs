namespace Retrace.EndToEnd.Tests;

/// <summary>What ships with the repository that the tests run in.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Model { get; } = Path.Combine(Root, "models", "tiny");

    public static string TrainingProblems { get; } = Path.Combine(Root, "data", "geometry", "train.jsonl");

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Retrace.slnx")))
        {
            folder = folder.Parent;
        }
        return folder.FullName;
    }
}
