namespace Retrace.Training.Prompts;

/// <summary>How much of a model's attention a prompt takes.</summary>
/// <param name="Tokens">All of its tokens.</param>
/// <param name="ImageTokens">Those that stand for images.</param>
public readonly record struct PromptSize(int Tokens, int ImageTokens)
{
    /// <summary>The larger of each.</summary>
    public static PromptSize Larger(PromptSize one, PromptSize other) =>
        new(Math.Max(one.Tokens, other.Tokens), Math.Max(one.ImageTokens, other.ImageTokens));
}
