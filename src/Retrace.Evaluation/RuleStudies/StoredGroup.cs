using System.Text.Json;
using Retrace.Answers;
using Retrace.Configuration;
using Retrace.Data.Json;
using Retrace.Evaluation.Grading;
using Retrace.Files;
using Retrace.Rewards;
using Retrace.Runs;

namespace Retrace.Evaluation.RuleStudies;

/// <summary>The answers to one problem that are stored, as a rule reads them.</summary>
/// <param name="Place">Where they stand, as messages name it.</param>
/// <param name="Lacks">What the rule needs and the samples do not hold; null where nothing is missing.</param>
/// <param name="GroupFor">The answers in classes of the rule's equality, with the label and all the evidence there is.</param>
/// <param name="AreFormatted">
/// [n] whether each response has the asked form; of a run's answers, which do not say, whether it has an answer.
/// </param>
internal sealed record StoredGroup(
    string Place,
    Func<IRewardRule, string?> Lacks,
    Func<IRewardRule, AnswerGroup> GroupFor,
    IReadOnlyList<bool> AreFormatted)
{
    // What the answers of a run's folder do not hold.
    private const RewardInputs OnlyOfResponses =
        RewardInputs.AnchorPositions | RewardInputs.WordsBeforeAnswers | RewardInputs.FormatChecks;

    private const RewardInputs OnlyOfModels = RewardInputs.MeanEntropies | RewardInputs.SelfCertainties
        | RewardInputs.AnswerDistances | RewardInputs.StepConfidences;

    /// <summary>Reads the groups one by one, so that memory does not grow with their number.</summary>
    /// <param name="path">A run's folder, or a file of responses as <c>retrace reward</c> reads it.</param>
    /// <exception cref="BadInputException">The folder or file cannot be used.</exception>
    public static void Read(string path, RunConfiguration configuration, Action<StoredGroup> visit)
    {
        if (Directory.Exists(path))
        {
            int index = 0;
            foreach (GroupAnswers answers in RunReader.Read(path).Answers)
            {
                visit(Of($"{path}, step {answers.Step}, problem {answers.ProblemId}", answers, index++, configuration.Seed));
            }
            return;
        }
        IAnswerExtraction extraction = AnswerExtractions.Create(configuration.Reward.Extraction);
        int line = 0;
        JsonLinesFile.Read(path, "{\"maternal\": […], \"retraced\": [[…], …]}", record =>
        {
            visit(Of(
                record.Place,
                ResponseGroup.Read(record, line, extraction, configuration.Seed),
                line,
                configuration.Seed));
            line++;
        });
    }

    // All rules read the same numbers, each from their start.
    private static AnswerGroup WithNumbers(AnswerGroup group, IRewardRule rule, int index, long seed) =>
        !rule.Reads.HasFlag(RewardInputs.RandomNumbers)
            ? group
            : group with
            {
                Evidence =
                [
                    .. group.Evidence.Where(one => one is not RandomNumbers),
                    new RandomNumbers(RandomStream.For(seed, Purpose.Reward, index)),
                ],
            };

    private static StoredGroup Of(string place, ResponseGroup responses, int index, long seed)
    {
        Dictionary<IAnswerEquivalence, AnswerGroup> groups = [];
        return new StoredGroup(
            place,
            responses.Lacks,
            rule => WithNumbers(
                groups.TryGetValue(rule.Equivalence, out AnswerGroup? known)
                    ? known
                    : groups[rule.Equivalence] = responses.GroupFor(rule.Equivalence),
                rule,
                index,
                seed),
            responses.AreFormatted);
    }

    private static StoredGroup Of(string place, GroupAnswers answers, int index, long seed)
    {
        AnswerGroup group = new AnswerGroup(answers.Maternal, answers.Retraced) { GoldClass = answers.Right }
            .With(RewardInputs.BlindAnswers, answers.Blind)
            .With(RewardInputs.StartAnswers, answers.Start)
            .With(RewardInputs.TeacherAnswers, answers.Teacher)
            .With(RewardInputs.RephrasedAnswers, answers.Rephrased);
        return new StoredGroup(
            place,
            Lacks,
            rule => WithNumbers(group, rule, index, seed),
            [.. answers.Maternal.Select(answer => answer != AnswerClasses.None)]);

        string? Lacks(IRewardRule rule) =>
            (rule.Needs & OnlyOfModels) != RewardInputs.None ? "the model's distributions"
            : rule.Needs.HasFlag(RewardInputs.Judgements) ? "judgements"
            : (rule.Needs & OnlyOfResponses) != RewardInputs.None ? "the responses themselves"
            : rule.Equivalence is ExactEquivalence ? "answers as they were written"
            : rule.Needs.HasFlag(RewardInputs.Label) && answers.Right is null ? "labels"
            : rule.Needs.HasFlag(RewardInputs.BlindAnswers) && answers.Blind.Count == 0 ? "samples with a blanked picture"
            : rule.Needs.HasFlag(RewardInputs.TeacherAnswers) && answers.Teacher.Count == 0 ? "responses of a teacher"
            : rule.Needs.HasFlag(RewardInputs.RephrasedAnswers) && answers.Rephrased.Count == 0
                ? "responses to the question in other words"
            : rule.Needs.HasFlag(RewardInputs.Continuations) && answers.Retraced.Count == 0 ? "continuations"
            : null;
    }
}
