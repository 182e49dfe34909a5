using Retrace.Configuration;
using Retrace.Models;
using Retrace.Models.Network;
using Retrace.Runs;
using Retrace.Testing;
using Retrace.Training.Evolution;
using Retrace.Training.Prompts;

namespace Retrace.Training.Tests.Evolution;

/// <summary>How much is computed at once where the settings leave it to memory.</summary>
public sealed class SizesByMemoryTests
{
    private const long Plenty = 1L << 50;

    private static readonly string[] Open =
        ["rollout.max_batch_sequences=null", "rollout.prefill_tokens=null", "learn.micro_batch_tokens=null"];

    private static readonly ModelConfig Config = ModelFamilies.LoadConfig(Shipped.Model);
    private static readonly PromptSize Prompt = new(200, 64);

    [Fact]
    public void With_plenty_of_memory_it_is_the_usual_on_the_CPU_and_four_times_that_on_a_GPU()
    {
        Assert.Equal((512, 16384, 4096), Sizes(Choose(Settings(Open), Plenty)));
        Assert.Equal((2048, 65536, 16384), Sizes(Choose(Settings([.. Open, "model.device=cuda:1"]), Plenty)));
    }

    [Fact]
    public void Where_nobody_knows_the_memory_it_is_the_usual() =>
        Assert.Equal((512, 16384, 4096), Sizes(Choose(Settings([.. Open, "model.device=cuda"]), available: null)));

    [Fact]
    public void What_the_settings_say_stays_however_little_memory_there_is()
    {
        RunConfiguration said = Settings([]);
        Assert.Equal(said, Choose(said, available: 1));
        Assert.Equal((1, 100, 1), Sizes(Choose(Settings([.. Open, "rollout.prefill_tokens=100"]), available: 1)));
    }

    // What the largest sizes would take beyond what is always there, and a share of it.
    [Theory]
    [InlineData(0.02)]
    [InlineData(0.1)]
    [InlineData(0.4)]
    public void Each_is_the_largest_power_that_fits_its_phase(double share)
    {
        RunConfiguration settings = Settings(
            [.. Open, "data.batch=64", "learn.mini_batch=512", "model.activation_checkpointing=true"]);
        RunConfiguration most = Choose(settings, Plenty);
        long always = PeakIn(MemoryPhase.Always, most);
        double needed = always + (share * (PeakIn(MemoryPhase.Sampling, most) - always));
        RunConfiguration chosen = Choose(settings, (long)Math.Ceiling(needed / 0.8));
        (int sequences, int prefill) = (chosen.Rollout.SequencesAtOnce, chosen.Rollout.PromptTokensAtOnce);
        int microBatch = chosen.Learning.TokensAtOnce;

        Assert.InRange(sequences, 2, 256);
        AssertLargest(512, sequences, MemoryPhase.Sampling, size => With(size, 1, 1));
        AssertLargest(16384, prefill, MemoryPhase.Prefill, size => With(sequences, size, 1));
        AssertLargest(4096, microBatch, MemoryPhase.Learning, size => With(sequences, prefill, size));

        void AssertLargest(int most, int size, MemoryPhase phase, Func<int, RunConfiguration> with)
        {
            Assert.True(size == 1 || PeakIn(phase, with(size)) <= needed);
            Assert.True(size == most || PeakIn(phase, with(2 * size)) > needed);
        }

        RunConfiguration With(int first, int second, int third) => settings with
        {
            Rollout = settings.Rollout with { MaxBatchSequences = first, PrefillTokens = second },
            Learning = settings.Learning with { MicroBatchTokens = third },
        };
    }

    [Fact]
    public void What_was_chosen_is_told_by_key()
    {
        RunConfiguration settings = Settings([.. Open, "rollout.prefill_tokens=100"]);
        Assert.Equal(
            ["rollout.max_batch_sequences=512", "learn.micro_batch_tokens=4096"],
            SizesByMemory.Chosen(settings, Choose(settings, Plenty)));
        Assert.Empty(SizesByMemory.Chosen(Settings([]), Settings([])));
    }

    [Fact]
    public void A_run_has_its_choice_in_its_folder_and_its_log()
    {
        using var runs = new SmallRuns();
        runs.Evolve("run", ["steps=1", .. Open]);
        RunConfiguration written = ConfigurationLayers.Read(Path.Combine(runs.FolderOf("run"), RunFolder.Config));
        Assert.All(
            new[] { written.Rollout.MaxBatchSequences, written.Rollout.PrefillTokens, written.Learning.MicroBatchTokens },
            size => Assert.NotNull(size));
        Assert.Contains(
            $"learn.micro_batch_tokens={written.Learning.MicroBatchTokens}, chosen by the memory that there is",
            File.ReadAllText(Path.Combine(runs.FolderOf("run"), RunFolder.Log)));
    }

    private static RunConfiguration Settings(string[] settings) => ConfigurationLayers.Resolve(null, null, settings);

    private static RunConfiguration Choose(RunConfiguration settings, long? available) =>
        SizesByMemory.Choose(Config, settings, Prompt, available);

    private static long PeakIn(MemoryPhase phase, RunConfiguration settings) =>
        MemoryPlan.Within(Plenty, Config, settings, Prompt).PeakIn(phase);

    private static (int? Sequences, int? Prefill, int? MicroBatch) Sizes(RunConfiguration settings) =>
        (settings.Rollout.MaxBatchSequences, settings.Rollout.PrefillTokens, settings.Learning.MicroBatchTokens);
}
