using CsCheck;
using Retrace.Training.Evolution;

namespace Retrace.Training.Tests.Evolution;

public sealed class BatchScheduleTests
{
    [Fact]
    public void Each_pass_takes_every_problem_once_in_an_order_of_its_own() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 12], Gen.Long).Sample((count, batch, seed) =>
        {
            var schedule = new BatchSchedule(count, batch, seed);
            int size = Math.Min(batch, count);
            int[] taken = [.. Enumerable.Range(1, 3 * count).SelectMany(step => schedule.Of(step))];
            Assert.All(taken.Chunk(count).Where(pass => pass.Length == count), pass =>
                Assert.Equal(Enumerable.Range(0, count), pass.Order()));
            Assert.Equal(3 * count * size, taken.Length);
        });

    [Fact]
    public void A_step_is_the_same_whatever_was_asked_before()
    {
        var fresh = new BatchSchedule(10, 4, 5);
        int[] eleventh = fresh.Of(11);
        var used = new BatchSchedule(10, 4, 5);
        for (int step = 1; step <= 11; step++)
        {
            used.Of(step);
        }
        Assert.Equal(eleventh, used.Of(11));
        Assert.NotEqual(
            Enumerable.Range(1, 5).SelectMany(step => used.Of(step)),
            Enumerable.Range(1, 5).SelectMany(step => new BatchSchedule(10, 4, 6).Of(step)));
    }

    [Theory]
    [InlineData(10, 4, 1, 3)]
    [InlineData(10, 4, 2, 5)]
    [InlineData(3, 16, 2, 2)]
    [InlineData(10, 4, 0.1, 1)]
    public void Passes_are_so_many_steps(int count, int batch, double epochs, int steps) =>
        Assert.Equal(steps, new BatchSchedule(count, batch, 0).StepsFor(epochs));
}
