namespace Retrace.Cli.Commands;

/// <summary>The files that ship with the repository and the archives, found relative to the program.</summary>
internal sealed record ShippedFiles(
    string Model, string TrainingProblems, string EvaluationProblems, string TestProblems, string Reproduction)
{
    /// <exception cref="BadInputException">The program lies in neither, as an installed tool.</exception>
    public static ShippedFiles Find() => FindOrNull() ?? throw new BadInputException(
        $"models/tiny and data/geometry are not to be found above {AppContext.BaseDirectory}; "
        + "they come with a clone of the repository and with the archives of a release. "
        + "Without them, retrace data inspect takes a model by --model, and reproduce by --model, --data and --test.");

    /// <summary>The same; null where the program lies in neither.</summary>
    public static ShippedFiles? FindOrNull()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string model = Path.Combine(folder.FullName, "models", "tiny");
            string data = Path.Combine(folder.FullName, "data", "geometry");
            if (Directory.Exists(model) && Directory.Exists(data))
            {
                return new ShippedFiles(
                    model,
                    Path.Combine(data, "train.jsonl"),
                    Path.Combine(data, "evaluation.jsonl"),
                    Path.Combine(data, "test.jsonl"),
                    Path.Combine(folder.FullName, "configs", "embedded", "reproduction.yaml"));
            }
        }
        return null;
    }
}
