using System.CommandLine;
using Retrace.Configuration;
using Retrace.Data.Benchmarks;
using Retrace.Evaluation.Comparisons;

namespace Retrace.Cli.Commands;

/// <summary>The options that say what the paper's tables are made with: the embedded model, or the user's.</summary>
internal sealed class ReproductionInputs
{
    private readonly Option<string?> _model = new("--model")
    {
        Description = "Folder of the checkpoint that every run starts from; left out: the embedded one. Takes --data and "
            + "--test with it, and a preset by --config.",
        HelpName = "DIR",
    };

    private readonly Option<string?> _data = new("--data")
    {
        Description = "The problems to train on, .jsonl or .parquet.",
        HelpName = "FILE",
    };

    private readonly Option<string[]> _tests = new("--test")
    {
        Description = "Labeled problems to measure on, or a benchmark by its name, such as mathvista=DIR; may be repeated.",
        HelpName = "[BENCHMARK=]FILE",
    };

    private readonly Option<int> _samples = new("--samples")
    {
        Description = "Responses to each test problem.",
        HelpName = "K",
        DefaultValueFactory = _ => 4,
    };

    private readonly Option<int?> _limit = new("--limit")
    {
        Description = "Uses only the first N test problems.",
        HelpName = "N",
    };

    private readonly SeedsOption _seeds = new();
    private readonly ConfigurationOptions _settings = new();

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _model, _data, _tests, _samples, _limit })
        {
            command.Options.Add(option);
        }
        _seeds.AddTo(command);
        _settings.AddSharedTo(command);
    }

    /// <summary>The seeds, from that of the settings on.</summary>
    /// <exception cref="BadInputException">They are not as the option says.</exception>
    public long[] Seeds(ParseResult parsed, RunConfiguration settings) => _seeds.In(parsed, settings.Seed);

    /// <summary>The settings that a list shows; it needs neither a model nor problems.</summary>
    /// <exception cref="BadInputException">A file, a key or a value cannot be used.</exception>
    public RunConfiguration SettingsToList(ParseResult parsed)
    {
        string? model = parsed.GetValue(_model);
        ShippedFiles? shipped = model is null ? ShippedFiles.FindOrNull() : null;
        return _settings.ResolveOver(
            shipped is null ? [] : [shipped.Reproduction], parsed, model ?? shipped?.Model);
    }

    /// <summary>What the runs start from.</summary>
    /// <exception cref="BadInputException">Something is missing, or does not go together.</exception>
    public ReproductionStart Start(ParseResult parsed)
    {
        string[] tests = parsed.GetValue(_tests) ?? [];
        if (parsed.GetValue(_model) is string model)
        {
            string data = parsed.GetValue(_data)
                ?? throw new BadInputException("with --model, reproduce needs --data, the problems to train on");
            return tests.Length > 0
                ? new ReproductionStart(
                    model, data, Tests(parsed, tests), further => _settings.Resolve(parsed, model, further))
                : throw new BadInputException(
                    "with --model, reproduce needs --test, labeled problems or benchmarks such as mathvista=DIR");
        }
        if (tests.Length > 0 || parsed.GetValue(_data) is not null)
        {
            throw new BadInputException(
                "--data and --test go with --model; without it the embedded model is tested on its own problems");
        }
        var shipped = ShippedFiles.Find();
        return new ReproductionStart(
            shipped.Model,
            shipped.TrainingProblems,
            Tests(parsed, [shipped.TestProblems]),
            further => _settings.ResolveOver([shipped.Reproduction], parsed, shipped.Model, further));
    }

    // Files are looked for at once: the last test comes after all training.
    private (string?, HeldOutTest)[] Tests(ParseResult parsed, string[] texts)
    {
        int samples = WholeNumber.AtLeastOne("--samples", parsed.GetValue(_samples));
        int? limit = parsed.GetValue(_limit) is int given ? WholeNumber.AtLeastOne("--limit", given) : null;
        (string? Benchmark, HeldOutTest Test)[] tests = [.. texts.Select(Of)];
        return tests.GroupBy(test => test.Benchmark).FirstOrDefault(same => same.Count() > 1) is { } twice
            ? throw new BadInputException($"--test is given twice for {twice.Key ?? "problems of no benchmark"}; give each once")
            : tests;

        (string?, HeldOutTest) Of(string text)
        {
            if (Path.Exists(text))
            {
                return (null, new HeldOutTest(text, samples, limit));
            }
            int equals = text.IndexOf('=');
            string name = equals > 0 ? BenchmarkCatalogue.Named(text[..equals]).Published.Name : "";
            string path = text[(equals + 1)..];
            return name.Length > 0 && Path.Exists(path)
                ? (name, new HeldOutTest(path, name, samples, limit))
                : throw new BadInputException($"--test {text}: there is no file or folder {path}");
        }
    }
}

/// <summary>What the runs of a table start from, and how they are tested.</summary>
/// <param name="Model">The model's folder.</param>
/// <param name="Data">The problems to train on.</param>
/// <param name="Tests">The tests, by the names of their benchmarks.</param>
/// <param name="Resolve">Resolves the settings under overrides.</param>
internal sealed record ReproductionStart(
    string Model,
    string Data,
    IReadOnlyList<(string? Benchmark, HeldOutTest Test)> Tests,
    Func<IReadOnlyList<string>, RunConfiguration> Resolve);
