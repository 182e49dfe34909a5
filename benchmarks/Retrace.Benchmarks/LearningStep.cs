using Retrace.Benchmarks.Measuring;
using Retrace.Configuration;
using Retrace.Models.Network;
using Retrace.Training.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Benchmarks;

/// <summary>
/// A step of the learner, reference policy and optimizer included, against the same operations in bare TorchSharp calls;
/// and with all responses to one prompt, which the learner then computes once.
/// </summary>
internal static class LearningStep
{
    private const double LearningRate = 1e-6;

    public static void Run(BenchmarkSettings settings)
    {
        (ModelConfig config, int responses, int promptTokens, int responseTokens) = settings.Smallest
            ? (RandomModel.Smallest, 2, 8, 4)
            : (RandomModel.HundredMillion, 8, 256, 64);
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork reference = RandomModel.Create(config);
        using VisionLanguageNetwork policy = reference.Clone();
        policy.Train(vision: false);
        using BareLearner bare = new(reference, LearningRate);
        using GrpoLearner learner = new(
            policy,
            reference,
            new LearningSettings { LearningRate = LearningRate, MicroBatchTokens = int.MaxValue },
            new RolloutSettings { MaxResponseTokens = responseTokens },
            seed: 0);

        TrainingSample[] apart = Samples(i => RandomModel.Tokens(config, promptTokens, i));
        int[] prompt = RandomModel.Tokens(config, promptTokens, 0);
        TrainingSample[] together = Samples(_ => prompt);
        Tensor tokens = tensor(
            apart.SelectMany(sample => sample.Content.Prompt.Concat(sample.Content.Response))
                .Select(token => (long)token).ToArray(),
            [responses, promptTokens + responseTokens]);
        Tensor oldLogProbs =
            tensor(apart.SelectMany(sample => sample.OldLogProbs).ToArray(), [responses, responseTokens]);
        Tensor advantages = tensor(apart.Select(sample => (float)sample.Advantage).ToArray(), [responses, 1]);
        CheckAgreement();

        Rounds rounds = Rounds.Of(
            settings,
            ("bare", () => bare.Step(tokens, promptTokens, oldLogProbs, advantages)),
            ("apart", () => learner.Learn(1, apart)),
            ("together", () => learner.Learn(1, together)));
        Console.WriteLine(
            $"{responses} responses of {responseTokens} tokens to prompts of {promptTokens}, "
            + $"{policy.Parameters.Count / 1e6:0.0} million weights:");
        Line("bare TorchSharp, seconds", rounds.Seconds("bare"));
        Line("learner, a prompt each, seconds", rounds.Seconds("apart"));
        Line("learner, one prompt for all, seconds", rounds.Seconds("together"));
        Line("learner, a prompt each / bare", rounds.Ratio("apart", "bare"));
        Line("learner, one prompt for all / bare", rounds.Ratio("together", "bare"));

        TrainingSample[] Samples(Func<int, int[]> promptOf)
        {
            PromptedResponse[] contents =
            [
                .. Enumerable.Range(0, responses).Select(i => new PromptedResponse(
                    promptOf(i), RandomModel.Tokens(config, responseTokens, responses + i), [])),
            ];
            float[][] logProbs = PromptedResponse.LogProbs(policy, contents, 16384, 1, CancellationToken.None);
            return [.. contents.Select((content, i) => new TrainingSample(content, logProbs[i], i % 2 == 0 ? 1 : -1))];
        }

        // The comparison is worth something only if both compute the same.
        void CheckAgreement()
        {
            using var noGrad = no_grad();
            using Tensor theirs = bare.LogProbs(tokens, promptTokens);
            double difference = (theirs - oldLogProbs).abs().max().item<float>();
            if (!(difference < 1e-3))
            {
                throw new InvalidOperationException($"The bare model's log-probabilities differ by {difference}.");
            }
        }
    }

    private static void Line(string name, Spread spread) => Console.WriteLine($"  {name,-42} {spread.ToString("0.000")}");
}
