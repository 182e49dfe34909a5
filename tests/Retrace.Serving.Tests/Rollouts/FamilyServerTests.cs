using System.Text.Json;
using System.Text.Json.Nodes;
using Retrace.Configuration;
using Retrace.Data.Formats;
using Retrace.Models;
using Retrace.Models.Network;
using Retrace.Runs;
using Retrace.Testing;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;
using Retrace.Training.Rollouts.Servers;
using Retrace.Training.Tests.Evolution;
using static TorchSharp.torch;

namespace Retrace.Serving.Tests.Rollouts;

/// <summary>
/// Every family over a server, on problems with one image, with none and with several of several shapes.
/// </summary>
public sealed class FamilyServerTests(UntrainedFamilies families) : IClassFixture<UntrainedFamilies>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Families => UntrainedFamilies.All;

    public static MatrixTheoryData<string, ScalarType> FamiliesAndTypes =>
        new(ModelFamilies.All.Select(one => one.ModelType), [ScalarType.Float32, ScalarType.BFloat16]);

    [Theory]
    [MemberData(nameof(Families))]
    public async Task Prompts_of_all_kinds_side_by_side_give_what_each_gives_alone_in_this_process(string family)
    {
        using TemporaryFolder folder = new();
        string problems = folder.Write("problems.jsonl", UntrainedFamilies.Problems);
        await using RunningServer server =
            await RunningServer.StartAsync(updates: folder.Path, model: families.FolderOf(family));
        using VisionLanguageModel model = ShippedProblems.LoadModel(families.FolderOf(family));
        using OpenAiRolloutEngine engine = OpenAiRolloutEngine.Connect(
            model,
            ConfigurationLayers.Resolve(
                null, null, ["rollout.engine=openai", $"rollout.servers={server.Address}", "rollout.prompts=messages"]),
            folder.Combine("weights"),
            Cancellation);
        engine.UsePolicy(0, Cancellation);
        var preparation = new ProblemPreparation(model, ShippedProblems.Settings);
        RolloutRequest[] requests =
        [
            .. ProblemSources.Open(problems).Read().Problems.Select(preparation.Prepare).Select((problem, i) =>
                new RolloutRequest(problem.Prompt, problem.Images, 12, [RandomStream.For(3, i)])),
        ];
        Assert.Equal([1, 0, 2, 1], requests.Select(request => request.Images.Count));

        Generation[][] served = engine.Generate(requests, new SamplingSettings(0), Cancellation);

        var local = new LocalRolloutEngine(model.Network, maxBatchSequences: 64);
        foreach ((RolloutRequest request, Generation[] samples) in requests.Zip(served))
        {
            Generation alone = local.Generate([request], new SamplingSettings(0), Cancellation)[0][0];
            Assert.Equal(alone.Tokens, samples[0].Tokens);
            AssertClose(alone.LogProbs, samples[0].LogProbs);
            AssertClose(alone.LogProbs, samples[0].ServerLogProbs!);
        }
    }

    // Of every two rows of the head, which is the embedding, one gives far the highest logit, wherever the states lie. Nothing
    // in the requests forbids their tokens.
    [Theory]
    [MemberData(nameof(Families))]
    public async Task Tokens_of_images_and_padding_are_never_served_however_high_their_logits(string family)
    {
        using TemporaryFolder folder = new();
        string forced = folder.Combine("forced");
        IReadOnlyList<int> never;
        using (VisionLanguageModel model = ShippedProblems.LoadModel(families.FolderOf(family)))
        {
            never = model.Network.Config.Tokens.NeverSampled;
            using Tensor head = model.Network.Parameters[$"{model.Family.WeightNames.Decoder}embed_tokens.weight"].detach();
            foreach ((int place, int token) in never.Index())
            {
                using Tensor row = head[token];
                row.fill_(place % 2 == 0 ? 100 : -100);
            }
            model.Save(forced);
        }
        await using RunningServer server = await RunningServer.StartAsync(model: forced);
        foreach (int temperature in (int[])[0, 1])
        {
            JsonNode reply = await server.AskAsync("/v1/completions", new JsonObject
            {
                ["model"] = RunningServer.ModelName,
                ["prompt"] = "How long is it?",
                ["n"] = 4,
                ["max_tokens"] = 8,
                ["temperature"] = temperature,
                ["logprobs"] = 1,
                ["return_token_ids"] = true,
            });
            Assert.All(reply["choices"]!.AsArray(), choice =>
            {
                int[] tokens = choice!["token_ids"].Deserialize<int[]>()!;
                Assert.NotEmpty(tokens);
                Assert.Empty(tokens.Intersect(never));
                double[] logProbs = choice["logprobs"]!["token_logprobs"].Deserialize<double[]>()!;
                Assert.All(logProbs, value => Assert.InRange(value, -100, 0));
            });
        }
    }

    // One request at a time: what a server computes beside others is rounded as they come.
    [Theory]
    [MemberData(nameof(FamiliesAndTypes))]
    public async Task Half_of_the_steps_a_resume_and_the_other_half_are_the_whole_bit_for_bit(string family, ScalarType type)
    {
        using TemporaryFolder folder = new();
        string model = type == ScalarType.BFloat16 ? WithSmallWeights(family, folder) : families.FolderOf(family);
        await using RunningServer server = await RunningServer.StartAsync(updates: Path.GetTempPath(), model: model, type: type);
        using SmallRuns runs = new(
            model,
            UntrainedFamilies.Problems,
            [
                .. UntrainedFamilies.Settings(family), "rollout.engine=openai", $"rollout.servers={server.Address}",
                $"model.dtype={(type == ScalarType.BFloat16 ? "bf16" : "fp32")}", "rollout.requests_per_server=1", "model.train_vision=false",
            ]);
        runs.Evolve("whole");
        runs.Evolve("halves", "steps=1");
        Assert.Equal(1, runs.Evolve("halves", "steps=2"));
        runs.AssertSame("whole", "halves", 2, "adapter_model.safetensors");
        Assert.NotEqual(
            File.ReadAllBytes(Path.Combine(runs.CheckpointOf("whole", 1), "adapter_model.safetensors")),
            File.ReadAllBytes(Path.Combine(runs.CheckpointOf("whole", 2), "adapter_model.safetensors")));
    }

    // An adapter goes to the server's own model, which has to be the run's.
    [Fact]
    public async Task Servers_of_other_weights_are_refused_with_both_numbers_before_the_run_begins()
    {
        string model = families.FolderOf("qwen3_vl");
        using TemporaryFolder folder = new();
        string other = folder.Combine("other");
        using (VisionLanguageModel changed = ShippedProblems.LoadModel(model))
        {
            changed.Network.Parameters[$"{changed.Family.WeightNames.Decoder}norm.weight"].mul_(3);
            changed.Save(other);
        }
        await using RunningServer server = await RunningServer.StartAsync(updates: Path.GetTempPath(), model: other);
        using SmallRuns runs = new(
            model,
            UntrainedFamilies.Problems,
            [
                .. UntrainedFamilies.Settings("qwen3_vl"), "rollout.engine=openai", $"rollout.servers={server.Address}",
                "model.train_vision=false",
            ]);

        string message = Assert.Throws<BadInputException>(() => runs.Evolve("run")).Message;

        Assert.Matches(@" is -\d+\.\d{4} there and -\d+\.\d{4} here, ", message);
        Assert.False(File.Exists(Path.Combine(runs.FolderOf("run"), RunFolder.Metrics)));
    }

    // The large weights of an untrained model multiply what is rounded to bf16. On some processors server and run are then further
    // apart than the preflight allows.
    private string WithSmallWeights(string family, TemporaryFolder folder)
    {
        string path = folder.Combine("small");
        using VisionLanguageModel model = ShippedProblems.LoadModel(families.FolderOf(family));
        Parameters weights = model.Network.Parameters;
        foreach (string name in weights.Names.Where(name => weights[name].dim() > 1))
        {
            weights[name].mul_(0.125f);
        }
        model.Save(path);
        return path;
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair =>
            Assert.True(Math.Abs(pair.First - pair.Second) < 2e-4 * (1 + Math.Abs(pair.First))));
    }
}
