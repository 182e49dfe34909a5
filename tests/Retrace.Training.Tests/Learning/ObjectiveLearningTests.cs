using Retrace.Configuration;
using Retrace.Models.Network;
using Retrace.Models.Tests.Network;
using Retrace.Objectives;
using Retrace.Testing;
using Retrace.Training.Learning;
using TorchSharp;
using static Retrace.Training.Tests.Learning.SmallLearner;
using static TorchSharp.torch;

namespace Retrace.Training.Tests.Learning;

/// <summary>The learner under each objective, on samples of a policy that has moved since.</summary>
public sealed class ObjectiveLearningTests
{
    // The columns: ε and ε_high that clip some of the samples below, none by a hair, and how many of their 18 tokens.
    public static TheoryData<string, double, double, int> Objectives => new()
    {
        { "grpo", 0.2, 0.2, 7 },
        { "gspo", 0.018, 0.005, 4 },
        { "cispo", 0.2, 0.2, 8 },
        { "gmpo", 0.25, 0.25, 5 },
        { "sapo", 0.2, 0.2, 0 },
    };

    // Along the gradient's own direction, through vision tower, decoder, rows that share a prompt, log-probabilities and
    // loss, against a loss in double precision that knows nothing of rows, micro-batches or slopes.
    [Theory]
    [MemberData(nameof(Objectives))]
    public void The_gradient_is_the_slope_of_the_bare_loss(string name, double clip, double clipHigh, int clipped)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork policy = SmallModel.Create();
        TrainingSample[] samples = MovedSamples(policy);
        LearningSettings settings = SettingsOf(name, clip, clipHigh);
        Assert.True(MicroBatch.ResponsesInRow(policy.Config.Text, promptTokens: 9, responseTokens: 3) > 1);
        AssertSlope(policy, samples, settings);
        Assert.Equal(clipped, ClippedBy(policy, samples, settings));
    }

    [Theory]
    [MemberData(nameof(Objectives))]
    public void It_is_the_same_for_any_number_of_micro_batches(string name, double clip, double clipHigh, int clipped)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork policy = SmallModel.Create();
        TrainingSample[] samples = MovedSamples(policy);
        LearningSettings settings = SettingsOf(name, clip, clipHigh);
        foreach (int tokens in new[] { 1, 20, 30 })
        {
            AssertSameInParts(policy, samples, settings, tokens);
            Assert.Equal(clipped, ClippedBy(policy, samples, settings with { MicroBatchTokens = tokens }));
        }
    }

    // Ratios π_old / μ of e^(0.6 · sin(2 + 5i + t)), some of which are beyond a bound of 1.2.
    [Theory]
    [InlineData("token-truncate")]
    [InlineData("token-mask")]
    [InlineData("sequence-truncate")]
    [InlineData("sequence-mask")]
    public void A_correction_weighs_the_bare_loss_in_any_number_of_micro_batches(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork policy = SmallModel.Create();
        var correction = ImportanceCorrection.Parse(name);
        TrainingSample[] samples =
        [
            .. MovedSamples(policy).Select((sample, i) => sample with
            {
                Importance = correction.Of(
                    sample.OldLogProbs,
                    [.. sample.OldLogProbs.Select((logProb, t) => logProb - (float)(0.6 * Math.Sin(2 + (5 * i) + t)))],
                    bound: 1.2),
            }),
        ];
        int beyond = samples.Sum(sample => sample.Importance!.Truncated);
        Assert.InRange(beyond, 1, samples.Sum(sample => sample.OldLogProbs.Length) - 1);
        LearningSettings settings = SettingsOf("grpo", clip: 0.2, clipHigh: 0.2);
        AssertSlope(policy, samples, settings);
        AssertSameInParts(policy, samples, settings, tokens: 20);
    }

    // Along the gradient, whose norm is its slope.
    private static void AssertSlope(VisionLanguageNetwork policy, TrainingSample[] samples, LearningSettings settings)
    {
        Dictionary<string, Tensor> gradient = GradientOf(policy, policy, samples, settings);
        double[][] start = LogProbs(policy, samples);
        double slope = SlopeOf(
            moved => BareLoss(LogProbs(moved, samples), start, samples, settings), policy, gradient, distance: 5e-4);
        Close.Relative(NormOf(gradient), slope, 0.01);
    }

    private static void AssertSameInParts(
        VisionLanguageNetwork policy, TrainingSample[] samples, LearningSettings settings, int tokens)
    {
        PromptedResponse[] contents = [.. samples.Select(sample => sample.Content)];
        Assert.True(MicroBatch.Of(contents, policy.Config.Text, tokens).Count() > 1);
        AssertSameGradients(
            GradientOf(policy, policy, samples, settings),
            GradientOf(policy, policy, samples, settings with { MicroBatchTokens = tokens }),
            $"{settings.Objective}, {tokens},");
    }

    private static LearningSettings SettingsOf(string name, double clip, double clipHigh) => Settings with
    {
        Objective = name,
        Loss = "sequence-mean",
        Clip = clip,
        ClipHigh = clipHigh,
    };

    // Log-ratios 0.35 · sin(1 + 7i + 3t) of token t of sample i.
    private static TrainingSample[] MovedSamples(VisionLanguageNetwork policy) =>
    [
        .. Samples(policy).Select((sample, i) => sample with
        {
            OldLogProbs =
            [
                .. sample.OldLogProbs.Select((logProb, t) => logProb - (float)(0.35 * Math.Sin(1 + (7 * i) + (3 * t)))),
            ],
        }),
    ];

    private static double ClippedBy(VisionLanguageNetwork policy, TrainingSample[] samples, LearningSettings settings)
    {
        using VisionLanguageNetwork trained = policy.Clone();
        Train(trained);
        using GrpoLearner learner = new(trained, policy, settings, Rollout, seed: 0);
        return Math.Round(learner.Learn(1, samples).ClipFraction * 18, 6);
    }

    // The mean over samples of the mean over tokens of the weighed objective and β · k3; the policy at the start is the
    // reference.
    private static double BareLoss(
        double[][] logProbs, double[][] start, TrainingSample[] samples, LearningSettings settings) =>
        samples.Select((sample, i) => BareObjective.Losses(
                settings.Objective,
                logProbs[i],
                start[i],
                sample.OldLogProbs,
                sample.Advantage,
                new ObjectiveParameters(settings.Clip, settings.ClipHigh))
            .Select((loss, t) => loss * (sample.Importance?.Weights[t] ?? 1))
            .Zip(logProbs[i].Zip(start[i], (now, reference) => Math.Exp(reference - now) - (reference - now) - 1))
            .Average(token => token.First + (settings.Kl * token.Second))).Average();
}
