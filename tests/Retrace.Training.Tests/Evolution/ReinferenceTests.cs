using Retrace.Answers;
using Retrace.Configuration;
using Retrace.Models;
using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.Problems;
using Retrace.Testing;
using Retrace.Training.Evolution;
using Retrace.Training.Learning;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;
using static TorchSharp.torch;

namespace Retrace.Training.Tests.Evolution;

/// <summary>What the method's first release got wrong about retracing, done right.</summary>
public sealed class ReinferenceTests(UntrainedModelFolder folder) : IClassFixture<UntrainedModelFolder>
{
    private readonly VisionLanguageModel _model = folder.Model;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // Greedy and from the clean image, thinking on has to come to the same thoughts.
    [Theory]
    [InlineData("ratio", 0.7)]
    [InlineData("ratio", 0.3)]
    [InlineData("step", 0.5)]
    [InlineData("entropy", 0.5)]
    [InlineData("random", 0)]
    [InlineData("padded", 0.3)]
    public void A_continuation_goes_on_inside_the_same_turn(string anchor, double keepRate)
    {
        RunConfiguration configuration =
            Configuration(settings => settings with { Anchor = anchor, KeepRate = keepRate, Perturbation = "none" });
        (PreparedProblem[] batch, Trajectory[][] maternal) = Maternal(configuration, temperature: 0);
        Retracing[][] retraced = Retrace(configuration, batch, maternal, temperature: 0);
        foreach ((Trajectory trajectory, Retracing retracing) in Pairs(maternal, retraced))
        {
            int[] rest = trajectory.Generation.Tokens[retracing.Anchors[0]..];
            Assert.All(retracing.Continuations, continuation => Assert.Equal(rest, continuation.Tokens));
        }
    }

    // As above: greedy, each continuation repeats the rest behind its own anchor.
    [Fact]
    public void Continuations_are_divided_among_several_anchors()
    {
        RunConfiguration configuration = Configuration(settings => settings with
        {
            KeepRates = "0.2, 0.5, 0.8",
            Samples = 5,
            Perturbation = "none",
        });
        (PreparedProblem[] batch, Trajectory[][] maternal) = Maternal(configuration, temperature: 0);
        Retracing[][] retraced = Retrace(configuration, batch, maternal, temperature: 0);
        foreach ((Trajectory trajectory, Retracing retracing) in Pairs(maternal, retraced))
        {
            int length = trajectory.Generation.ContentLength;
            Assert.Equal([(int)(0.2 * length), (int)(0.5 * length), (int)(0.8 * length)], retracing.Anchors);
            Assert.Equal([0, 0, 1, 1, 2], retracing.AnchorGroups);
            Assert.Equal(
                retracing.AnchorGroups.Select(group => trajectory.Generation.Tokens[retracing.Anchors[group]..]),
                retracing.Continuations.Select(continuation => continuation.Tokens));
        }
    }

    [Fact]
    public void The_releases_form_opens_a_new_turn_and_is_another_prompt()
    {
        RunConfiguration configuration =
            Configuration(settings => settings with { Mode = "new-turn", Perturbation = "none" });
        (PreparedProblem[] batch, Trajectory[][] maternal) = Maternal(configuration, temperature: 0);
        Retracing[][] retraced = Retrace(configuration, batch, maternal, temperature: 0);
        Assert.Contains(Pairs(maternal, retraced), pair => !pair.Item1.Generation.Tokens[pair.Item2.Anchors[0]..]
            .AsSpan().StartsWith(pair.Item2.Continuations[0].Tokens.AsSpan(0, 1)));
    }

    [Fact]
    public void The_anchor_is_a_share_of_the_real_length_and_lengths_differ()
    {
        RunConfiguration configuration = Configuration(settings => settings with { KeepRate = 0.7 });
        (PreparedProblem[] batch, _) = Maternal(configuration, temperature: 1);
        Trajectory[][] maternal =
        [
            .. batch.Select((_, place) => Enumerable.Range(0, 4)
                .Select(i => Reading(Enumerable.Range(20, 2 + (3 * i) + place))).ToArray()),
        ];
        Retracing[][] retraced = Retrace(configuration, batch, maternal, temperature: 1);
        Assert.All(Pairs(maternal, retraced), pair =>
            Assert.Equal((int)(0.7 * pair.Item1.Generation.ContentLength), pair.Item2.Anchors[0]));
    }

    [Fact]
    public void No_prefix_holds_the_answer()
    {
        RunConfiguration configuration = Configuration(settings => settings with { KeepRate = 0.9 });
        (PreparedProblem[] batch, _) = Maternal(configuration, temperature: 1);
        int[] tokens = _model.Tokenizer.Encode("I see 3. So \\boxed{3}, and that is what it is, and so it is.");
        Trajectory[][] maternal = [.. batch.Select(_ => new[] { Reading(tokens), Reading(tokens[..3]) })];
        Retracing[][] retraced = Retrace(configuration, batch, maternal, temperature: 1);
        Assert.All(retraced, group => Assert.DoesNotContain(
            "\\boxed", _model.Tokenizer.Decode(tokens[..group[0].Anchors[0]])));
        Assert.All(retraced, group => Assert.True(group[0].Anchors[0] > 0));
    }

    // 0.7 · 64 = 44.8: longer than the response, which is therefore not cut.
    [Fact]
    public void The_release_s_padded_anchor_keeps_a_short_response_whole_and_continuations_repeat_its_answer()
    {
        RunConfiguration configuration =
            Configuration(settings => settings with { Anchor = "padded", Perturbation = "none" });
        configuration = configuration with { Rollout = configuration.Rollout with { MaxResponseTokens = 64 } };
        (PreparedProblem[] batch, _) = Maternal(configuration, temperature: 1);
        int[] tokens = _model.Tokenizer.Encode("So \\boxed{3}");
        Assert.InRange(tokens.Length, 1, 44);
        int[] longer = [.. Enumerable.Repeat(tokens[0], 60)];
        Trajectory[][] maternal = [.. batch.Select(_ => new[] { Reading(tokens), Reading(longer) })];
        Retracing[][] retraced = Retrace(configuration, batch, maternal, temperature: 1);
        Assert.All(retraced, group => Assert.Equal((tokens.Length, 44), (group[0].Anchors[0], group[1].Anchors[0])));
        Assert.All(retraced, group => Assert.All(group[0].Answers, answer => Assert.Equal("3", answer)));
    }

    [Fact]
    public void Each_trajectory_sees_a_perturbed_image_of_its_own_and_the_model_sees_it()
    {
        RunConfiguration configuration = Configuration(settings => settings);
        (PreparedProblem[] batch, Trajectory[][] maternal) = Maternal(configuration, temperature: 1);
        Retracing[][] retraced = Retrace(configuration, batch, maternal, temperature: 1);
        for (int place = 0; place < batch.Length; place++)
        {
            PixelImage clean = batch[place].Pixels[0];
            PixelImage[] perturbed = [.. retraced[place].Select(one => one.Pixels.Value[0])];
            Assert.Equal(perturbed.Length, perturbed.Select(image => Convert.ToHexString(image.Rgb)).Distinct().Count());
            Assert.All(perturbed, image => Assert.NotEqual(clean.Rgb, image.Rgb));

            // The tensors differ, and so does what the model makes of them.
            ProcessedImage seen = _model.Images.Process(perturbed[0]);
            Assert.NotEqual(batch[place].Images[0].Patches, seen.Patches);
            using var noGrad = no_grad();
            int[] response = maternal[place][0].Generation.Tokens;
            using TokenPredictions before = PromptedResponse.Predict(
                _model.Network, [new PromptedResponse(batch[place].Prompt, response, batch[place].Images)]);
            using TokenPredictions after = PromptedResponse.Predict(
                _model.Network, [new PromptedResponse(batch[place].Prompt, response, [seen])]);
            Assert.NotEqual(before.LogProbs.data<float>().ToArray(), after.LogProbs.data<float>().ToArray());
        }
    }

    // What the engine encodes once: LocalRolloutEngineTests.
    [Fact]
    public void A_step_samples_from_one_image_a_problem_and_then_from_one_a_trajectory()
    {
        RunConfiguration configuration = Configuration(settings => settings with
        {
            KeepRates = "0.2, 0.5, 0.8",
            Samples = 5,
        });
        var engine = new ImageCount(Engine());
        (PreparedProblem[] batch, Trajectory[][] maternal) = Maternal(configuration, temperature: 1, engine);
        Assert.Equal(batch.Length, engine.Images.Count);
        engine.Images.Clear();
        Retrace(configuration, batch, maternal, temperature: 1, engine);
        Assert.Equal(maternal.Sum(group => group.Length), engine.Images.Count);
        Assert.True(engine.Samples > 2 * engine.Images.Count);
    }

    [Fact]
    public void Prefix_and_continuation_together_keep_to_the_limit()
    {
        RunConfiguration configuration = Configuration(settings => settings with { KeepRate = 0.5 });
        (PreparedProblem[] batch, Trajectory[][] maternal) = Maternal(configuration, temperature: 1);
        Retracing[][] retraced = Retrace(configuration, batch, maternal, temperature: 1);
        Assert.All(retraced.SelectMany(group => group), one => Assert.All(one.Continuations, continuation =>
            Assert.InRange(one.Anchors[0] + continuation.Tokens.Length, 1, UntrainedModel.MaxResponseTokens)));
    }

    [Fact]
    public void The_same_seed_retraces_alike_and_another_does_not()
    {
        RunConfiguration configuration = Configuration(settings => settings);
        (PreparedProblem[] batch, Trajectory[][] maternal) = Maternal(configuration, temperature: 1);
        int[][] first = Tokens(configuration);
        Assert.Equal(first, Tokens(configuration));
        Assert.NotEqual(first, Tokens(configuration with { Seed = 1 }));

        int[][] Tokens(RunConfiguration run) =>
        [
            .. Retrace(run, batch, maternal, temperature: 1)
                .SelectMany(group => group).SelectMany(one => one.Continuations).Select(one => one.Tokens),
        ];
    }

    private static RunConfiguration Configuration(Func<RetracingSettings, RetracingSettings> change) => new()
    {
        Rollout = new RolloutSettings { Group = 3, MaxResponseTokens = UntrainedModel.MaxResponseTokens },
        Retracing = change(new RetracingSettings { Samples = 2 }),
    };

    private static IEnumerable<(Trajectory, Retracing)> Pairs(Trajectory[][] maternal, Retracing[][] retraced) =>
        maternal.SelectMany(group => group).Zip(retraced.SelectMany(group => group));

    private Trajectory Reading(IEnumerable<int> tokens)
    {
        int[] ids = [.. tokens];
        float[] zeros = new float[ids.Length];
        Generation generation = new(ids, zeros, zeros, [], Stopped: false);
        return Trajectory.Read(generation, _model.Tokenizer, new BoxedExtraction());
    }

    private Retracing[][] Retrace(
        RunConfiguration configuration,
        PreparedProblem[] batch,
        Trajectory[][] maternal,
        double temperature,
        IRolloutEngine? engine = null)
    {
        PerturbedImages[][] perturbed = VisualPerturbation.Of(configuration, _model.Images)
            .Of(1, batch, maternal.Max(group => group.Length));
        Cut[][] cuts = TrajectoryCutter.Of(configuration, _model.Tokenizer).Cut(1, maternal, perturbed);
        return new Reinference(
            engine ?? Engine(), _model, configuration, new SamplingSettings(temperature))
            .Continue(1, batch, cuts, Cancellation);
    }

    private LocalRolloutEngine Engine() => new(_model.Network, 64);

    private (PreparedProblem[] Batch, Trajectory[][] Maternal) Maternal(
        RunConfiguration configuration, double temperature, IRolloutEngine? engine = null)
    {
        var preparation = new ProblemPreparation(_model, configuration.Data);
        PreparedProblem[] batch =
        [
            .. Enumerable.Range(0, 3).Select(i => preparation.Prepare(new Problem(
                $"{i}", $"What is x? {i}", [new EmbeddedImage($"{i}", UntrainedModelFolder.Picture(60, 40, i))]))),
        ];
        var round = new MaternalRound(
            engine ?? Engine(),
            _model.Tokenizer,
            configuration,
            new SamplingSettings(temperature),
            configuration.Rollout.Group);
        return (batch, round.Sample(1, batch, Cancellation));
    }

    // The different images that were asked for, and the samples.
    private sealed class ImageCount(IRolloutEngine engine) : IRolloutEngine
    {
        public HashSet<ProcessedImage> Images { get; } = [];

        public int Samples { get; private set; }

        public Generation[][] Generate(
            IReadOnlyList<RolloutRequest> requests, SamplingSettings sampling, CancellationToken cancellation)
        {
            Images.UnionWith(requests.SelectMany(request => request.Images));
            Samples += requests.Sum(request => request.Streams.Count);
            return engine.Generate(requests, sampling, cancellation);
        }

        public void UsePolicy(int version, CancellationToken cancellation) => engine.UsePolicy(version, cancellation);

        public RolloutIncidents? TakeIncidents() => engine.TakeIncidents();
    }
}
