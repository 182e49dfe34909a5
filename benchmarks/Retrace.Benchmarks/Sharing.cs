using System.Globalization;
using Retrace.Benchmarks.Measuring;
using Retrace.Configuration;
using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.Training.Learning;
using Retrace.Training.Rollouts;

namespace Retrace.Benchmarks;

/// <summary>
/// A step of CSRS with what its samples have in common computed once, against the same step computed sample by sample,
/// and against a step of majority voting with as many samples.
/// </summary>
internal static class Sharing
{
    private const int Group = 8;             // n
    private const int Continuations = 5;     // k
    private const int Samples = Group * (1 + Continuations);
    private const double KeepRate = 0.7;
    private const int QuestionTokens = 40;

    public static void Run(BenchmarkSettings settings)
    {
        ModelConfig config = settings.Smallest
            ? RandomModel.Smallest
            : RandomModel.Shape(hidden: 384, layers: 6, vocabulary: 8000);
        int imageSide = settings.Smallest ? 4 : 16; // In tokens: 256 of an image.
        using VisionLanguageNetwork model = RandomModel.Create(config);
        model.Train(vision: false);
        Console.WriteLine(
            $"{model.Parameters.Count / 1e6:0.0} million weights, fp32; n = {Group}, k = {Continuations}, keep rate {KeepRate}, "
            + $"an image of {imageSide * imageSide} tokens and {QuestionTokens} of text");
        int[] lengths = settings.Smallest ? [8] : [64, 256, 512];
        foreach (int responseTokens in lengths)
        {
            using var step = new Step(model, imageSide, responseTokens);
            if (responseTokens == lengths[0])
            {
                CompareWithNothingShared(step, responseTokens, settings);
            }
            CompareWithMajority(step, responseTokens, settings);
        }
    }

    private static void CompareWithNothingShared(Step step, int responseTokens, BenchmarkSettings settings)
    {
        Rollouts shared = step.Csrs(share: true, learn: false);
        Rollouts alone = step.Csrs(share: false, learn: false);
        (double same, double distance) = Compare(shared, alone);
        Rounds rounds = Rounds.Of(
            settings,
            ("shared rollouts", () => step.Csrs(share: true, learn: false)),
            ("rollouts", () => step.Csrs(share: false, learn: false)),
            ("shared step", () => step.Csrs(share: true, learn: true)),
            ("step", () => step.Csrs(share: false, learn: true)));
        Console.WriteLine($"responses of {responseTokens} tokens, sample by sample / shared:");
        Line("rollouts", rounds.Ratio("rollouts", "shared rollouts"));
        Line("step", rounds.Ratio("step", "shared step"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {same:P1} of the samples are token for token the same, whose log-probabilities differ by {distance:0.0e0} at most"));
    }

    private static void CompareWithMajority(Step step, int responseTokens, BenchmarkSettings settings)
    {
        Rounds rounds = Rounds.Of(
            settings,
            ("rollouts", () => step.Csrs(share: true, learn: false)),
            ("step", () => step.Csrs(share: true, learn: true)),
            ("majority rollouts", () => step.Majority(learned: 0)),
            ("majority step", () => step.Majority(Group)),
            ("majority step, all learned", () => step.Majority(Samples)));
        Console.WriteLine($"responses of {responseTokens} tokens, csrs / majority with {Samples} samples:");
        Line("rollouts", rounds.Ratio("rollouts", "majority rollouts"));
        Line($"step, majority learning from {Group} of them", rounds.Ratio("step", "majority step"));
        Line("step, majority learning from all", rounds.Ratio("step", "majority step, all learned"));
        Line("seconds of a step", rounds.Seconds("step"));
    }

    private static void Line(string name, Spread spread) => Console.WriteLine($"  {name,-45} {spread.ToString("0.00")}");

    // Rounding can flip a sampled token, and another response follows from there.
    private static (double Same, double Distance) Compare(Rollouts shared, Rollouts alone)
    {
        (Generation Shared, Generation Alone)[] pairs = [.. shared.All.Zip(alone.All)];
        (Generation Shared, Generation Alone)[] same =
            [.. pairs.Where(pair => pair.Shared.Tokens.AsSpan().SequenceEqual(pair.Alone.Tokens))];
        double distance = same
            .SelectMany(pair => pair.Shared.LogProbs.Zip(pair.Alone.LogProbs, (one, other) => Math.Abs(one - other)))
            .DefaultIfEmpty(float.NaN)
            .Max();
        return ((double)same.Length / pairs.Length, distance);
    }

    /// <summary>The generations of a step's two rounds.</summary>
    private sealed record Rollouts(Generation[] Maternal, Generation[] Retraced)
    {
        public IEnumerable<Generation> All => Maternal.Concat(Retraced);
    }

    /// <summary>Steps for one problem.</summary>
    private sealed class Step : IDisposable
    {
        private readonly LocalRolloutEngine _engine;
        private readonly GrpoLearner _learner;
        private readonly ModelConfig _config;
        private readonly int _responseTokens;
        private readonly int[] _prompt;
        private readonly ProcessedImage _image;
        private readonly ProcessedImage[] _perturbed;

        public Step(VisionLanguageNetwork model, int imageSide, int responseTokens)
        {
            _config = model.Config;
            _responseTokens = responseTokens;
            _engine = new LocalRolloutEngine(model, Samples);
            // So small a rate that every round learns from the same policy.
            _learner = new GrpoLearner(
                model,
                reference: null,
                new LearningSettings { Kl = 0, LearningRate = 1e-12, MiniBatch = Samples },
                new RolloutSettings { MaxResponseTokens = responseTokens },
                seed: 0);
            _prompt = RandomModel.PromptWithImage(_config, imageSide, QuestionTokens, place: 0);
            _image = RandomModel.Image(_config, imageSide, place: 0);
            _perturbed = [.. Enumerable.Range(1, Group).Select(i => RandomModel.Image(_config, imageSide, i))];
        }

        /// <summary>Both rounds, and learning from the first.</summary>
        /// <param name="share">Whether samples that have a prompt or an image in common come in one request.</param>
        public Rollouts Csrs(bool share, bool learn)
        {
            Generation[] maternal = Generate([Request(_prompt, _image, round: 0, Group)], share);
            Generation[] retraced = Generate(
                [
                    .. maternal.Select((trajectory, i) => Request(
                        [.. _prompt, .. trajectory.Tokens[..(int)(KeepRate * trajectory.Tokens.Length)]],
                        _perturbed[i],
                        round: 1 + i,
                        Continuations,
                        (int)(KeepRate * trajectory.Tokens.Length))),
                ],
                share);
            if (learn)
            {
                Learn(maternal, share);
            }
            return new Rollouts(maternal, retraced);
        }

        /// <summary>As many samples of the prompt alone, and learning from some of them.</summary>
        public void Majority(int learned)
        {
            Generation[] votes = Generate([Request(_prompt, _image, round: 0, Samples)], share: true);
            if (learned > 0)
            {
                Learn(votes[..learned], share: true);
            }
        }

        public void Dispose() => _learner.Dispose();

        private RolloutRequest Request(int[] prompt, ProcessedImage image, int round, int samples, int kept = 0) => new(
            prompt,
            [image],
            _responseTokens - kept,
            [.. Enumerable.Range(0, samples).Select(sample => RandomStream.For(2, round, sample))]);

        private Generation[] Generate(RolloutRequest[] requests, bool share)
        {
            if (!share)
            {
                requests =
                [
                    .. requests.SelectMany(request => request.Streams.Select(stream => new RolloutRequest(
                        request.Prompt, [.. request.Images.Select(Copy)], request.MaxTokens, [stream]))),
                ];
            }
            Generation[][] generated = _engine.Generate(requests, new SamplingSettings(1), CancellationToken.None);
            return [.. generated.SelectMany(samples => samples)];
        }

        // Another image as far as anyone can tell: it is encoded again.
        private static ProcessedImage Copy(ProcessedImage image) => image with { Patches = [.. image.Patches] };

        private void Learn(Generation[] trajectories, bool share) => _learner.Learn(
            step: 1,
            [
                .. trajectories.Select((trajectory, i) => new TrainingSample(
                    new PromptedResponse(
                        share ? _prompt : [.. _prompt], trajectory.Tokens, [share ? _image : Copy(_image)]),
                    trajectory.LogProbs,
                    Advantage: i % 2 == 0 ? 1 : -1)),
            ]);
    }
}
