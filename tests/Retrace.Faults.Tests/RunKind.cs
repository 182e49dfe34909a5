using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Retrace.Faults.Tests;

/// <summary>
/// A kind of run by what it keeps from one step to the next, or samples with besides the policy: each is something that a kill
/// could lose.
/// </summary>
/// <param name="Name">What the run has that others have not.</param>
/// <param name="Settings">Its settings, on top of those of all runs.</param>
/// <param name="Trace">The file of the run's folder that shows that it has it.</param>
/// <param name="TracePattern">The regular expression that is found there.</param>
internal sealed record RunKind(string Name, string[] Settings, string Trace, string TracePattern)
{
    /// <summary>The method of the paper: all weights, AdamW's moments, and the start model as the reference.</summary>
    public static RunKind Retracing { get; } = new(
        "retracing", [], "trajectories.jsonl", "\"retraced\":\\[\\{");

    /// <summary>All kinds, in the order of their turns.</summary>
    public static IReadOnlyList<RunKind> All { get; } =
    [
        Retracing,
        new(
            "an averaged teacher",
            ["method=co-rewarding-ii", "rollout.group=4"],
            $"checkpoints/step-{TinyRun.Steps}/trainer/optimizer.safetensors",
            "\"teacher\\."),
        new(
            "an adapter and blind samples",
            [
                "reward.rule=grounded-vote", "retrace.blind_samples=2", "rollout.group=4",
                "model.lora_rank=4", "model.lora_dropout=0.1", "learn.learning_rate=1e-3",
            ],
            "answers.jsonl",
            "\"blind\":\\[-?[0-9]"),
        // Updates so large that one of the first leaves nothing of the model, so that it collapses on any machine. It takes two
        // steps in a row to be sure: a kill between them may not lose the first one.
        new(
            "a guard that goes back",
            ["method=random", "learn.learning_rate=3e-2", "guard.action=return", "guard.baseline=1", "guard.patience=2"],
            "metrics.jsonl",
            "\"guard_returned_to\":[0-9]"),
        new(
            "other words", ["method=co-rewarding-i", "rollout.group=4"], "answers.jsonl", "\"rephrased\":\\[-?[0-9]"),
        new(
            "a frozen start model",
            ["method=restrain", "rollout.group=4"],
            "answers.jsonl",
            "\"start\":\\[-?[0-9]"),
    ];

    /// <summary>Checks that a whole run is of this kind.</summary>
    public void AssertShownBy(TinyRun run)
    {
        string trace = File.ReadAllText(run.FileOf(Trace), Encoding.Latin1); // Some of them are not text.
        Assert.True(Regex.IsMatch(trace, TracePattern), $"{Trace} of the run with {Name} does not show it.");
    }

    /// <summary>Checks that a whole run has something to lose: that its last step has changed what is trained.</summary>
    public static void AssertLearned(TinyRun run)
    {
        string[] weights =
        [
            .. from step in (int[])[TinyRun.Steps - 1, TinyRun.Steps]
               from file in Directory.GetFiles(run.CheckpointOf(step), "*.safetensors")
               select Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))),
        ];
        Assert.Equal(2, weights.Distinct().Count());
    }
}
