namespace Retrace.Geometry.Families;

/// <summary>A plausible wrong response: the figure is read rightly, and what is seen is taken for the answer.</summary>
/// <param name="Reasoning">It begins as the right reasoning does.</param>
/// <param name="Answer">The wrong answer.</param>
public sealed record VisualShortcut(string Reasoning, string Answer);
