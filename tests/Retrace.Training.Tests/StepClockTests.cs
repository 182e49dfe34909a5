using Retrace.Testing;
using Retrace.Training.DataParallel;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Tests;

public sealed class StepClockTests
{
    private readonly CountedTime _time = new();

    [Fact]
    public void Each_moment_belongs_to_one_part_and_all_of_them_to_the_step()
    {
        var clock = new StepClock(_time);
        _time.Spend(100); // Between steps.
        clock.Begin();
        _time.Spend(1);
        Assert.Equal(StepPart.Rest, clock.Enter(StepPart.Waiting));
        _time.Spend(2);
        Assert.Equal(StepPart.Waiting, clock.Enter(StepPart.Sampling));
        _time.Spend(4);
        clock.Enter(StepPart.Perturbing);
        _time.Spend(8);
        clock.Enter(StepPart.Reinference);
        _time.Spend(16);
        clock.Enter(StepPart.Sampling);
        _time.Spend(32);
        clock.Enter(StepPart.Learning);
        _time.Spend(64);
        Assert.Equal(Times(rollout: 63, learning: 64, sampling: 36, reinference: 16, perturbing: 8, waiting: 2), clock.Read());

        clock.Begin();
        _time.Spend(3);
        Assert.Equal(Times(rollout: 3, learning: 0, sampling: 0, reinference: 0, perturbing: 0, waiting: 0), clock.Read());
    }

    [Fact]
    public void An_action_has_the_time_that_it_takes_also_when_it_fails()
    {
        var clock = new StepClock(_time);
        clock.Begin();
        Assert.Equal(7, clock.During(StepPart.Sampling, () =>
        {
            _time.Spend(1);
            return 7;
        }));
        _time.Spend(2);
        clock.During(StepPart.Perturbing, () => _time.Spend(4));
        Assert.Throws<RolloutFailedException>(() => clock.During(StepPart.Reinference, () =>
        {
            _time.Spend(8);
            throw new RolloutFailedException("None.");
        }));
        _time.Spend(16);
        Assert.Equal(Times(rollout: 31, learning: 0, sampling: 1, reinference: 8, perturbing: 4, waiting: 0), clock.Read());
    }

    [Fact]
    public void What_comes_after_the_own_samples_is_waiting_for_those_of_others()
    {
        var clock = new StepClock(_time);
        clock.Begin();
        clock.Enter(StepPart.Reinference);
        IRolloutEngine shared = new SharedRolloutEngine(new SlowEngine(() => _time.Spend(5)), new SingleProcess(), clock);
        shared.Generate([], new SamplingSettings(1), TestContext.Current.CancellationToken);
        _time.Spend(1);
        Assert.Equal(Times(rollout: 6, learning: 0, sampling: 0, reinference: 6, perturbing: 0, waiting: 0), clock.Read());

        IRolloutEngine failing =
            new SharedRolloutEngine(new SlowEngine(() => throw new RolloutFailedException("None.")), new SingleProcess(), clock);
        Assert.Throws<RolloutFailedException>(
            () => failing.Generate([], new SamplingSettings(1), TestContext.Current.CancellationToken));
        Assert.Equal(StepPart.Reinference, clock.Enter(StepPart.Rest));
    }

    private static StepTimes Times(
        int rollout, int learning, int sampling, int reinference, int perturbing, int waiting) => new(
        TimeSpan.FromSeconds(rollout),
        TimeSpan.FromSeconds(learning),
        TimeSpan.FromSeconds(sampling),
        TimeSpan.FromSeconds(reinference),
        TimeSpan.FromSeconds(perturbing),
        TimeSpan.FromSeconds(waiting));

    private sealed class SlowEngine(Action spend) : IRolloutEngine
    {
        public Generation[][] Generate(
            IReadOnlyList<RolloutRequest> requests, SamplingSettings sampling, CancellationToken cancellation)
        {
            spend();
            return [];
        }

        public void UsePolicy(int version, CancellationToken cancellation)
        {
        }

        public RolloutIncidents? TakeIncidents() => null;
    }
}
