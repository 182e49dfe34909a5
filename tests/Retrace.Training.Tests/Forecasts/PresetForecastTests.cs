using Retrace.Configuration;
using Retrace.Testing;
using Retrace.Training.Evolution;
using Retrace.Training.Forecasts;

namespace Retrace.Training.Tests.Forecasts;

/// <summary>Every preset on every machine, as far as a dry run goes, with a small model of the presets' family.</summary>
public sealed class PresetForecastTests : IDisposable
{
    private const int Problems = 9;

    private readonly TemporaryFolder _folder = new();

    // The machines' files over a preset, and how many processes train there.
    public static TheoryData<string, int> Machines => new()
    {
        { "one-gpu-lora", 1 },
        { "eight-gpus", 8 },
        { "rollout-servers", 1 },
        { "one-gpu-lora rollout-servers", 1 },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Machines))]
    public void Every_preset_can_be_planned(string machines, int processes)
    {
        _folder.Write("problems.jsonl", string.Concat(Enumerable.Range(0, Problems).Select(i =>
            $$"""{"id":"{{i}}","question":"What is 2 + {{i}}?"}""" + "\n")));
        string[] layers = [.. machines.Split(' ').Select(machine => $"machines/{machine}")];
        foreach (string preset in Presets())
        {
            RunForecast forecast = RunForecast.Of(
                new RunOptions(Shipped.Model, _folder.Combine("problems.jsonl"), _folder.Combine("run"))
                {
                    Configuration = Resolve([preset, .. layers]),
                },
                processes,
                TestContext.Current.CancellationToken);
            Assert.Equal(Problems, forecast.Data.Problems.Count);
            // 15 passes over 9 problems: 135 / 2 and 135 / 8, rounded up, in the trials with 3B, else all 9 a step.
            int batch = Math.Min(forecast.Configuration.Data.Batch, Problems);
            Assert.Equal(batch switch { 2 => 68, 8 => 17, _ => 15 }, forecast.Steps);
            Assert.True(forecast.Memory.Peak > 0);
            TokenForecast tokens = TokenForecast.Of(forecast.Configuration, Problems, responseTokens: 100);
            Assert.Equal(batch * forecast.Configuration.Rollout.Group * 100, tokens.Learned);
        }
        Assert.False(Directory.Exists(_folder.Combine("run")));
    }

    private static IEnumerable<string> Presets() => new[] { "paper", "release", "mm-upt" }.SelectMany(
        room => Directory.EnumerateFiles(Path.Combine(Shipped.Presets, room), "*.yaml"),
        (room, file) => $"{room}/{Path.GetFileNameWithoutExtension(file)}");

    // The model is of the presets' family, but not of their size.
    private static RunConfiguration Resolve(IEnumerable<string> names) => ConfigurationLayers.ResolveFiles(
        Shipped.Model,
        [.. names.Select(name => Path.Combine(Shipped.Presets, $"{name}.yaml"))],
        ["model.made_for=null", "model.max_pixels=200704"]);
}
