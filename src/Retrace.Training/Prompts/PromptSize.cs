namespace Retrace.Training.Prompts;

/// <summary>The size of a prompt in tokens.</summary>
/// <param name="Tokens">Number of tokens, image tokens included.</param>
/// <param name="ImageTokens">Number of image tokens.</param>
public readonly record struct PromptSize(int Tokens, int ImageTokens)
{
    /// <summary>The element-wise maximum of two sizes.</summary>
    public static PromptSize Larger(PromptSize one, PromptSize other) =>
        new(Math.Max(one.Tokens, other.Tokens), Math.Max(one.ImageTokens, other.ImageTokens));
}
