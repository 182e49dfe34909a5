using Retrace.Training.Evolution;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Tests.Evolution;

public sealed class RolloutMessageTests
{
    [Fact]
    public void What_is_written_is_read_back()
    {
        Trajectory[][] maternal =
        [
            [
                new Trajectory(
                    new Generation([1, 2], [-0.5f, -1e-9f], [0.1f, 0], [3], true) { DrawnLogProbs = [-0.4f, 0] },
                    "½ — ok",
                    "1/2"),
                new Trajectory(new Generation([], [], [], [], false), "", null),
            ],
            [],
        ];
        Retracing[][] retraced =
        [
            [
                new Retracing(
                    [3, 1],
                    [],
                    [new Generation([7], [-2], [1], [], true), new Generation([8], [-3], [2], [], false)],
                    ["a", "b"],
                    [null, "5"]),
            ],
        ];

        (Trajectory[][] maternalRead, Retracing[][] retracedRead) =
            RolloutMessage.Read(RolloutMessage.Write(maternal, retraced));

        Assert.Equal(
            maternal.Select(group => group.Select(Described).ToArray()),
            maternalRead.Select(group => group.Select(Described).ToArray()));
        Assert.Equal(
            retraced.Select(group => group.Select(Described).ToArray()),
            retracedRead.Select(group => group.Select(Described).ToArray()));
    }

    private static string Described(Trajectory one) => $"{Described(one.Generation)} {one.Text} {one.Answer ?? "none"}";

    private static string Described(Retracing one) =>
        $"{string.Join(' ', one.Anchors)}; {string.Join(' ', one.Continuations.Select(Described))}; "
        + $"{string.Join(' ', one.Texts)}; {string.Join(' ', one.Answers.Select(answer => answer ?? "none"))}";

    private static string Described(Generation one) =>
        $"[{string.Join(' ', one.Tokens)} | {string.Join(' ', one.LogProbs)} | {string.Join(' ', one.Entropies)} | "
        + $"{string.Join(' ', one.SelfCertainties)} | {one.Stopped} | "
        + $"{(one.DrawnLogProbs is float[] drawn ? string.Join(' ', drawn) : "the policy drew")}]";
}
