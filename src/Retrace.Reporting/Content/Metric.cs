using System.Globalization;
using Retrace.Runs;

namespace Retrace.Reporting.Content;

/// <summary>A number of <see cref="StepMetrics"/>, with how it is shown.</summary>
/// <param name="Key">Its key in metrics.jsonl.</param>
/// <param name="Group">The part of the system that it describes; TensorBoard shows a group together.</param>
/// <param name="Unit">How its values are written.</param>
/// <param name="Read">Its value in a step.</param>
internal sealed record Metric(string Key, string Group, MetricUnit Unit, Func<StepMetrics, double?> Read)
{
    public static readonly Metric EvalAccuracy =
        new("eval_accuracy", "accuracy", MetricUnit.Share, step => step.EvalAccuracy);
    public static readonly Metric TrainAccuracy =
        new("train_accuracy", "accuracy", MetricUnit.Share, step => step.TrainAccuracy);
    public static readonly Metric PseudoLabelAccuracy =
        new("pseudo_label_accuracy", "accuracy", MetricUnit.Share, step => step.PseudoLabelAccuracy);

    public static readonly Metric Entropy = new("entropy", "confidence", MetricUnit.Nats, step => step.Entropy);
    public static readonly Metric HighConfidenceShare =
        new("high_confidence_share", "confidence", MetricUnit.Share, step => step.HighConfidenceShare);
    public static readonly Metric MajorityShare =
        new("majority_share", "confidence", MetricUnit.Share, step => step.MajorityShare);
    public static readonly Metric DistinctAnswers =
        new("distinct_answers", "confidence", MetricUnit.Number, step => step.DistinctAnswers);

    public static readonly Metric GuardLevel =
        new("guard_level", "confidence", MetricUnit.Number, step => (int?)step.GuardVerdict);

    public static readonly Metric Survival =
        new("survival", "retracing", MetricUnit.Share, step => step.Survival);
    public static readonly Metric PerturbedAgreement =
        new("perturbed_agreement", "retracing", MetricUnit.Share, step => step.PerturbedAgreement);
    public static readonly Metric SurvivalRight =
        new("survival_right", "retracing", MetricUnit.Share, step => step.SurvivalRight);
    public static readonly Metric SurvivalWrong =
        new("survival_wrong", "retracing", MetricUnit.Share, step => step.SurvivalWrong);
    public static readonly Metric SurvivalGap =
        new("survival_gap", "retracing", MetricUnit.Share, step => step.SurvivalRight - step.SurvivalWrong);

    public static readonly Metric RewardMean = new("reward_mean", "reward", MetricUnit.Number, step => step.RewardMean);
    public static readonly Metric RewardStd = new("reward_std", "reward", MetricUnit.Number, step => step.RewardStd);
    public static readonly Metric NoSpreadShare =
        new("no_spread_share", "reward", MetricUnit.Share, step => step.NoSpreadShare);
    public static readonly Metric NoSpreadCutOff =
        new("no_spread_cut_off", "reward", MetricUnit.Share, step => step.NoSpreadCutOff);
    public static readonly Metric NoSpreadNoAnswer =
        new("no_spread_no_answer", "reward", MetricUnit.Share, step => step.NoSpreadNoAnswer);
    public static readonly Metric NoSpreadSameAnswer =
        new("no_spread_same_answer", "reward", MetricUnit.Share, step => step.NoSpreadSameAnswer);
    public static readonly Metric NoSpreadLeftOut =
        new("no_spread_left_out", "reward", MetricUnit.Share, step => step.NoSpreadLeftOut);
    public static readonly Metric NoSpreadOther =
        new("no_spread_other", "reward", MetricUnit.Share, step => step.NoSpreadOther);

    public static readonly Metric Kl = new("kl", "learning", MetricUnit.Nats, step => step.Kl);
    public static readonly Metric GradNorm = new("grad_norm", "learning", MetricUnit.Number, step => step.GradNorm);
    public static readonly Metric ClipFraction =
        new("clip_fraction", "learning", MetricUnit.Share, step => step.ClipFraction);
    public static readonly Metric LearningRate =
        new("learning_rate", "learning", MetricUnit.Number, step => step.LearningRate);

    public static readonly Metric ResponseTokensMean =
        new("response_tokens_mean", "responses", MetricUnit.Tokens, step => step.ResponseTokensMean);
    public static readonly Metric CutOffShare =
        new("cut_off_share", "responses", MetricUnit.Share, step => step.CutOffShare);
    public static readonly Metric Repetition =
        new("repetition", "responses", MetricUnit.Share, step => step.Repetition);
    public static readonly Metric FormatRate =
        new("format_rate", "responses", MetricUnit.Share, step => step.FormatRate);
    public static readonly Metric AnswerRate =
        new("answer_rate", "responses", MetricUnit.Share, step => step.AnswerRate);
    public static readonly Metric SkippedProblems =
        new("skipped_problems", "responses", MetricUnit.Number, step => step.SkippedProblems);

    public static readonly Metric MaternalTokens =
        new("maternal_tokens", "cost", MetricUnit.Tokens, step => step.MaternalTokens);
    public static readonly Metric RetracedTokens =
        new("retraced_tokens", "cost", MetricUnit.Tokens, step => step.RetracedTokens);
    public static readonly Metric TokensPerSecond =
        new("tokens_per_second", "cost", MetricUnit.Number, step => step.TokensPerSecond);
    public static readonly Metric RolloutSeconds =
        new("rollout_seconds", "cost", MetricUnit.Seconds, step => step.RolloutSeconds);
    public static readonly Metric LearnSeconds =
        new("learn_seconds", "cost", MetricUnit.Seconds, step => step.LearnSeconds);
    public static readonly Metric StepSeconds =
        new("step_seconds", "cost", MetricUnit.Seconds, step => step.StepSeconds);
    public static readonly Metric SamplingSeconds =
        new("sampling_seconds", "cost", MetricUnit.Seconds, step => step.SamplingSeconds);
    public static readonly Metric ReinferenceSeconds =
        new("reinference_seconds", "cost", MetricUnit.Seconds, step => step.ReinferenceSeconds);
    public static readonly Metric PerturbingSeconds =
        new("perturbing_seconds", "cost", MetricUnit.Seconds, step => step.PerturbingSeconds);
    public static readonly Metric WaitingSeconds =
        new("waiting_seconds", "cost", MetricUnit.Seconds, step => step.WaitingSeconds);
    public static readonly Metric PublishSeconds =
        new("publish_seconds", "cost", MetricUnit.Seconds, step => step.PublishSeconds);
    public static readonly Metric LearnedTokensPerSecond =
        new("learned_tokens_per_second", "cost", MetricUnit.Number, step => step.LearnedTokensPerSecond);
    public static readonly Metric DecodingSequences =
        new("decoding_sequences", "cost", MetricUnit.Number, step => step.DecodingSequences);
    public static readonly Metric DecodingFixedShare =
        new("decoding_fixed_share", "cost", MetricUnit.Share, step => step.DecodingFixedShare);
    public static readonly Metric PassTokens =
        new("pass_tokens", "cost", MetricUnit.Tokens, step => step.PassTokens);
    public static readonly Metric PassesPerUpdate =
        new("passes_per_update", "cost", MetricUnit.Number, step => step.PassesPerUpdate);
    public static readonly Metric PassFixedShare =
        new("pass_fixed_share", "cost", MetricUnit.Share, step => step.PassFixedShare);
    public static readonly Metric ServerBusySeconds =
        new("server_busy_seconds", "cost", MetricUnit.Seconds, step => step.ServerBusySeconds);
    public static readonly Metric PeakMemoryBytes =
        new("peak_memory_bytes", "cost", MetricUnit.Bytes, step => step.PeakMemoryBytes);

    /// <summary>All metrics, group by group.</summary>
    public static readonly IReadOnlyList<Metric> All =
    [
        EvalAccuracy, TrainAccuracy, PseudoLabelAccuracy,
        Entropy, HighConfidenceShare, MajorityShare, DistinctAnswers, GuardLevel,
        Survival, PerturbedAgreement, SurvivalRight, SurvivalWrong, SurvivalGap,
        RewardMean, RewardStd,
        NoSpreadShare, NoSpreadCutOff, NoSpreadNoAnswer, NoSpreadSameAnswer, NoSpreadLeftOut, NoSpreadOther,
        Kl, GradNorm, ClipFraction, LearningRate,
        ResponseTokensMean, CutOffShare, Repetition, FormatRate, AnswerRate, SkippedProblems,
        MaternalTokens, RetracedTokens, TokensPerSecond, RolloutSeconds, LearnSeconds, StepSeconds, PeakMemoryBytes,
        SamplingSeconds, ReinferenceSeconds, PerturbingSeconds, WaitingSeconds, PublishSeconds, LearnedTokensPerSecond,
        DecodingSequences, DecodingFixedShare, PassTokens, PassesPerUpdate, PassFixedShare, ServerBusySeconds,
    ];

    /// <summary>The value where it was measured and is a number.</summary>
    public double? Of(StepMetrics step) => Read(step) is double value && double.IsFinite(value) ? value : null;

    /// <summary>A value with its unit, to three or four significant digits.</summary>
    public string Format(double value) => Unit switch
    {
        MetricUnit.Share => string.Create(CultureInfo.InvariantCulture, $"{100 * value:0.0} %"),
        MetricUnit.Nats => Digits(value) + " nats",
        MetricUnit.Tokens => Digits(value) + " tokens",
        MetricUnit.Seconds => Digits(value) + " s",
        MetricUnit.Bytes => Digits(value / (1L << 30)) + " GiB",
        _ => Digits(value),
    };

    private static string Digits(double value) => Math.Abs(value) switch
    {
        0 => "0",
        < 1e-4 => value.ToString("0.##e0", CultureInfo.InvariantCulture),
        < 0.01 => value.ToString("0.#####", CultureInfo.InvariantCulture),
        < 1 => value.ToString("0.000", CultureInfo.InvariantCulture),
        < 10 => value.ToString("0.00", CultureInfo.InvariantCulture),
        < 1000 => value.ToString("0.#", CultureInfo.InvariantCulture),
        < 1e9 => value.ToString("#,0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.##e0", CultureInfo.InvariantCulture),
    };
}

internal enum MetricUnit
{
    Number,
    Share,
    Nats,
    Tokens,
    Seconds,
    Bytes,
}
