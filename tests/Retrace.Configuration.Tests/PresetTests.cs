using Retrace.Testing;

namespace Retrace.Configuration.Tests;

/// <summary>The files in <c>configs/</c> against what the paper and its release say.</summary>
public sealed class PresetTests
{
    private static readonly string[] Machines = ["one-gpu-lora", "eight-gpus", "rollout-servers"];

    private static readonly string[] Ablations = ["padded-anchor", "new-turn"];

    // The preset, the model, the rule, ω and the seed of the release's script for that data set.
    public static TheoryData<string, string, string, double, long> Runs => new()
    {
        { "paper/qwen2.5-vl-7b-geometry3k", "qwen2.5-vl-7b", "sfr", 0.7, 1888 },
        { "paper/qwen2.5-vl-7b-geoqa", "qwen2.5-vl-7b", "sfr", 0.7, 8 },
        { "paper/qwen2.5-vl-7b-mmr1", "qwen2.5-vl-7b", "sfr", 0.7, 8 },
        { "paper/qwen2.5-vl-3b-geometry3k", "qwen2.5-vl-3b", "sfr", 0.7, 1888 },
        { "paper/qwen2.5-vl-3b-geoqa", "qwen2.5-vl-3b", "sfr", 0.7, 8 },
        { "paper/qwen2.5-vl-3b-mmr1", "qwen2.5-vl-3b", "sfr", 0.7, 8 },
        { "release/qwen2.5-vl-7b-keep-0.3", "qwen2.5-vl-7b", "released", 0.3, 1888 },
        { "release/qwen2.5-vl-7b-keep-0.5", "qwen2.5-vl-7b", "released", 0.5, 1888 },
    };

    private static readonly string[] Trials = ["release/qwen2.5-vl-3b-keep-0.5", "release/qwen2.5-vl-3b-keep-0.7"];

    [Fact]
    public void Every_file_is_known_here_and_can_be_used_alone()
    {
        string[] known =
        [
            .. Runs.Select(row => row.Data.Item1), .. Trials, "mm-upt/qwen2.5-vl-7b", "mm-upt/qwen2.5-vl-3b",
            .. Machines.Select(name => $"machines/{name}"), .. Ablations.Select(name => $"ablations/{name}"),
            "embedded/reproduction",
        ];
        string[] there =
        [
            .. Directory.EnumerateFiles(Shipped.Presets, "*.yaml", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(Shipped.Presets, file)[..^".yaml".Length].Replace('\\', '/')),
        ];
        Assert.Equal(known.Order(StringComparer.Ordinal), there.Order(StringComparer.Ordinal));
        Assert.All(there, name => Assert.NotEqual(new RunConfiguration(), Resolve(name)));
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void A_run_of_CSRS_has_the_published_numbers(string name, string model, string rule, double omega, long seed)
    {
        RunConfiguration run = Resolve(name);
        Assert.Equal(("csrs", rule, omega), (run.Method, run.Reward.Rule, run.Retracing.KeepRate));
        Assert.Equal(
            (5, "ratio", "continue", "gaussian", 40),
            (run.Retracing.Samples, run.Retracing.Anchor, run.Retracing.Mode, run.Retracing.Perturbation,
                run.Retracing.PerturbationLevel));
        Assert.Equal((0.2, 5, 0.1), (run.Reward.Gamma, run.Reward.Beta, run.Reward.FormatWeight));
        Assert.Null(run.Retracing.KeepRates);
        AssertLearnsAsPublished(run, model, seed);
    }

    // Its scripts for 3B are trials: 4 trajectories with 3 continuations, mini-batches of 2 problems, short texts.
    [Theory]
    [InlineData("release/qwen2.5-vl-3b-keep-0.5", 0.5, 2)]
    [InlineData("release/qwen2.5-vl-3b-keep-0.7", 0.7, 8)]
    public void The_release_s_runs_of_3B_have_its_scripts_numbers(string name, double omega, int batch)
    {
        RunConfiguration run = Resolve(name);
        Assert.Equal(
            ("csrs", "released", omega, 3, 4, batch),
            (run.Method, run.Reward.Rule, run.Retracing.KeepRate, run.Retracing.Samples, run.Rollout.Group, run.Data.Batch));
        Assert.Equal(
            (2 * 4, 5e-8, 256, 512, 15.0),
            (run.Learning.MiniBatch, run.Learning.LearningRate, run.Data.MaxPromptTokens, run.Rollout.MaxResponseTokens,
                run.Epochs));
        RunConfiguration large = Resolve("release/qwen2.5-vl-7b-keep-0.5");
        Assert.Equal(large, run with
        {
            Seed = large.Seed,
            Data = large.Data,
            Rollout = large.Rollout,
            Retracing = run.Retracing with { Samples = 5, KeepRate = 0.5 },
            Learning = run.Learning with { LearningRate = 1e-6, MiniBatch = 512 },
            Model = run.Model with { MadeFor = large.Model.MadeFor },
        });
    }

    [Theory]
    [InlineData("mm-upt/qwen2.5-vl-7b", "qwen2.5-vl-7b")]
    [InlineData("mm-upt/qwen2.5-vl-3b", "qwen2.5-vl-3b")]
    public void The_majority_s_run_differs_in_its_reward_alone(string name, string model)
    {
        RunConfiguration run = Resolve(name);
        Assert.Equal(("majority", null), (run.Method, run.Rollout.VoteSamples));
        AssertLearnsAsPublished(run, model, 1888);
        RunConfiguration csrs = Resolve($"paper/{model}-geometry3k");
        Assert.Equal(csrs, run with { Method = csrs.Method, Retracing = csrs.Retracing, Reward = csrs.Reward });
    }

    [Fact]
    public void A_machine_changes_where_a_run_takes_place_and_with_LoRA_the_learning_rate()
    {
        foreach (string name in (string[])[.. Runs.Select(row => row.Data.Item1), .. Trials, "mm-upt/qwen2.5-vl-7b"])
        {
            RunConfiguration run = Resolve(name);
            foreach (string machine in Machines)
            {
                RunConfiguration there = Resolve(name, $"machines/{machine}");
                Assert.Equal(machine == "one-gpu-lora" ? (32, 1e-5) : (0, run.Learning.LearningRate), (
                    there.Model.LoraRank, there.Learning.LearningRate));
                Assert.Equal(machine == "rollout-servers" ? "openai" : "local", there.Rollout.Engine);
                Assert.Equal(run, there with
                {
                    Rollout = there.Rollout with
                    {
                        Engine = run.Rollout.Engine,
                        Servers = run.Rollout.Servers,
                        MaxBatchSequences = run.Rollout.MaxBatchSequences,
                    },
                    Learning = there.Learning with { LearningRate = run.Learning.LearningRate },
                    Model = run.Model,
                });
                Assert.Equal(run.Model.MadeFor, there.Model.MadeFor);
            }
        }
    }

    [Fact]
    public void Ablations_are_what_the_release_does_otherwise()
    {
        RunConfiguration run = Resolve(
            "release/qwen2.5-vl-7b-keep-0.3", "ablations/padded-anchor", "ablations/new-turn");
        Assert.Equal(
            ("padded", "new-turn", 0.3, "released"),
            (run.Retracing.Anchor, run.Retracing.Mode, run.Retracing.KeepRate, run.Reward.Rule));
    }

    private static void AssertLearnsAsPublished(RunConfiguration run, string model, long seed)
    {
        Assert.Equal((seed, 15.0, 256, 1024), (run.Seed, run.Epochs, run.Data.Batch, run.Data.MaxPromptTokens));
        Assert.Equal(
            (8, 1536, 1.0, 1.0),
            (run.Rollout.Group, run.Rollout.MaxResponseTokens, run.Rollout.Temperature, run.Rollout.TopP));
        Assert.Equal(
            ("group-std", 1e-6, 64 * 8, 0.2, null, "token-mean", 0.01, "k3"),
            (run.Learning.Advantage, run.Learning.LearningRate, run.Learning.MiniBatch, run.Learning.Clip,
                run.Learning.ClipHigh, run.Learning.Loss, run.Learning.Kl, run.Learning.KlEstimator));
        Assert.Equal((model, 0), (run.Model.MadeFor, run.Model.LoraRank));
        Assert.Equal((20, 5), (run.Checkpointing.Every, run.Evaluation.Every));
    }

    private static RunConfiguration Resolve(params string[] names) => ConfigurationLayers.ResolveFiles(
        null, [.. names.Select(name => Path.Combine(Shipped.Presets, $"{name}.yaml"))], []);
}
