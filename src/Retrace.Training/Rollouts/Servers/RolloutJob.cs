namespace Retrace.Training.Rollouts.Servers;

/// <summary>Samples of a request that one server draws together.</summary>
/// <param name="Request">The request's place.</param>
/// <param name="FirstSample">The first sample's place in it.</param>
/// <param name="Samples">How many.</param>
/// <param name="Prompt">What is continued.</param>
/// <param name="MaxTokens">Of each sample.</param>
/// <param name="Seed">Decides what is drawn, whichever server draws: sample i uses the seed + i.</param>
internal sealed record RolloutJob(
    int Request, int FirstSample, int Samples, ServerPrompt Prompt, int MaxTokens, int Seed)
{
    /// <summary>The tokens that it can come to: what servers are balanced by.</summary>
    public long Tokens => Prompt.ExpandedLength + ((long)Samples * MaxTokens);
}
