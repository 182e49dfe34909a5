using System.Text.Json;
using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.Models.Tests.Network;
using Retrace.Testing;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Evaluation.Tests;

public sealed class ScorerTests(UntrainedModelFolder folder) : IClassFixture<UntrainedModelFolder>
{
    private static readonly ProcessedImage Image = SmallModel.Image(4, 4, 1);

    private static readonly EncodedPrompt[] Sequences =
    [
        new([10, 2, 7, 7, 7, 7, 3, 11, 12], [Image]),
        new([14], []),
        new([15, 16, 17], []),
        new([2, 7, 7, 7, 7, 3, 20], [Image]),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(14)]
    [InlineData(1000)]
    public void Every_token_has_the_log_probability_that_its_prefix_gives_it(int tokensAtOnce)
    {
        using var noGrad = no_grad();
        using VisionLanguageNetwork model = SmallModel.Create();
        float[][] scores = new Scorer(model, tokensAtOnce).Score(Sequences, TestContext.Current.CancellationToken);
        foreach ((EncodedPrompt sequence, float[] logProbs) in Sequences.Zip(scores))
        {
            Assert.Equal(sequence.Tokens.Length - 1, logProbs.Length);
            for (int i = 0; i < logProbs.Length; i++)
            {
                if (sequence.Tokens[i + 1] != SmallModel.ImagePad) // A prefix that ends within an image is none.
                {
                    Assert.Equal(LogProb(model, sequence, i + 1), logProbs[i], 1e-4);
                }
            }
        }
    }

    [Fact]
    public void The_tokens_of_a_generation_have_the_log_probabilities_that_they_were_sampled_with()
    {
        using VisionLanguageNetwork model = SmallModel.Create();
        RolloutRequest[] requests =
        [
            .. Sequences.Select((prompt, i) =>
                new RolloutRequest(prompt.Tokens, prompt.Images, 20, [RandomStream.For(3, i), RandomStream.For(4, i)])),
        ];
        Generation[][] generated = new LocalRolloutEngine(model, 100)
            .Generate(requests, new SamplingSettings(1), TestContext.Current.CancellationToken);
        foreach ((EncodedPrompt prompt, Generation[] samples) in Sequences.Zip(generated))
        {
            float[][] scores = new Scorer(model, 1000).Score(
                [.. samples.Select(one => prompt with { Tokens = [.. prompt.Tokens, .. one.Tokens] })],
                TestContext.Current.CancellationToken);
            foreach ((Generation sample, float[] score) in samples.Zip(scores))
            {
                Assert.All(
                    sample.LogProbs.Zip(score[(prompt.Tokens.Length - 1)..]),
                    pair => Assert.Equal(pair.First, pair.Second, 1e-4));
            }
        }
    }

    [Fact]
    public void The_file_has_a_line_for_each_with_null_before_the_first_token()
    {
        using TemporaryFolder files = new();
        string input = files.Write("in.jsonl", """
            {"id": "a", "prompt": "Why?", "response": "So."}
            {"id": "b", "input_ids": [40, 41, 42]}
            {"id": "c", "input_ids": [40]}

            """);
        PromptEncoder encoder = new(folder.Model, "");
        Scorer scorer = new(folder.Model.Network, 100);
        scorer.ScoreFile(
            PromptFile.Read(input), encoder, files.Combine("out.jsonl"), TestContext.Current.CancellationToken);

        JsonElement[] lines =
            [.. File.ReadLines(files.Combine("out.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["a", "b", "c"], lines.Select(line => line.GetProperty("id").GetString()));
        int[] asked =
            [.. encoder.Encode("Why?", []).Tokens, .. folder.Model.Tokenizer.Encode("So.")];
        Assert.Equal(
            [asked, [40, 41, 42], [40]],
            lines.Select(line => line.GetProperty("token_ids").Deserialize<int[]>()!));
        foreach (JsonElement line in lines)
        {
            float?[] logProbs = line.GetProperty("log_probs").Deserialize<float?[]>()!;
            int[] tokens = line.GetProperty("token_ids").Deserialize<int[]>()!;
            Assert.Equal(tokens.Length, logProbs.Length);
            Assert.Null(logProbs[0]);
            float[] expected = scorer.Score([new EncodedPrompt(tokens, [])], TestContext.Current.CancellationToken)[0];
            Assert.All(expected.Zip(logProbs.Skip(1)), pair => Assert.Equal(pair.First, pair.Second!.Value, 1e-4));
        }
    }

    private static double LogProb(VisionLanguageNetwork model, EncodedPrompt sequence, int place)
    {
        using DisposeScope scope = NewDisposeScope();
        int[] prefix = sequence.Tokens[..place];
        bool hasImage = prefix.Contains(SmallModel.ImagePad);
        ImageFeatures? features = hasImage ? model.EncodeImages([Image]) : null;
        SequenceBatch batch = SequenceBatch.Of(
            model.Config, [new TokenSequence(prefix, hasImage ? [0] : [])], features, PaddingSide.Right, CPU);
        Tensor last = model.Logits(model.Forward(batch, features)[0, -1]);
        return last.log_softmax(-1)[sequence.Tokens[place]].item<float>();
    }
}
