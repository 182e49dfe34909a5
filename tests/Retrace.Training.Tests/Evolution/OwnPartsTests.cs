using Retrace.Anchors;
using Retrace.Configuration;
using Retrace.Data;
using Retrace.Perturbations;
using Retrace.Problems;
using Retrace.Rewards;
using Retrace.Runs;
using Retrace.Testing;
using Retrace.Training.Evolution;

namespace Retrace.Training.Tests.Evolution;

/// <summary>Runs with parts that a program hands in: problems with images of its own, rules, and observers.</summary>
public sealed class OwnPartsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_of_own_parts_evolves_and_resumes_and_says_in_its_folder_what_it_is()
    {
        CountedReward reward = new();
        LateAnchor anchor = new();
        Darkened perturbation = new();
        Notes notes = new();
        RunOptions options = new(Shipped.Model, new Squares(6), _folder.Combine("run"))
        {
            Configuration = Small,
            Reward = reward,
            Anchor = anchor,
            Perturbation = perturbation,
            EvaluationProblems = new Squares(2),
            Steps = 1,
            Seed = 3,
            Observers = [notes],
        };

        EvolutionResult first = Evolve(options);
        EvolutionResult second = Evolve(options with { Configuration = null, Steps = 2, Resume = true });

        Assert.Equal(2, second.Last.Step);
        Assert.NotNull(second.Last.EvalAccuracy);
        Assert.Equal(3, second.Last.Seed);
        Assert.True(Directory.Exists(second.Checkpoint));
        Assert.NotEqual(first.Checkpoint, second.Checkpoint);
        Assert.Equal(2 * 3, reward.Groups);
        Assert.True(anchor.Calls > 0 && perturbation.Calls > 0);
        RunConfiguration written =
            ConfigurationLayers.Read(Path.Combine(options.RunFolder, RunFolder.Config));
        Assert.Equal(
            (nameof(CountedReward), nameof(LateAnchor), nameof(Darkened)),
            (written.Reward.Rule, written.Retracing.Anchor, written.Retracing.Perturbation));
        Assert.Equal(
            [
                "csrs 0/1", "0 evaluation", "done 0", "1 rollout", "1 retracing", "1 learning", "1 evaluation", "done 1",
                "end", "csrs 1/2", "2 rollout", "2 retracing", "2 learning", "2 evaluation", "done 2", "end",
            ],
            notes.Lines);
        Assert.EndsWith("done", File.ReadLines(Path.Combine(options.RunFolder, RunFolder.Log)).Last());
    }

    [Fact]
    public void A_complete_run_is_left_as_it_is_and_one_that_is_not_goes_on()
    {
        Notes notes = new();
        RunOptions options = new(Shipped.Model, new Squares(3), _folder.Combine("run"))
        {
            Configuration = Small,
            Steps = 1,
            Observers = [notes],
        };
        EvolutionResult first = EvolutionRun.Complete(options, Cancellation);
        int told = notes.Lines.Count;

        EvolutionResult again = EvolutionRun.Complete(options, Cancellation);
        Assert.Equal(first.Checkpoint, again.Checkpoint);
        Assert.Equal(told, notes.Lines.Count);

        Assert.Equal(2, EvolutionRun.Complete(options with { Steps = 2 }, Cancellation).Last.Step);
    }

    [Fact]
    public void Observers_learn_why_a_run_ended()
    {
        using CancellationTokenSource interruption = new();
        Notes notes = new() { OnStage = stage => interruption.Cancel() };
        using EvolutionRun run = EvolutionRun.Open(
            new RunOptions(Shipped.Model, new Squares(3), _folder.Combine("run"))
            {
                Configuration = Small,
                Observers = [notes],
            },
            Cancellation);
        Assert.ThrowsAny<OperationCanceledException>(() => run.Evolve(interruption.Token));
        Assert.Equal("end: OperationCanceledException", notes.Lines[^1]);
    }

    [Fact]
    public void Settings_made_in_code_are_checked_before_anything_is_written()
    {
        RunOptions options = new(Shipped.Model, new Squares(3), _folder.Combine("run"))
        {
            Configuration = Small with { Learning = new LearningSettings { Clip = 0 } },
        };
        var error = Assert.Throws<BadInputException>(() => EvolutionRun.Open(options, Cancellation));
        Assert.Equal("learn.clip is 0.0, but must be a number above 0", error.Message);
        Assert.False(Directory.Exists(options.RunFolder));
    }

    [Fact]
    public void A_source_without_problems_is_named_by_its_class()
    {
        RunOptions options = new(Shipped.Model, new Squares(0), _folder.Combine("run")) { Configuration = Small };
        var error = Assert.Throws<BadInputException>(() => EvolutionRun.Open(options, Cancellation));
        Assert.Equal("Squares holds no problem that can be used", error.Message);
    }

    private static RunConfiguration Small => ConfigurationLayers.Resolve(
        Shipped.Model,
        file: null,
        ["data.batch=3", "rollout.group=4", "retrace.samples=2", "learn.mini_batch=6", "evaluation.every=1"]);

    private static EvolutionResult Evolve(RunOptions options)
    {
        using var run = EvolutionRun.Open(options, Cancellation);
        return run.Evolve(Cancellation);
    }

    private sealed class Squares(int count) : IProblemSource
    {
        public ProblemSet Read()
        {
            Problem[] problems =
            [
                .. Enumerable.Range(1, count).Select(side =>
                    new Problem($"{side}", "What is the area of the square?", [new SquareImage(side)])),
            ];
            return new ProblemSet(problems, problems.ToDictionary(one => one.Id, one => $"{one.Id}²"), Skipped: []);
        }
    }

    // An uncompressed bitmap, made when it is asked for.
    private sealed record SquareImage(int Side) : ProblemImage
    {
        public override string Name => $"square {Side}";

        public override byte[] ReadBytes()
        {
            using MemoryStream bytes = new();
            using BinaryWriter writer = new(bytes);
            const int Size = 28;
            writer.Write("BM"u8);
            writer.Write(54 + (3 * Size * Size));
            writer.Write(0);
            writer.Write(54);
            writer.Write(40);
            writer.Write(Size);
            writer.Write(Size);
            writer.Write((short)1);
            writer.Write((short)24);
            writer.Write(new byte[24]);
            for (int pixel = 0; pixel < Size * Size; pixel++)
            {
                bool inside = Math.Max(pixel % Size, pixel / Size) < 4 * Side;
                writer.Write(inside ? [0, 0, 0] : new byte[] { 255, 255, 255 });
            }
            return bytes.ToArray();
        }
    }

    private sealed class CountedReward : IRewardRule
    {
        public int Groups { get; private set; }

        public RewardInputs Reads => RewardInputs.Continuations;

        public double[] Score(AnswerGroup group)
        {
            Groups++;
            return [.. group.Maternal.Select((_, i) => (double)i)];
        }
    }

    private sealed class LateAnchor : IAnchorRule
    {
        private int _calls;

        public int Calls => _calls;

        public int Choose(AnchorContext context, Random random)
        {
            Interlocked.Increment(ref _calls);
            return Math.Max(0, context.AnswerStart - 1);
        }
    }

    private sealed class Darkened : IImagePerturbation
    {
        private int _calls;

        public int Calls => _calls;

        public PixelImage Apply(PixelImage image, Random random)
        {
            Interlocked.Increment(ref _calls);
            return new PixelImage(image.Width, image.Height, Array.ConvertAll(image.Rgb, value => (byte)(value / 2)));
        }
    }

    private sealed class Notes : IRunObserver
    {
        public List<string> Lines { get; } = [];

        public Action<string>? OnStage { get; init; }

        public void Begin(RunStart run) => Lines.Add($"{run.Name} {run.StepsTaken}/{run.Steps}");

        public void BeginStage(int step, string stage)
        {
            Lines.Add($"{step} {stage}");
            OnStage?.Invoke(stage);
        }

        public void CompleteStep(StepMetrics metrics) => Lines.Add($"done {metrics.Step}");

        public void End(Exception? failure) => Lines.Add(failure is null ? "end" : $"end: {failure.GetType().Name}");
    }
}
