using Retrace.Answers;
using Retrace.Configuration;
using Retrace.Models;
using Retrace.Perturbations;
using Retrace.Problems;
using Retrace.Rewards;
using Retrace.Statistics;
using Retrace.Training.Evolution;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Evaluation.Surveys;

/// <summary>
/// Retraces the same maternal trajectories in many ways, to see which way tells right answers from wrong ones. Nothing
/// is trained.
/// </summary>
/// <param name="configuration">Sampling, seed and batch; the choices replace its retracing settings.</param>
/// <param name="labels">Gold answers by problem id; problems without one count only in what needs no label.</param>
public sealed class SurvivalSurvey(
    VisionLanguageModel model, RunConfiguration configuration, IReadOnlyDictionary<string, string> labels)
{
    private const string Clean = "none";

    private readonly LocalRolloutEngine _engine = new(model.Network, configuration.Rollout);
    private readonly ProblemPreparation _preparation = new(model, configuration.Data);
    private readonly MathematicalEquivalence _equivalence = new MathematicalEquivalence();

    private readonly SamplingSettings _sampling =
        new(configuration.Rollout.Temperature, configuration.Rollout.TopP);

    /// <summary>For each choice a point over all problems, followed by one for each category.</summary>
    /// <param name="problems">At least one.</param>
    /// <param name="choices">In the order of the points.</param>
    /// <param name="onBatch">Called with the number of batches done and their total.</param>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public IReadOnlyList<SurvivalPoint> Take(
        IReadOnlyList<Problem> problems,
        IReadOnlyList<RetracingChoice> choices,
        CancellationToken cancellation,
        Action<int, int>? onBatch = null)
    {
        // Every choice is compared with its own clean twin: the same cuts, no perturbation.
        RetracingChoice[] all = [.. choices.Concat(choices.Select(TwinOf)).Distinct()];
        var retraced = all.ToDictionary(choice => choice, _ => new List<Retraced>());
        MaternalRound maternalRound =
            new(_engine, model.Tokenizer, configuration, _sampling, configuration.Rollout.Group);
        Problem[][] batches = [.. problems.Chunk(configuration.Data.Batch)];
        for (int batch = 0; batch < batches.Length; batch++)
        {
            PreparedProblem[] prepared = [.. batches[batch].Select(_preparation.Prepare)];
            Trajectory[][] maternal = maternalRound.Sample(batch, prepared, cancellation);
            foreach (RetracingChoice choice in all)
            {
                Retracing[][] retracings = Retrace(choice, batch, prepared, maternal, cancellation);
                retraced[choice].AddRange(prepared.Select((problem, place) =>
                    Classify(problem.Problem, maternal[place], retracings[place])));
            }
            onBatch?.Invoke(batch + 1, batches.Length);
        }
        return [.. choices.SelectMany(choice => PointsOf(choice, retraced[choice], retraced[TwinOf(choice)]))];
    }

    private static RetracingChoice TwinOf(RetracingChoice choice) => choice with { Perturbation = Clean, Level = 1 };

    private Retracing[][] Retrace(
        RetracingChoice choice,
        int batch,
        PreparedProblem[] problems,
        Trajectory[][] maternal,
        CancellationToken cancellation)
    {
        RunConfiguration chosen = ConfigurationOf(choice);
        PerturbedImages[][] perturbed =
            VisualPerturbation.Of(chosen, model.Images).Of(batch, problems, chosen.Rollout.Group);
        PerturbedImages.MakeAll(perturbed.SelectMany(images => images), cancellation);
        Cut[][] cuts = TrajectoryCutter.Of(chosen, model.Tokenizer).Cut(batch, maternal, perturbed);
        return new Reinference(_engine, model, chosen, _sampling).Continue(batch, problems, cuts, cancellation);
    }

    private RunConfiguration ConfigurationOf(RetracingChoice choice) => configuration with
    {
        Retracing = configuration.Retracing with
        {
            Anchor = choice.Anchor,
            KeepRate = choice.KeepRate,
            KeepRates = null,
            Perturbation = choice.Perturbation,
            PerturbationLevel = choice.Level,
        },
    };

    private Retraced Classify(Problem problem, Trajectory[] maternal, Retracing[] retracings)
    {
        var group = AnswerGroup.Of(
            [.. maternal.Select(trajectory => trajectory.Answer)],
            [.. retracings.Select(retracing => retracing.Answers)],
            labels.GetValueOrDefault(problem.Id),
            _equivalence);
        return new Retraced(
            problem.Category,
            group,
            [.. retracings.Select(retracing => retracing.Answers.Select(Form).ToArray())],
            retracings.Sum(retracing => retracing.Continuations.Sum(one => (long)one.Tokens.Length)));
    }

    // Two rounds of continuations have no classes in common, but forms.
    private string? Form(string? answer) => answer is null ? null : _equivalence.CanonicalForm(answer);

    private static IEnumerable<SurvivalPoint> PointsOf(
        RetracingChoice choice, List<Retraced> perturbed, List<Retraced> clean)
    {
        (Retraced Perturbed, Retraced Clean)[] pairs = [.. perturbed.Zip(clean)];
        yield return PointOf(choice, null, pairs);
        IEnumerable<IGrouping<string?, (Retraced, Retraced)>> categories = pairs
            .Where(pair => pair.Perturbed.Category is not null)
            .GroupBy(pair => pair.Perturbed.Category)
            .OrderBy(category => category.Key, StringComparer.Ordinal);
        foreach (IGrouping<string?, (Retraced, Retraced)> category in categories)
        {
            yield return PointOf(choice, category.Key, [.. category]);
        }
    }

    private static SurvivalPoint PointOf(
        RetracingChoice choice, string? category, (Retraced Perturbed, Retraced Clean)[] pairs) => new(
        choice,
        category,
        pairs.Length,
        SurvivalStatistics.Of([.. pairs.Select(pair => pair.Perturbed.Group)]),
        ImagePerturbations.Create(choice.Perturbation).ChangesImages
            ? pairs.SelectMany(pair => pair.Perturbed.Forms.Zip(pair.Clean.Forms, AnswerDisagreement.Excess)).Average()
            : 0,
        pairs.Sum(pair => pair.Perturbed.Tokens));

    /// <summary>The answers to one problem after retracing.</summary>
    /// <param name="Forms">[n][k] the continuations' answers in canonical form.</param>
    private sealed record Retraced(string? Category, AnswerGroup Group, string?[][] Forms, long Tokens);
}
