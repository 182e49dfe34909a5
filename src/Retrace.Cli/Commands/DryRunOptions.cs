using System.CommandLine;
using System.Globalization;
using Retrace.Cli.Progress;
using Retrace.Configuration;
using Retrace.Runs;
using Retrace.Training.Evolution;
using Retrace.Training.Forecasts;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace evolve --dry-run</c>: what a run would be, without starting it.</summary>
internal sealed class DryRunOptions
{
    private readonly Option<bool> _dryRun = new("--dry-run")
    {
        Description =
            "Reads and checks everything, prints problems, steps, tokens, memory and time, and starts and writes nothing.",
    };

    private readonly Option<string?> _ratesFrom = new("--rates-from")
    {
        Description = "With --dry-run: the folder of an earlier run, whose speed and lengths the time is computed from.",
        HelpName = "RUN",
    };

    private readonly Option<string?> _rates = new("--rates")
    {
        Description = "With --dry-run: tokens generated and response tokens learned from in a second, such as 4000,12000.",
        HelpName = "G,L",
    };

    private readonly Option<string?> _responseTokens = new("--response-tokens")
    {
        Description = "With --dry-run: mean length of a response to compute with.",
        HelpName = "N",
    };

    private readonly Option<string?> _processes = new("--processes")
    {
        Description = "With --dry-run: processes that are to train together on this machine (mpirun -n N).",
        HelpName = "N",
    };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _dryRun, _ratesFrom, _rates, _responseTokens, _processes })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Whether the run is not to be started.</summary>
    /// <exception cref="BadInputException">An option is given that only a dry run reads.</exception>
    public bool IsGiven(ParseResult parsed)
    {
        bool given = parsed.GetValue(_dryRun);
        foreach (Option<string?> option in new[] { _ratesFrom, _rates, _responseTokens, _processes })
        {
            if (!given && parsed.GetValue(option) is not null)
            {
                throw new BadInputException($"{option.Name} is for --dry-run; give that with it, or leave it out");
            }
        }
        return given;
    }

    /// <summary>Prints what the run would be.</summary>
    /// <exception cref="BadInputException">The run could not be started as it is.</exception>
    public void Show(ParseResult parsed, RunOptions options, TextWriter output, CancellationToken cancellation)
    {
        ComputeRates? rates = Rates(parsed);
        double? length = Number(_responseTokens, parsed, text => text is > 0 and <= int.MaxValue, "a number above 0")
            ?? rates?.ResponseTokens;
        int processes = (int)(Number(
            _processes, parsed, text => text is >= 1 and <= 4096 && text == Math.Floor(text), "a whole number from 1 to 4096")
            ?? 1);
        RunForecast forecast = RunForecast.Of(options, processes, cancellation);
        RunConfiguration settings = forecast.Configuration;
        Console.OutputEncoding = new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

        SkippedReport.Write(forecast.Data.Skipped, output);
        SkippedReport.WriteUnusedAnswers(forecast.Data.UnusedAnswers, output);
        Line("problems", $"{forecast.Data.Problems.Count} used, {forecast.Data.Skipped.Count} skipped; the longest prompt has "
            + $"{forecast.Data.LargestPrompt.Tokens} tokens, {forecast.Data.LargestPrompt.ImageTokens} at most of images");
        if (forecast.Measured is { } measured)
        {
            Line("measured on", $"{measured.Problems.Count} labeled problems every {settings.Evaluation.Every} steps, "
                + $"{Samples(settings.Evaluation.Samples)} each");
        }
        Line("steps", $"{forecast.Steps} of {Math.Min(settings.Data.Batch, forecast.Data.Problems.Count)} problems");
        var tokens = TokenForecast.Of(settings, forecast.Data.Problems.Count, length);
        string beside = tokens.Side > 0 ? $", {Count(tokens.Side)} beside them" : "";
        Line("tokens", $"{Count(tokens.Generated)} generated in a step ({Count(tokens.Maternal)} maternal, "
            + $"{Count(tokens.Retraced)} re-inference{beside}), {Count(tokens.Learned)} learned from; "
            + $"{Count(tokens.Generated * forecast.Steps)} generated in all");
        Line("", length is null
            ? $"estimated for responses of the longest length, {settings.Rollout.MaxResponseTokens}; --response-tokens "
                + "gives their mean"
            : $"estimated for responses of {Count(tokens.ResponseTokens)} tokens on average");
        MeasurementForecast measurements = forecast.Measurements(tokens.ResponseTokens);
        if (measurements.Generated > 0)
        {
            Line("", $"and {Count(measurements.Generated)} for measuring in all (evaluations: {measurements.Evaluations}, probes of the "
                + $"guard: {measurements.Probes})");
        }
        Line("memory", processes == 1 ? "" : $"of each of {processes} processes");
        output.WriteLine(forecast.Memory.Table());
        ShowTime(forecast, tokens, measurements, rates, parsed, output);
        if (settings.Rollout.Engine == "openai")
        {
            Line("servers", "not asked whether they are there");
        }
        if (forecast.Obstacle is string obstacle)
        {
            Line("not here", obstacle);
        }
        forecast.Memory.CheckFits(settings.Model);
        output.WriteLine("nothing was started, and nothing written");

        void Line(string name, string value) => WriteLine(output, name, value);
    }

    private void ShowTime(
        RunForecast forecast,
        TokenForecast tokens,
        MeasurementForecast measurements,
        ComputeRates? rates,
        ParseResult parsed,
        TextWriter output)
    {
        if (rates is null)
        {
            WriteLine(output, "time", "cannot be known without a rate: give --rates-from RUN, an earlier run of this model on "
                + "this machine, or --rates G,L");
            return;
        }
        TimeSpan step = rates.TimeOf(tokens);
        TimeSpan measuring = rates.TimeOf(measurements);
        string within = measuring > TimeSpan.Zero ? $", {StepSummary.Duration(measuring)} of it measuring" : "";
        WriteLine(output, "time", string.Create(
            CultureInfo.InvariantCulture,
            $"{StepSummary.Duration((step * forecast.Steps) + measuring)}{within}, {step.TotalSeconds:0.0} s a step, at "
            + $"{rates.Generated:0.#} tokens/s generated and {rates.Learned:0.#} learned from"));
        WriteLine(output, "", parsed.GetValue(_ratesFrom) is string run
            ? $"as measured in {run}; another model, machine or batch has other rates"
            : "as stated");
    }

    private ComputeRates? Rates(ParseResult parsed)
    {
        string? stated = parsed.GetValue(_rates);
        if (parsed.GetValue(_ratesFrom) is string run)
        {
            string config = Path.Combine(run, RunFolder.Config);
            return stated is null
                ? ComputeRates.Of(
                    run, File.Exists(config) ? ConfigurationLayers.Read(config).Learning.EpochsPerBatch : 1)
                : throw new BadInputException("--rates and --rates-from both say how fast it is; give one of them");
        }
        return stated is null ? null
            : NumberList.Parse("--rates", stated) is [> 0 and double generated, > 0 and double learned]
                ? new ComputeRates(generated, learned)
                : throw new BadInputException(
                    $"--rates is {stated}, but must be two numbers above 0: tokens generated and tokens learned from in a "
                    + "second");
    }

    private static double? Number(Option<string?> option, ParseResult parsed, Func<double, bool> isAllowed, string allowed) =>
        parsed.GetValue(option) is not string text ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && isAllowed(number)
            ? number
            : throw new BadInputException($"{option.Name} is {text}, but must be {allowed}");

    private static void WriteLine(TextWriter output, string name, string value) =>
        output.WriteLine($"{name,-12} {value}".TrimEnd());

    private static string Samples(int count) => count == 1 ? "1 sample" : $"{count} samples";

    private static string Count(double number) => Math.Round(number).ToString("N0", CultureInfo.InvariantCulture);
}
