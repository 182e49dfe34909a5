namespace Retrace.EndToEnd.Tests;

/// <summary>What ships with the repository that the tests run in.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Model { get; } = Path.Combine(Root, "models", "tiny");

    public static string TrainingProblems { get; } = Path.Combine(Root, "data", "geometry", "train.jsonl");

    /// <summary>The first of them, for runs of a few steps: a run reads and checks all problems before it begins.</summary>
    public static string FewTrainingProblems { get; } = WriteFew(Path.Combine(AppContext.BaseDirectory, "few-problems.jsonl"));

    private static string WriteFew(string path)
    {
        File.WriteAllLines(path, File.ReadLines(TrainingProblems).Take(16));
        return path;
    }

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
