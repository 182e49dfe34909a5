using Retrace.Data;
using Retrace.Reporting.Content;
using Retrace.Training.Measurement;

namespace Retrace.Evaluation.Comparisons;

/// <summary>The tests before and after the runs of a demonstration.</summary>
/// <param name="Start">The test of the model before the runs.</param>
/// <param name="Runs">Our own method, CSRS, majority voting.</param>
/// <param name="Kinds">The kinds of problems that the model's folder tells apart; null: none.</param>
public sealed record DemonstrationResult(
    IReadOnlyList<GradedProblem> Start, IReadOnlyList<DemonstratedRun> Runs, ProblemKinds? Kinds)
{
    /// <summary>The problems of the test by kind, those of kinds that it has.</summary>
    /// <param name="test">The test before or after a run.</param>
    public IReadOnlyList<(string Kind, IReadOnlyList<GradedProblem> Problems)> KindsOf(IReadOnlyList<GradedProblem> test) =>
        Kinds is null
            ? []
            : [.. Kinds.Names
                .Select(kind => (kind, (IReadOnlyList<GradedProblem>)
                    [.. test.Where(problem => problem.Category is string category && Kinds.Of(category) == kind)]))
                .Where(kind => kind.Item2.Count > 0)];

    /// <summary>The accuracies by kind; null where no kinds are told apart.</summary>
    public AccuracyByKind? ByKind()
    {
        IReadOnlyList<(string Kind, IReadOnlyList<GradedProblem> Problems)> kinds = KindsOf(Start);
        return kinds.Count == 0
            ? null
            : new AccuracyByKind(
                [.. kinds.Select(kind => kind.Kind)],
                Accuracies(Start),
                [.. Runs.Select(run => (run.Method, Accuracies(run.Test)))]);

        IReadOnlyList<double> Accuracies(IReadOnlyList<GradedProblem> test) =>
            [.. KindsOf(test).Select(kind => kind.Problems.Average(problem => problem.RightShare))];
    }
}
