namespace Retrace.Runs;

/// <summary>
/// What one training step measured: a line of <see cref="RunFolder.Metrics"/>, its keys in snake_case.
/// </summary>
/// <remarks>
/// Null means not measured: labels do not exist, no evaluation was due, or the line is step 0, which holds only the
/// evaluation before training. NaN and infinities are written as null, because JSON has no words for them.
/// Rates and shares are fractions in [0, 1].
/// </remarks>
public sealed record StepMetrics
{
    /// <summary>The training step, from 1; 0 is the state before training. A step may make several optimizer updates.</summary>
    public required int Step { get; init; }

    /// <summary>The configuration's <c>method</c>: csrs, majority, …</summary>
    public required string Method { get; init; }

    public required long Seed { get; init; }

    /// <summary>Mean total reward over the maternal trajectories of the batch.</summary>
    public double? RewardMean { get; init; }

    /// <summary>Standard deviation of that reward.</summary>
    public double? RewardStd { get; init; }

    /// <summary>
    /// Share of problems whose advantages are all 0: only the KL term learns from them. The five shares below, of all
    /// problems, add up to it; a problem counts under the first reason that applies.
    /// </summary>
    public double? NoSpreadShare { get; init; }

    /// <summary>Share of problems whose responses all reached the maximum length without an end.</summary>
    public double? NoSpreadCutOff { get; init; }

    /// <summary>Share of problems without an answer in any response.</summary>
    public double? NoSpreadNoAnswer { get; init; }

    /// <summary>Share of problems whose responses all have the same answer.</summary>
    public double? NoSpreadSameAnswer { get; init; }

    /// <summary>Share of problems that the rule gives no weight.</summary>
    public double? NoSpreadLeftOut { get; init; }

    /// <summary>Share of problems whose different answers the rule rewards alike.</summary>
    public double? NoSpreadOther { get; init; }

    /// <summary>Share of maternal responses that have the asked-for form as a whole.</summary>
    public double? FormatRate { get; init; }

    /// <summary>Share of maternal responses from which an answer could be extracted.</summary>
    public double? AnswerRate { get; init; }

    /// <summary>Mean over problems of the frequency of the most frequent answer.</summary>
    public double? MajorityShare { get; init; }

    /// <summary>
    /// Share of problems whose most frequent answer has a frequency of at least 0.8: the sign of collapse.
    /// </summary>
    public double? HighConfidenceShare { get; init; }

    /// <summary>
    /// Share of problems whose most frequent answer has a frequency in [0, 0.2), [0.2, 0.4), [0.4, 0.6), [0.6, 0.8),
    /// [0.8, 1]: 5 numbers that add up to 1.
    /// </summary>
    public IReadOnlyList<double>? TopShareHistogram { get; init; }

    /// <summary>Mean number of distinct answers in a maternal group.</summary>
    public double? DistinctAnswers { get; init; }

    /// <summary>Mean next-token entropy over maternal response tokens, in nats.</summary>
    public double? Entropy { get; init; }

    /// <summary>Mean KL divergence from the reference policy per token, in nats.</summary>
    public double? Kl { get; init; }

    /// <summary>Share of tokens whose probability ratio the loss clipped.</summary>
    public double? ClipFraction { get; init; }

    /// <summary>Euclidean norm of the gradient before clipping, the mean over the step's updates.</summary>
    public double? GradNorm { get; init; }

    public double? LearningRate { get; init; }

    /// <summary>Mean importance weight of the tokens that servers sampled. Null with engine local.</summary>
    public double? ImportanceMean { get; init; }

    /// <summary>Share of those weights that were truncated.</summary>
    public double? ImportanceTruncated { get; init; }

    /// <summary>
    /// How evenly routers spread the tokens that were learned from over their experts: 1 where all got as many, 0 where
    /// one got all. Null without experts.
    /// </summary>
    public double? ExpertEvenness { get; init; }

    /// <summary>Samples of an outdated policy, dropped and generated anew by servers. Null with engine local.</summary>
    public int? StaleSamples { get; init; }

    /// <summary>Attempts at requests that were refused, broken off, timed out or answered wrongly; each request was tried again.</summary>
    public int? FailedRequests { get; init; }

    /// <summary>Requests that took long and went to another server as well.</summary>
    public int? HedgedRequests { get; init; }

    /// <summary>Mean length of a maternal response, in tokens.</summary>
    public double? ResponseTokensMean { get; init; }

    /// <summary>Share of maternal responses that reached the maximum length without an end.</summary>
    public double? CutOffShare { get; init; }

    /// <summary>Mean share of a maternal response's 4-grams of tokens that occurred before in it.</summary>
    public double? Repetition { get; init; }

    /// <summary>
    /// How often a continuation comes back to the answer that it was cut from. Null without retracing.
    /// </summary>
    public double? Survival { get; init; }

    /// <summary>
    /// Share of a fixed set of problems whose answers to the clean and to the perturbed image are equal. Null where it
    /// is not measured.
    /// </summary>
    public double? PerturbedAgreement { get; init; }

    /// <summary>What the guard makes of the run after this step.</summary>
    public GuardVerdict? GuardVerdict { get; init; }

    /// <summary>Why, in a clause; null where the verdict is fine.</summary>
    public string? GuardReason { get; init; }

    /// <summary>
    /// The step of the checkpoint that the guard went back to after this step; null where it did not.
    /// </summary>
    public int? GuardReturnedTo { get; init; }

    /// <summary>Tokens generated in this step's maternal round.</summary>
    public long? MaternalTokens { get; init; }

    /// <summary>
    /// Tokens generated in this step for the reward alone: continuations, and what else the rule asks for (blind samples,
    /// the start model, a teacher, a judge, other words).
    /// </summary>
    public long? RetracedTokens { get; init; }

    /// <summary>Problems of the training data that could not be used (over-long, unreadable); the same in every step.</summary>
    public int? SkippedProblems { get; init; }

    public double? RolloutSeconds { get; init; }

    public double? LearnSeconds { get; init; }

    public double? StepSeconds { get; init; }

    /// <summary>Of the step: the first round, and those beside it that the rule asks for.</summary>
    public double? SamplingSeconds { get; init; }

    /// <summary>Of the step: continuing the cut trajectories; 0 without retracing.</summary>
    public double? ReinferenceSeconds { get; init; }

    /// <summary>
    /// Of the step: waiting for perturbed images. Other threads make them beside learning and the first round, and of that only
    /// what the step waited for counts.
    /// </summary>
    public double? PerturbingSeconds { get; init; }

    /// <summary>
    /// Of the step: waiting for the batch, whose images and prompts other threads prepare beside learning, and for the samples of
    /// other processes.
    /// </summary>
    public double? WaitingSeconds { get; init; }

    /// <summary>After the step: until a server had the new weights. Null with engine local.</summary>
    public double? PublishSeconds { get; init; }

    /// <summary>Tokens generated per second of rollout.</summary>
    public double? TokensPerSecond { get; init; }

    /// <summary>Response tokens learned from, each as often as there were epochs, per second of learning.</summary>
    public double? LearnedTokensPerSecond { get; init; }

    /// <summary>Mean number of sequences that this process decoded together. Null where only servers generated.</summary>
    public double? DecodingSequences { get; init; }

    /// <summary>
    /// Share of a decoding step's time that does not depend on the number of sequences. Null where the step's batches were too
    /// much alike to tell.
    /// </summary>
    public double? DecodingFixedShare { get; init; }

    /// <summary>Mean number of tokens in a pass of learning, padding included.</summary>
    public double? PassTokens { get; init; }

    /// <summary>How many passes an update of the weights took, in the mean.</summary>
    public double? PassesPerUpdate { get; init; }

    /// <summary>
    /// Share of a pass's time that does not depend on the number of its tokens. Null where that could not be told.
    /// </summary>
    public double? PassFixedShare { get; init; }

    /// <summary>How long a server had requests of this step, in the mean over the servers. Null with engine local.</summary>
    public double? ServerBusySeconds { get; init; }

    /// <summary>Settings that cost time, by what this step has measured; empty where none was found.</summary>
    public IReadOnlyList<CostHint>? CostHints { get; init; }

    /// <summary>The most resident memory of the process so far, in bytes: the host's, also where the model is on a GPU.</summary>
    public long? PeakMemoryBytes { get; init; }

    /// <summary>Share of maternal answers that are right. Needs labels.</summary>
    public double? TrainAccuracy { get; init; }

    /// <summary>Share of problems whose most frequent answer is right. Needs labels.</summary>
    public double? PseudoLabelAccuracy { get; init; }

    /// <summary>How often a continuation comes back to the right answer that it was cut from. Needs labels.</summary>
    public double? SurvivalRight { get; init; }

    /// <summary>How often a continuation comes back to the wrong answer that it was cut from. Needs labels.</summary>
    public double? SurvivalWrong { get; init; }

    /// <summary>Share of right answers on the evaluation set. Needs labels.</summary>
    public double? EvalAccuracy { get; init; }

    /// <summary>How many answers <see cref="EvalAccuracy"/> is the mean of.</summary>
    public int? EvalSamples { get; init; }

    /// <summary>
    /// The 95 % interval of <see cref="EvalAccuracy"/>: Wilson's, with the problems as independent trials. Two numbers.
    /// </summary>
    public IReadOnlyList<double>? EvalInterval { get; init; }

    /// <summary>
    /// Accuracy of the maternal answers whose frequency within their group lies in [0, 0.2), [0.2, 0.4), [0.4, 0.6),
    /// [0.6, 0.8), [0.8, 1]: 5 numbers, null where no answer falls. Needs labels.
    /// </summary>
    public IReadOnlyList<double?>? AccuracyByFrequency { get; init; }
}
