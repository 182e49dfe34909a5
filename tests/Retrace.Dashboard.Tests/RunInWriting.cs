using Retrace.Rewards;
using Retrace.Runs;
using Retrace.Testing;

namespace Retrace.Dashboard.Tests;

/// <summary>A run's folder that a test writes as a run does, under its lock.</summary>
internal sealed class RunInWriting : IDisposable
{
    private readonly RunWriter _writer;
    private readonly IDisposable _lock;

    public RunInWriting(string parent, string name, string method = "csrs", int group = 8)
    {
        Directory = Path.Combine(parent, name);
        System.IO.Directory.CreateDirectory(Directory);
        File.WriteAllText(
            Path.Combine(Directory, RunFolder.Config),
            $"method: {method}\nseed: 0\nsteps: 40\nrollout:\n  # n\n  group: {group}\n");
        _lock = RunLock.Take(Directory);
        _writer = RunWriter.Open(Directory, resumeAfterStep: -1);
        Method = method;
    }

    public string Directory { get; }

    public string Method { get; }

    public void Step(int step, Func<StepMetrics, StepMetrics>? change = null)
    {
        _writer.Append(Trajectory(step));
        StepMetrics metrics = UntakenStep.Of(step, Method) with
        {
            Entropy = 0.5 + 0.4 * Math.Cos(step / 3.0),
            RewardMean = 0.5 + 0.3 * Math.Sin(step / 5.0),
            TrainAccuracy = 0.5,
            EvalAccuracy = step % 5 == 0 ? 0.4 + step / 200.0 : null,
            EvalSamples = step % 5 == 0 ? 200 : null,
            StepSeconds = 2,
            RolloutSeconds = 1.5,
            LearnSeconds = 0.5,
            TokensPerSecond = 900,
            MaternalTokens = 1200,
            PeakMemoryBytes = 3L << 29,
            AccuracyByFrequency = [0.1, 0.2, null, 0.7, 0.9],
        };
        _writer.Append(change?.Invoke(metrics) ?? metrics);
    }

    public void Dispose()
    {
        _writer.Dispose();
        _lock.Dispose();
    }

    private static TrajectorySample Trajectory(int step) => new()
    {
        Step = step,
        ProblemId = $"problem-{step}",
        Question = "How large is the angle?",
        Image = Square,
        PerturbedImage = Square,
        Response = "<think>The two angles add up to 90, so it is 40.</think> \\boxed{40}",
        Anchor = 7,
        AnchorTextOffset = 31,
        Answer = "40",
        Reward = 0.725,
        Advantage = 0.31,
        Retraced = [new RetracedSample("90, so it is 40.</think> \\boxed{40}", "40"), new RetracedSample("I stop.", null)],
        Group = [new GroupedAnswer("40", 0.725, 0.31, true), new GroupedAnswer(null, 0, -1.2, false)],
        RewardFormula = "share of both rounds",
        RewardParts = [new RewardPart("share of both rounds", [0.725, null])],
    };

    // A grey PNG of one pixel.
    private static readonly byte[] Square = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==");
}
