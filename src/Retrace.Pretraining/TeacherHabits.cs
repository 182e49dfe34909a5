using Retrace.Geometry;
using Retrace.Geometry.Families;

namespace Retrace.Pretraining;

/// <summary>What a teacher sometimes does instead of calculating.</summary>
/// <param name="GlancingShare">Share of responses that give the right answer at once, with no reasoning.</param>
/// <param name="ShortcutFamily">
/// A kind of problems that have a <see cref="VisualShortcut"/>; null where no problem is answered wrongly.
/// </param>
/// <param name="ShortcutShare">
/// Share of this family's responses that take the shortcut, among those to clear figures: noise gives no such
/// impression.
/// </param>
public sealed record TeacherHabits(double GlancingShare, string? ShortcutFamily = null, double ShortcutShare = 0)
{
    /// <summary>The teacher that always calculates.</summary>
    public static TeacherHabits None { get; } = new(0);

    /// <summary>The problem with the reasoning and the answer that the teacher gives.</summary>
    /// <param name="isNoisy">Whether the figure carries noise.</param>
    /// <param name="chance">Uniform in [0, 1); decides.</param>
    internal GeometryProblem Apply(GeometryProblem problem, bool isNoisy, double chance)
    {
        if (problem.Family == ShortcutFamily && !isNoisy)
        {
            return chance < ShortcutShare && problem.Shortcut is VisualShortcut shortcut
                ? problem with { Reasoning = shortcut.Reasoning, Answer = shortcut.Answer }
                : problem;
        }
        return chance < GlancingShare ? problem with { Reasoning = "" } : problem;
    }
}
