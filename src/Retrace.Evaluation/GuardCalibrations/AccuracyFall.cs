namespace Retrace.Evaluation.GuardCalibrations;

/// <summary>A fall of a run's accuracy from the best that it had reached.</summary>
/// <param name="BestStep">The step of the best evaluation before the fall, of equals the latest.</param>
/// <param name="Best">Its accuracy.</param>
/// <param name="Step">The step of the first evaluation that shows the fall.</param>
/// <param name="Accuracy">Its accuracy.</param>
public sealed record AccuracyFall(int BestStep, double Best, int Step, double Accuracy)
{
    private const double Rounding = 1e-9; // 0.55 − 0.50 is a fall of 0.05.

    /// <summary>
    /// The first fall by so much that the next evaluation does not take back, as an evaluation that was low by chance
    /// does. After the last evaluation there is none to take it back. Null where nothing falls.
    /// </summary>
    /// <param name="evaluations">Those of a run, in the order of the steps.</param>
    /// <param name="fall">The least fall, as a share of right answers: 0.05 is five points.</param>
    public static AccuracyFall? First(IReadOnlyList<EvaluatedStep> evaluations, double fall)
    {
        for (int i = 1; i < evaluations.Count; i++)
        {
            EvaluatedStep best = evaluations.Take(i).OrderBy(one => one.Accuracy).ThenBy(one => one.Step).Last();
            if (IsBelow(evaluations[i]) && (i + 1 == evaluations.Count || IsBelow(evaluations[i + 1])))
            {
                return new AccuracyFall(best.Step, best.Accuracy, evaluations[i].Step, evaluations[i].Accuracy);
            }

            bool IsBelow(EvaluatedStep one) => best.Accuracy - one.Accuracy >= fall - Rounding;
        }
        return null;
    }
}
