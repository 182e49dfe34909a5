using System.Text.Json.Nodes;
using Retrace.Configuration;
using Retrace.Models;
using Retrace.Models.Checkpoints;
using Retrace.Models.Images;
using Retrace.Models.Json;
using Retrace.Models.Network;
using Retrace.Models.Text;
using Retrace.Testing;
using Retrace.Training.Evolution;
using Retrace.Training.Learning;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Tests;

/// <summary>A family that a user has written: found, planned for, sampled from and learned from as any other.</summary>
public sealed class FamilyFromOutsideTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    static FamilyFromOutsideTests() => ModelFamilies.Register(new FlatFamily());

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Its_models_are_loaded_sampled_from_and_learned_from()
    {
        using DisposeScope scope = NewDisposeScope();
        Write();
        using VisionLanguageModel model = VisionLanguageModel.Load(_folder.Path, ScalarType.Float32, CPU);
        Assert.IsType<FlatFamily>(model.Family);

        ModelConfig config = model.Network.Config;
        var random = new Random(1);
        ImageGrid grid = new(1, 4, 2);
        float[] patches = new float[grid.PatchCount * config.Vision.PatchLength];
        for (int i = 0; i < patches.Length; i++)
        {
            patches[i] = random.NextSingle();
        }
        var image = new ProcessedImage(grid, patches);
        int[] prompt = config.ExpandImages(model.Tokenizer.Encode(model.Family.Chat.Prompt("What?", 1)), [grid]);
        Random[] streams = [RandomStream.For(1, 1), RandomStream.For(1, 2)];
        Generation[] samples = new LocalRolloutEngine(model.Network, 8).Generate(
            [new RolloutRequest(prompt, [image], maxTokens: 6, streams)],
            new SamplingSettings(1),
            TestContext.Current.CancellationToken)[0];

        model.Network.Train();
        PromptedResponse[] responses =
            [.. samples.Select(sample => new PromptedResponse(prompt, [.. sample.Tokens], [image]))];
        float[][] logProbs = PromptedResponse.LogProbs(
            model.Network, responses, maxTokens: 1000, temperature: 1, TestContext.Current.CancellationToken);
        foreach ((Generation sample, float[] scored) in samples.Zip(logProbs))
        {
            Assert.All(sample.LogProbs.Zip(scored), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
        }
        using TokenPredictions predictions = PromptedResponse.Predict(model.Network, responses);
        predictions.LogProbs.sum().backward();
        Assert.True(model.Network.Parameters["eye.project.weight"].grad!.norm().item<float>() > 0);
    }

    [Fact]
    public void Its_memory_is_planned_for()
    {
        MemoryPlan plan = MemoryPlan.Of(Config(vocabulary: 300), new RunConfiguration(), new PromptSize(200, 64));
        Assert.All(plan.Items, item => Assert.True(item.Bytes >= 0, item.Name));
    }

    [Fact]
    public void A_model_type_is_taken_once() =>
        Assert.Throws<ArgumentException>(() => ModelFamilies.Register(new FlatFamily()));

    private void Write()
    {
        FlatFamily family = new();
        family.TrainTokenizer(["What is it?"], 270, _folder.Path);
        Tokenizer tokenizer = family.LoadTokenizer(_folder.Path);
        ModelConfig config = Config(tokenizer.VocabularySize) with { Tokens = family.FindTokens(tokenizer) };
        config.Save(_folder.Path);
        family.ImageDefaults.Save(_folder.Path);
        CheckpointWriter.Write(_folder.Path, VisionLanguageNetwork.RandomWeights(config, ScalarType.Float32, seed: 1));
    }

    private static ModelConfig Config(int vocabulary)
    {
        ModelSize size = new FlatFamily().Tiny;
        return new ModelConfig(
            new FlatFamily(),
            size.Text with { VocabularySize = vocabulary },
            size.Vision,
            new TokenIds(0, [1, 0], 2, 3, 4, 5, 6));
    }

    private sealed record FlatVision(int Hidden) : VisionConfig(
        Depth: 1,
        HiddenSize: Hidden,
        IntermediateSize: Hidden,
        Heads: 1,
        OutHiddenSize: Hidden,
        PatchSize: 14,
        MergeSize: 2,
        TemporalPatchSize: 2);

    /// <summary>An image token is a linear map of its patches; positions count tokens on one axis.</summary>
    private sealed class FlatFamily : ModelFamily
    {
        private static readonly ModelFamily Other = ModelFamilies.Default;

        public override string ModelType => "flat";

        public override string Name => "Flat";

        public override WeightNames WeightNames { get; } = new(Vision: "eye.", Decoder: "mouth.", Alternatives: []);

        public override ChatTemplate Chat => Other.Chat;

        public override TokenizerRules TokenizerRules => Other.TokenizerRules;

        public override ImageProcessorConfig ImageDefaults => Other.ImageDefaults;

        public override IReadOnlyList<ModelSize> PublishedSizes => [];

        public override ModelSize Tiny => new(
            "flat", new TextConfig(0, 16, 32, 2, 2, 1, 1e-6, 10000, [0, 0, 0, 0], 512, true), new FlatVision(16));

        public override ModelConfig ReadConfig(JsonPart root) => new(
            this,
            Tiny.Text with { VocabularySize = root["words"].Integer() },
            Tiny.Vision,
            new TokenIds(0, StopTokens.In(root), 2, 3, 4, root["image"].Integer(), 6));

        public override JsonObject WriteConfig(ModelConfig config) => new()
        {
            ["model_type"] = ModelType,
            ["words"] = config.Text.VocabularySize,
            ["image"] = config.Tokens.ImagePad,
        };

        public override TokenIds FindTokens(Tokenizer tokenizer) => Other.FindTokens(tokenizer);

        public override VisionEncoder CreateEncoder(Parameters parameters, VisionConfig config) =>
            new FlatEncoder(parameters, config);

        public override TokenPositions PositionsOf(
            ModelConfig config, ReadOnlySpan<int> tokens, IReadOnlyList<ImageGrid> grids)
        {
            List<int> imageTokens = [];
            for (int i = 0; i < tokens.Length; i++)
            {
                if (tokens[i] == config.Tokens.ImagePad && grids.Count > 0)
                {
                    imageTokens.Add(i);
                }
            }
            return new TokenPositions([[.. Enumerable.Range(0, tokens.Length)]], imageTokens, tokens.Length);
        }
    }

    private sealed class FlatEncoder(Parameters parameters, VisionConfig config) : VisionEncoder
    {
        private readonly Linear _project = new(
            parameters, "eye.project", config.PatchesPerToken * config.PatchLength, config.OutHiddenSize, bias: true);

        public override BlockMemory Memory => new(Blocks: 1, Input: 0, Kept: 4L * config.OutHiddenSize, Passing: 0);

        public override Tensor Forward(Tensor patches, IReadOnlyList<ImageGrid> grids, BlockRunner blocks)
        {
            Tensor squares = patches.view(-1, (long)config.PatchesPerToken * config.PatchLength);
            return blocks.Run("eye.", squares, (x, _) => _project.Forward(x));
        }
    }
}
