using System.Diagnostics;
using Retrace.Answers;
using Retrace.Configuration;
using Retrace.Images;
using Retrace.Models.Images;
using Retrace.Models.Text;
using Retrace.Problems;
using Retrace.Rewards;
using Retrace.Runs;
using Retrace.Statistics;
using Retrace.Training.Learning;
using Retrace.Training.Measurement;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>Writes a step to the run's log: its metrics, its answers, and a few trajectories to read.</summary>
internal sealed class StepLog(RunConfiguration configuration, Tokenizer tokenizer, int skippedProblems, RunWriter writer)
{
    private const int TrajectoriesPerStep = 2;
    private const int ThumbnailSide = 256; // Pixels.
    private const int ThumbnailQuality = 80; // JPEG, because PNG cannot compress noise.

    /// <summary>The metrics of step 0, before training.</summary>
    public StepMetrics BeforeTraining(EvaluationPoint evaluated) => new()
    {
        Step = 0,
        Method = configuration.Method,
        Seed = configuration.Seed,
        SkippedProblems = skippedProblems,
        EvalAccuracy = evaluated.Accuracy,
        EvalSamples = evaluated.Samples.Count,
        EvalInterval = IntervalOf(evaluated),
    };

    public StepMetrics Metrics(
        int step, StepOutcome outcome, EvaluationPoint? evaluated, RolloutIncidents? incidents)
    {
        (SampledGroup[] groups, _, double[][] advantages, LearningStatistics learned, StepTimes times) = outcome;
        Trajectory[] trained = [.. groups.SelectMany(group => group.Maternal)];
        double[] rewards = [.. outcome.Rewards.SelectMany(group => group)];
        double rewardMean = rewards.Average();
        BatchStatistics answers = BatchStatistics.Of([.. groups.Select(group => group.Measured)]);
        long maternalTokens = groups.Sum(group =>
            group.Maternal.Concat(group.Voting).Sum(one => (long)one.Generation.Tokens.Length));
        long retracedTokens = groups.Sum(group => group.Retraced.Sum(one =>
            one.Continuations.Sum(continuation => (long)continuation.Tokens.Length))
            + group.SideSamples.Generations.Sum(one => (long)one.Tokens.Length));
        StepMetrics metrics = new()
        {
            Step = step,
            Method = configuration.Method,
            Seed = configuration.Seed,
            RewardMean = rewardMean,
            RewardStd = Math.Sqrt(rewards.Average(reward => (reward - rewardMean) * (reward - rewardMean))),
            FormatRate = groups.SelectMany(group => group.AreFormatted).Average(formatted => formatted ? 1.0 : 0.0),
            AnswerRate = answers.AnswerRate,
            MajorityShare = answers.MajorityShare,
            HighConfidenceShare = answers.HighConfidenceShare,
            TopShareHistogram = answers.TopShareHistogram,
            DistinctAnswers = answers.DistinctAnswers,
            Entropy = trained.SelectMany(one => one.Generation.Entropies).Average(value => (double)value),
            Kl = learned.Kl,
            ClipFraction = learned.ClipFraction,
            GradNorm = learned.GradNorm,
            LearningRate = learned.LearningRate,
            ImportanceMean = learned.ImportanceMean,
            ImportanceTruncated = learned.ImportanceTruncated,
            ExpertEvenness = learned.ExpertEvenness,
            StaleSamples = incidents?.StaleSamples,
            FailedRequests = incidents?.FailedRequests,
            HedgedRequests = incidents?.HedgedRequests,
            ResponseTokensMean = trained.Average(one => (double)one.Generation.Tokens.Length),
            CutOffShare = trained.Average(one => one.Generation.Stopped ? 0.0 : 1.0),
            Repetition = trained.Average(one => Repetition.Of(one.Generation.Content)),
            Survival = answers.Survival,
            MaternalTokens = maternalTokens,
            RetracedTokens = retracedTokens,
            SkippedProblems = skippedProblems,
            RolloutSeconds = times.Rollout.TotalSeconds,
            LearnSeconds = times.Learning.TotalSeconds,
            StepSeconds = (times.Rollout + times.Learning).TotalSeconds,
            TokensPerSecond = (maternalTokens + retracedTokens) / times.Rollout.TotalSeconds,
            PeakMemoryBytes = PeakMemory(),
            TrainAccuracy = answers.Accuracy,
            PseudoLabelAccuracy = answers.PseudoLabelAccuracy,
            SurvivalRight = answers.SurvivalRight,
            SurvivalWrong = answers.SurvivalWrong,
            EvalAccuracy = evaluated?.Accuracy,
            EvalSamples = evaluated?.Samples.Count,
            EvalInterval = evaluated is null ? null : IntervalOf(evaluated),
            AccuracyByFrequency = answers.Accuracy is null ? null : answers.AccuracyByFrequency,
        };
        return GroupSpread.AddTo(metrics, groups, outcome.Rewards, advantages);
    }

    public void Append(StepMetrics metrics) => writer.Append(metrics);

    /// <summary>Writes the responses of an evaluation, so that they can be graded again.</summary>
    public void AppendEvaluation(EvaluationPoint evaluated) => writer.Append(evaluated.Samples);

    /// <inheritdoc cref="RunWriter.FlushToDisk"/>
    public void FlushToDisk() => writer.FlushToDisk();

    /// <summary>Writes the first trajectory of each of the step's first problems, cut at its first anchor.</summary>
    public void AppendTrajectories(int step, StepOutcome outcome)
    {
        foreach ((int place, SampledGroup group) in outcome.Groups.Take(TrajectoriesPerStep).Index())
        {
            double[] rewards = outcome.Rewards[place];
            double[] advantages = outcome.Advantages[place];
            AnswerGroup measured = group.Measured;
            Trajectory trajectory = group.Maternal[0];
            Retracing? retracing = group.Retraced.Count == 0 ? null : group.Retraced[0];
            string? prefix = retracing is null
                ? null
                // Without the beginning of a character that the anchor divides.
                : tokenizer.Decode(trajectory.Generation.Tokens[..retracing.Anchors[0]]).TrimEnd('\uFFFD');
            writer.Append(new TrajectorySample
            {
                Step = step,
                ProblemId = group.Problem.Problem.Id,
                Question = group.Problem.Problem.Question,
                Image = group.Problem.Pixels is [PixelImage first, ..]
                    ? ImageDecoder.EncodePng(Thumbnail(first))
                    : null,
                PerturbedImage = retracing?.Pixels.Value is [PixelImage perturbed, ..]
                    ? ImageDecoder.EncodeJpeg(Thumbnail(perturbed), ThumbnailQuality)
                    : null,
                Response = trajectory.Text,
                Anchor = retracing?.Anchors[0],
                AnchorTextOffset = prefix?.Length,
                Prefix = prefix,
                Answer = trajectory.Answer,
                Reward = rewards[0],
                Advantage = advantages[0],
                Group = [.. group.Maternal.Select((one, i) => new GroupedAnswer(
                    one.Answer, rewards[i], advantages[i], IsRight(measured, i)))],
                RewardFormula = outcome.Rewarded[place].Formula,
                RewardParts = outcome.Rewarded[place].Parts,
                Retraced = retracing is null
                    ? []
                    :
                    [
                        .. retracing.Texts.Zip(retracing.Answers, (text, answer) => new RetracedSample(text, answer))
                            .Take(retracing.AnchorGroups.Count(anchor => anchor == 0)),
                    ],
            });
        }
    }

    /// <summary>Writes the answers to each problem in both rounds.</summary>
    public void AppendAnswers(int step, SampledGroup[] groups)
    {
        foreach (SampledGroup group in groups)
        {
            AnswerGroup measured = group.Measured;
            IEnumerable<(int Class, string? Answer)> all = measured.Maternal
                .Concat(measured.Retraced.SelectMany(answers => answers))
                .Concat(AnswerGroup.SideRounds.SelectMany(measured.SideAnswersOf))
                .Zip(group.Maternal.Select(one => one.Answer)
                    .Concat(group.Retraced.SelectMany(one => one.Answers))
                    .Concat(AnswerGroup.SideRounds.SelectMany(group.SideSamples.TrajectoriesOf).Select(one => one.Answer)));
            string[] answers =
            [
                .. all.Where(one => one.Answer is not null).DistinctBy(one => one.Class)
                    .OrderBy(one => one.Class).Select(one => one.Answer!),
            ];
            writer.Append(new GroupAnswers
            {
                Step = step,
                ProblemId = group.Problem.Problem.Id,
                Answers = answers,
                Maternal = measured.Maternal,
                Retraced = measured.Retraced,
                Blind = measured.SideAnswersOf(RewardInputs.BlindAnswers),
                Start = measured.SideAnswersOf(RewardInputs.StartAnswers),
                Teacher = measured.SideAnswersOf(RewardInputs.TeacherAnswers),
                Rephrased = measured.SideAnswersOf(RewardInputs.RephrasedAnswers),
                // Classes are numbered by first appearance, so higher numbers belong to the omitted votes.
                Right = measured.GoldClass is int gold && gold >= answers.Length
                    ? AnswerClasses.None
                    : measured.GoldClass,
            });
        }
    }

    private static double[] IntervalOf(EvaluationPoint evaluated) =>
        [evaluated.Interval.Lower, evaluated.Interval.Upper];

    private static bool? IsRight(AnswerGroup answers, int index) => answers.GoldClass is int gold
        ? answers.Maternal[index] == gold && gold != AnswerClasses.None
        : null;

    private static PixelImage Thumbnail(PixelImage image)
    {
        double scale = Math.Min(1.0, (double)ThumbnailSide / Math.Max(image.Width, image.Height));
        return scale == 1
            ? image
            : BicubicResampling.Resize(
                image, Math.Max(1, (int)(image.Width * scale)), Math.Max(1, (int)(image.Height * scale)));
    }

    private static long PeakMemory()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
