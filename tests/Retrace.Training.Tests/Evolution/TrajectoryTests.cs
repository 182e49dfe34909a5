using Retrace.Training.Evolution;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Tests.Evolution;

public sealed class TrajectoryTests
{
    // A Thinking variant's prompt has opened the thought that its response closes.
    [Theory]
    [InlineData("<think>\n", "It is.</think>\\boxed{1}", true)]
    [InlineData("<think>\n", "It is \\boxed{1}", false)]
    [InlineData("", "<think>It is.</think>\\boxed{1}", true)]
    [InlineData("", "It is.</think>\\boxed{1}", false)]
    public void The_format_is_that_of_the_response_with_what_the_prompt_has_begun(
        string opening, string text, bool isFormatted)
    {
        Trajectory trajectory =
            new(new Generation([], [], [], [], Stopped: true), text, Answer: "1") { Opening = opening };
        Assert.Equal(isFormatted, trajectory.IsFormatted);
    }
}
