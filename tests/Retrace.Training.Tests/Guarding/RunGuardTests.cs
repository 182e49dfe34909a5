using Retrace.Configuration;
using Retrace.Runs;
using Retrace.Training.Guarding;
using static Retrace.Training.Tests.Guarding.HandMade;

namespace Retrace.Training.Tests.Guarding;

public sealed class RunGuardTests
{
    private static readonly GuardSettings Returning = new() { Action = "return", MostReturns = 2 };

    [Fact]
    public void A_warning_goes_on_and_a_stop_stops()
    {
        Assert.Equal(GuardResponse.None, Collapsed(new GuardSettings()).Respond(_ => true));
        RunGuard stopping = Collapsed(new GuardSettings { Action = "stop" });
        Assert.Equal(new GuardResponse(Stops: true, null), stopping.Respond(_ => true));
        Assert.Null(stopping.Kept);
        string sentence = stopping.Farewell(23, "runs/a/checkpoints/step-23");
        Assert.Contains("stopped it after step 23: entropy fell", sentence);
        Assert.Contains("guard.action is stop", sentence);
    }

    // Agreement at steps 2, 4, 6 is that of the start, then higher while all is in order, then highest but settled.
    [Fact]
    public void The_best_checkpoint_agrees_most_among_those_at_which_all_was_in_order()
    {
        RunGuard guard = Collapsed(Returning);
        Assert.Equal([2, 6, 10, 14, 18, 22], guard.State.Checkpoints.Select(checkpoint => checkpoint.Step));
        Assert.Equal(6, guard.Kept);
        Assert.Equal(new GuardResponse(Stops: false, 6), guard.Respond(_ => true));
        Assert.Equal(2, guard.Respond(step => step != 6).ReturnsTo);
        Assert.True(guard.Respond(_ => false).Stops);
    }

    // By hand: majority share 0.5 and survival 0.6 are an agreement of 0.55. One step at 0.7 and 0.6, 0.65, makes it
    // 0.55 + 0.1 / 2.
    [Fact]
    public void The_score_is_agreement_less_what_is_out_of_order()
    {
        GuardState state = States([.. Times(3, Start), Start with { MajorityShare = 0.7 }]).Last();
        Assert.Equal(0.6, Guard.ScoreOf(state)!.Value, 12);
        state = States([.. Times(3, Start), .. Times(20, Start with { CutOffShare = 0.4 })]).Last();
        Assert.Equal(0.55 - 1, Guard.ScoreOf(state)!.Value, 12);
        state = States([.. Times(3, Start), .. Times(20, Start with { CutOffShare = 1 })]).Last();
        Assert.Equal(0.55 - 2, Guard.ScoreOf(state)!.Value, 12);
    }

    [Fact]
    public void A_return_halves_the_learning_rate_keeps_the_start_and_judges_anew()
    {
        RunGuard guard = Collapsed(Returning);
        double start = guard.State.Signs["entropy_lost"].Start;
        guard.Return(6);
        Assert.Equal(0.5, guard.State.LearningRateScale);
        Assert.Equal(1, guard.State.Returns);
        Assert.Equal(GuardVerdict.Fine, guard.State.Verdict);
        Assert.Null(guard.State.Agreement);
        Assert.Equal(start, guard.State.Signs["entropy_lost"].Start);
        Assert.Equal([2, 6], guard.State.Checkpoints.Select(checkpoint => checkpoint.Step));
        Assert.Equal(GuardVerdict.Fine, guard.Judge(Start).GuardVerdict);

        Settle(guard);
        Assert.Equal(6, guard.Respond(_ => true).ReturnsTo);
        guard.Return(6);
        Assert.Equal(0.25, guard.State.LearningRateScale);
        Settle(guard);
        Assert.True(guard.Respond(_ => true).Stops);
        Assert.Contains("it has gone back 2 times", guard.Farewell(60, "c"));
    }

    [Fact]
    public void Metrics_carry_the_verdict_and_the_reason()
    {
        RunGuard guard = new(new GuardSettings(), known: null);
        StepMetrics judged = Array.ConvertAll([.. Times(3, Start)], guard.Judge)[^1];
        Assert.Equal((GuardVerdict.Fine, null), (judged.GuardVerdict, judged.GuardReason));
        Settle(guard);
        judged = guard.Judge(Settled);
        Assert.Equal(GuardVerdict.Collapsing, judged.GuardVerdict);
        Assert.Contains("entropy fell from 0.160 nats", judged.GuardReason);
    }

    // Checkpoints after steps 2, 6, 10, … of a run that settles from step 8 on.
    private static RunGuard Collapsed(GuardSettings settings)
    {
        RunGuard guard = new(settings, known: null);
        StepMetrics[] steps =
            [.. Times(4, Start), .. Times(3, Start with { MajorityShare = 0.7 }), .. Times(16, Settled)];
        foreach ((int place, StepMetrics metrics) in steps.Index())
        {
            guard.Judge(metrics);
            if (place % 4 == 1)
            {
                guard.Save(place + 1);
            }
        }
        return guard;
    }

    private static void Settle(RunGuard guard)
    {
        foreach (StepMetrics metrics in Times(20, Settled))
        {
            guard.Judge(metrics);
        }
    }
}
