using Retrace.Training.Rollouts;

namespace Retrace.Training.Tests.Rollouts;

public sealed class GenerationMessageTests
{
    [Fact]
    public void What_is_written_is_read_back()
    {
        Generation[][] generations =
        [
            [
                new Generation([1, 2], [-0.5f, -1e-9f], [0.1f, 0], [3], true) { ServerLogProbs = [-0.4f, 0], Confidences = [4, 5] },
                new Generation([], [], [], [], false),
            ],
            [],
            [new Generation([7], [-2], [1], [], true)],
        ];
        Generation[][] read = GenerationMessage.Read(GenerationMessage.Write(generations));
        Assert.Equal(
            generations.Select(group => group.Select(Described).ToArray()),
            read.Select(group => group.Select(Described).ToArray()));
    }

    private static string Described(Generation one) =>
        $"[{string.Join(' ', one.Tokens)} | {string.Join(' ', one.LogProbs)} | {string.Join(' ', one.Entropies)} | "
        + $"{string.Join(' ', one.SelfCertainties)} | {string.Join(' ', one.Confidences)} | {one.Stopped} | "
        + $"{(one.ServerLogProbs is float[] ofServer ? string.Join(' ', ofServer) : "of the policy")}]";
}
