using Retrace.Configuration;
using Retrace.Evaluation.GuardCalibrations;
using Retrace.Runs;

namespace Retrace.Evaluation.Tests;

/// <summary>
/// Runs made by hand. A settled step loses half of what is left of the start, so with a baseline and a patience of three the
/// verdict of three sound steps and many settled ones is drifting from step 7 and collapsing from step 10 (GuardTests
/// computes it), and fine again at the sixth sound step after them.
/// </summary>
public sealed class GuardCalibrationTests
{
    private static readonly GuardSettings Guard = new() { Patience = 3, Baseline = 3 };

    private static readonly StepMetrics Sound = new()
    {
        Step = 0,
        Method = "majority",
        Seed = 4,
        Entropy = 0.16,
        DistinctAnswers = 3,
        HighConfidenceShare = 0.2,
        NoSpreadShare = 0.2,
    };

    private static readonly StepMetrics Settled =
        Sound with { Entropy = 0, DistinctAnswers = 1, HighConfidenceShare = 1, NoSpreadShare = 1 };

    // Evaluations at steps 0, 10, 20, …
    [Theory]
    [InlineData(null, null, 0.50, 0.60, 0.56, 0.57)]
    [InlineData(null, null, 0.50, 0.60, 0.54, 0.58)] // Taken back.
    [InlineData(30, 10, 0.50, 0.60, 0.56, 0.54)] // No evaluation is left to take it back.
    [InlineData(20, 10, 0.50, 0.60, 0.55, 0.55)] // Five points are enough.
    [InlineData(20, 10, 0.60, 0.60, 0.50, 0.40)] // Since the latest of equals.
    [InlineData(40, 30, 0.50, 0.60, 0.54, 0.70, 0.60, 0.62)] // From the best so far.
    [InlineData(null, null, 0.50)]
    public void A_fall_is_one_from_the_best_that_is_not_taken_back(int? step, int? best, params double[] accuracies)
    {
        var fall = AccuracyFall.First([.. accuracies.Index().Select(one => new EvaluatedStep(10 * one.Index, one.Item))], 0.05);
        Assert.Equal((step, best), (fall?.Step, fall?.BestStep));
    }

    // It drifts one step before the evaluation that shows the fall, and collapses two steps after it.
    [Fact]
    public void An_alarm_is_before_or_after_the_fall_is_seen()
    {
        GuardedRun run = GuardedRun.Of(Falling, Guard, 0.05);
        Assert.Equal(("falling", "majority", 4, 11, 4), (run.Run, run.Method, run.Seed, run.Steps, run.Evaluations));
        Assert.Equal(new AccuracyFall(4, 0.6, 8, 0.54), run.Fall);
        Assert.Equal(new AlarmTimes(7, 1, 0), run.Drifting);
        Assert.Equal(new AlarmTimes(10, -2, 0), run.Collapsing);
        Assert.Equal(4, run.SoundSteps);
    }

    [Fact]
    public void An_alarm_of_which_nothing_comes_is_false()
    {
        GuardedRun run = GuardedRun.Of(Alarming, Guard, 0.05);
        Assert.Equal((null, new AlarmTimes(null, null, 1), new AlarmTimes(null, null, 1)), (run.Fall, run.Drifting, run.Collapsing));
        Assert.Equal(31, run.SoundSteps);
    }

    // The alarm is over at step 17, the best comes at step 20, and what falls after that is not seen.
    [Fact]
    public void An_alarm_that_is_over_at_the_best_does_not_tell_of_the_fall()
    {
        GuardedRun run = GuardedRun.Of(Late, Guard, 0.05);
        Assert.Equal(new AccuracyFall(20, 0.7, 25, 0.6), run.Fall);
        Assert.Equal((new AlarmTimes(null, null, 1), 20), (run.Drifting, run.SoundSteps));
        // One that goes on beyond the best does, however early it began.
        Assert.Equal(
            new AlarmTimes(7, 18, 0),
            GuardedRun.Of(
                RunOf("early", [.. Times(3, Sound), .. Times(28, Settled)], (0, 0.5), (20, 0.7), (25, 0.6), (31, 0.6)), Guard, 0.05)
                .Drifting);
    }

    [Fact]
    public void Runs_are_counted_by_what_became_of_them()
    {
        GuardCalibration calibration = GuardCalibration.Of([Falling, Alarming, Late], Guard, 0.05);
        AlarmQuality drifting = calibration.Drifting;
        Assert.Equal(
            (2, 1, 0, 1, 1, 1, 2, 55),
            (drifting.Fallen, drifting.Before, drifting.After, drifting.Missed, drifting.Sound, drifting.AlarmedSound,
                drifting.FalseAlarms, drifting.SoundSteps)); // 4 + 31 + 20 steps.
        Assert.Equal([1], drifting.Leads);
        Assert.Equal(200.0 / 55, drifting.FalseAlarmsPerHundredSteps!.Value, 1e-12);
        Assert.Equal((0, 1, 1), (calibration.Collapsing.Before, calibration.Collapsing.After, calibration.Collapsing.Missed));
        Assert.Equal([-2], calibration.Collapsing.Leads);
        Assert.Equal(1, drifting.AlarmedSoundInterval!.Value.Upper, 1e-12); // One of one.

        // A fall of 20 points is one of 0.6 to 0.4, in the first run alone.
        Assert.Equal(1, GuardCalibration.Of([Falling, Alarming, Late], Guard, 0.2).Drifting.Fallen);
    }

    [Fact]
    public void A_more_patient_guard_sees_the_same_run_later() => Assert.Equal(
        9, GuardedRun.Of(Falling, Guard with { Patience = 5 }, 0.05).Drifting.Step);

    [Theory]
    [InlineData(null)]
    [InlineData(4.0, 4)]
    [InlineData(-0.5, -2, 1)]
    [InlineData(1.0, -2, 1, 9)]
    public void The_median_lead_is_in_the_middle(double? median, params int[] leads) =>
        Assert.Equal(median, new AlarmQuality(9, 0, 0, leads, 0, 0, 0, 0).MedianLead);

    // What the guard did is in the metrics: after a return it judges anew.
    [Fact]
    public void A_return_calms_the_guard()
    {
        StepMetrics[] steps = [.. Times(3, Sound), .. Times(7, Settled), .. Times(2, Sound)];
        steps[9] = steps[9] with { GuardReturnedTo = 3 };
        RunRecord returned = RunOf("returned", steps, (0, 0.5), (12, 0.5));
        Assert.Equal(1, GuardedRun.Of(returned, Guard, 0.05).Collapsing.FalseAlarms);
        Assert.Equal(new AlarmTimes(7, 5, 0), GuardedRun.Of( // Ends at step 10.
            RunOf("returned", steps, (0, 0.5), (9, 0.7), (12, 0.5)), Guard, 0.05).Drifting);
        Assert.Equal(new AlarmTimes(null, null, 1), GuardedRun.Of(
            RunOf("returned", steps, (0, 0.5), (10, 0.7), (12, 0.5)), Guard, 0.05).Drifting);
    }

    [Fact]
    public void What_cannot_be_measured_is_refused()
    {
        string few = Assert.Throws<BadInputException>(() => GuardCalibration.Of(
            [RunOf("bare", [.. Times(5, Sound)], (0, 0.5))], Guard, 0.05)).Message;
        Assert.StartsWith("The run bare has 5 steps and 1 evaluations; whether its accuracy falls", few);
        Assert.Contains(
            "0 points", Assert.Throws<BadInputException>(() => GuardCalibration.Of([Falling], Guard, 0)).Message);
    }

    private static RunRecord Falling =>
        RunOf("falling", [.. Times(3, Sound), .. Times(8, Settled)], (0, 0.5), (4, 0.6), (8, 0.54), (11, 0.4));

    private static RunRecord Alarming => RunOf(
        "alarming", [.. Times(3, Sound), .. Times(8, Settled), .. Times(20, Sound)], (0, 0.5), (20, 0.5), (31, 0.52));

    private static RunRecord Late => RunOf(
        "late", [.. Times(3, Sound), .. Times(8, Settled), .. Times(20, Sound)], (0, 0.5), (20, 0.7), (25, 0.6), (31, 0.6));

    private static IEnumerable<StepMetrics> Times(int count, StepMetrics metrics) => Enumerable.Repeat(metrics, count);

    // Steps from 1; an evaluation at step 0 has a line of its own.
    private static RunRecord RunOf(string name, StepMetrics[] steps, params (int Step, double Accuracy)[] evaluations)
    {
        Dictionary<int, double> accuracies = evaluations.ToDictionary(one => one.Step, one => one.Accuracy);
        StepMetrics before = new() { Step = 0, Method = "majority", Seed = 4 };
        return new RunRecord(
            name,
            "",
            [
                .. steps.Prepend(before).Index().Select(one => one.Item with
                {
                    Step = one.Index,
                    EvalAccuracy = accuracies.TryGetValue(one.Index, out double accuracy) ? accuracy : null,
                }),
            ],
            [],
            []);
    }
}
