using Retrace.Benchmarks.Measuring;
using Retrace.Configuration;
using Retrace.Models.Network;
using Retrace.Training.Learning;
using Retrace.Training.Rollouts;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Benchmarks;

/// <summary>
/// The constants of the model of a step in docs/scaling.md, as far as one process shows them, and a step as that model
/// foretells it from its parts beside the same step taken.
/// </summary>
internal static class CostModel
{
    private const int Group = 8;         // n
    private const int Continuations = 5; // k
    private const double KeepRate = 0.7;

    public static void Run(BenchmarkSettings settings)
    {
        (ModelConfig config, int promptTokens, int responseTokens) = settings.Smallest
            ? (RandomModel.Smallest, 8, 10)
            : (RandomModel.Shape(hidden: 512, layers: 8, vocabulary: 8000), 128, 64);
        using VisionLanguageNetwork reference = RandomModel.Create(config);
        using VisionLanguageNetwork policy = reference.Clone();
        policy.Train(vision: false);
        var step = new Step(policy, reference, promptTokens, responseTokens);
        Generation[] maternal = step.GenerateMaternal();

        Rounds rounds = Rounds.Of(
            settings,
            ("products", () => step.Products(Group * (promptTokens + responseTokens))),
            ("forward", () => step.LogProbs(reference, maternal)),
            ("learning", () => step.Learn(recompute: false, kl: 0, maternal)),
            ("recomputing", () => step.Learn(recompute: true, kl: 0, maternal)),
            ("with reference", () => step.Learn(recompute: false, kl: 0.01, maternal)),
            ("read", () => step.Generate(Group, promptTokens + step.Kept, samples: 1, tokens: 1)),
            ("read one", () => step.Generate(1, promptTokens, samples: 1, tokens: 1)),
            ("generate n", () => step.Generate(1, promptTokens, Group, responseTokens)),
            (
                "generate n·k",
                () => step.Generate(Group, promptTokens + step.Kept, Continuations, responseTokens - step.Kept)),
            ("step", step.Take));
        Console.WriteLine(
            $"{policy.Parameters.Count / 1e6:0.0} million weights, fp32, {Group} responses of {responseTokens} tokens to prompts of "
            + $"{promptTokens}:");
        Line("forward pass / its products", rounds.Ratio("forward", "products"));
        Line("forward and backward pass, update / forward", rounds.Ratio("learning", "forward"));
        Line("recomputation / forward", rounds.Of(s => (s("recomputing") - s("learning")) / s("forward")));
        Line("reference / forward", rounds.Of(s => (s("with reference") - s("learning")) / s("forward")));
        Line("step as foretold / step", rounds.Of(s => Foretold(s) / s("step")));

        // The model's terms: two rounds of decoding steps, prompts to read, tokens to learn. In both rounds the first
        // token comes with the prompts.
        double Foretold(Func<string, double> seconds)
        {
            double maternalStep = (seconds("generate n") - seconds("read one")) / (responseTokens - 1);
            double retracedStep =
                (seconds("generate n·k") - seconds("read")) / (responseTokens - step.Kept - 1);
            double readToken = seconds("read") / (Group * (promptTokens + step.Kept));
            double learnToken = seconds("with reference") / (Group * (promptTokens + responseTokens));
            return (maternalStep * responseTokens)
                + (retracedStep * (responseTokens - step.Kept))
                + (readToken * (promptTokens + (Group * (promptTokens + step.Kept))))
                + (learnToken * Group * (promptTokens + responseTokens));
        }
    }

    private static void Line(string name, Spread spread) => Console.WriteLine($"  {name,-46} {spread.ToString("0.00")}");

    /// <summary>Steps for one problem without an image, and their parts.</summary>
    private sealed class Step(
        VisionLanguageNetwork policy, VisionLanguageNetwork reference, int promptTokens, int responseTokens)
    {
        private readonly LocalRolloutEngine _engine = new(policy, Group * Continuations);

        /// <summary>Tokens of a prefix.</summary>
        public int Kept { get; } = (int)(KeepRate * responseTokens);

        public Generation[] GenerateMaternal() => Generate(1, promptTokens, Group, responseTokens);

        public Generation[] Generate(int prompts, int tokensOfPrompt, int samples, int tokens) =>
        [
            .. _engine.Generate(
                [
                    .. Enumerable.Range(0, prompts).Select(prompt => new RolloutRequest(
                        RandomModel.Tokens(policy.Config, tokensOfPrompt, prompt),
                        [],
                        tokens,
                        [.. Enumerable.Range(0, samples).Select(sample => RandomStream.For(3, prompt, sample))])),
                ],
                new SamplingSettings(1),
                CancellationToken.None).SelectMany(generated => generated),
        ];

        public void LogProbs(VisionLanguageNetwork model, Generation[] generated) => PromptedResponse.LogProbs(
            model, [.. Samples(generated).Select(sample => sample.Content)], int.MaxValue, 1, CancellationToken.None);

        public void Learn(bool recompute, double kl, Generation[] generated)
        {
            policy.RecomputesActivations = recompute;
            using var learner = new GrpoLearner(
                policy,
                kl > 0 ? reference : null,
                new LearningSettings { Kl = kl, LearningRate = 1e-12, MicroBatchTokens = int.MaxValue },
                new RolloutSettings { MaxResponseTokens = responseTokens },
                seed: 0);
            learner.Learn(step: 1, Samples(generated));
        }

        public void Take()
        {
            Generation[] maternal = GenerateMaternal();
            Generate(Group, promptTokens + Kept, Continuations, responseTokens - Kept);
            Learn(recompute: false, kl: 0.01, maternal);
        }

        /// <summary>
        /// The matrix products of a forward pass of the decoder alone, without attention and the head.
        /// </summary>
        public void Products(int tokens)
        {
            using var noGrad = no_grad();
            foreach (string name in policy.Parameters.Names.Where(name =>
                name.StartsWith("model.layers.", StringComparison.Ordinal) && policy.Parameters[name].dim() == 2))
            {
                using Tensor input = zeros(tokens, policy.Parameters[name].shape[1]);
                nn.functional.linear(input, policy.Parameters[name]).Dispose();
            }
        }

        // A prompt each, so that every token is learned from in a row of its own, as the model counts.
        private TrainingSample[] Samples(Generation[] generated) =>
        [
            .. generated.Select((generation, i) => new TrainingSample(
                new PromptedResponse(RandomModel.Tokens(policy.Config, promptTokens, 0), generation.Tokens, []),
                generation.LogProbs,
                i % 2 == 0 ? 1 : -1)),
        ];
    }
}
