using System.Text.Json;
using Retrace.Training.DataParallel;
using Retrace.Training.Evolution;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Tests.DataParallel;

public sealed class RolloutMessageTests
{
    [Fact]
    public void What_is_written_is_read_back()
    {
        Trajectory[][] maternal =
        [
            [
                new Trajectory(new Generation([1, 2], [-0.5f, -1e-9f], [0.1f, 0], [3], true), "½ — ok", "1/2"),
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

        Assert.Equal(JsonSerializer.Serialize(maternal), JsonSerializer.Serialize(maternalRead));
        Assert.Equal(JsonSerializer.Serialize(retraced), JsonSerializer.Serialize(retracedRead));
    }
}
