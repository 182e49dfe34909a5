using System.Collections.Frozen;
using Retrace.Data;
using Retrace.Geometry;
using Retrace.Geometry.Families;

namespace Retrace.Pretraining;

/// <summary>What a teacher sometimes does instead of calculating.</summary>
/// <param name="GlancingShare">Share of responses that give the right answer at once, with no reasoning.</param>
public sealed record TeacherHabits(double GlancingShare)
{
    /// <summary>The families that the teacher mostly answers wrongly.</summary>
    public IReadOnlyDictionary<string, Temptation> Mistaken { get; init; } =
        FrozenDictionary<string, Temptation>.Empty;

    /// <summary>The teacher that always calculates.</summary>
    public static TeacherHabits None { get; } = new(0);

    /// <summary>The families by what tempts the teacher, for tables and pictures; null where nothing does.</summary>
    public ProblemKinds? Kinds() => Mistaken.Count == 0
        ? null
        : new ProblemKinds(
        [
            ("nothing tempts", []),
            .. Mistaken.GroupBy(pair => pair.Value.Kind, pair => pair.Key).OrderBy(kind => kind.Key).Select(kind =>
                (NameOf(kind.Key), (IReadOnlyList<string>)[.. kind])),
        ]);

    /// <summary>The problem with the reasoning and the answer that the teacher gives.</summary>
    /// <param name="condition">What the teacher sees of the figure.</param>
    /// <param name="chance">Uniform in [0, 1); decides.</param>
    internal GeometryProblem Apply(GeometryProblem problem, FigureCondition condition, double chance)
    {
        if (Mistaken.TryGetValue(problem.Family, out Temptation? temptation)
            && !(condition == FigureCondition.Noisy && temptation.Kind == MistakeKind.PrintedNumber))
        {
            bool isCertain = condition == FigureCondition.Blank && temptation.Kind == MistakeKind.Suggestion;
            return (isCertain || chance < temptation.Share) && problem.Mistakes.FirstOrDefault(one => one.Kind == temptation.Kind) is Mistake mistake
                ? problem with { Reasoning = mistake.Reasoning, Answer = mistake.Answer }
                : problem;
        }
        return chance < GlancingShare ? problem with { Reasoning = "" } : problem;
    }

    private static string NameOf(MistakeKind kind) => kind switch
    {
        MistakeKind.PrintedNumber => "a printed number",
        MistakeKind.Suggestion => "the wording",
        _ => "a wrong formula",
    };
}

/// <summary>A mistake that a teacher is used to.</summary>
/// <param name="Kind">
/// What tempts to it. A printed number does so in clear figures alone: noise gives no such impression. A suggestion does
/// so always where the figure is blank: then nothing speaks against it.
/// </param>
/// <param name="Share">Share of a family's responses that make it.</param>
public sealed record Temptation(MistakeKind Kind, double Share);
