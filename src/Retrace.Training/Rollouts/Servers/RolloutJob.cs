namespace Retrace.Training.Rollouts.Servers;

/// <summary>Samples of one rollout request that a server generates in one call.</summary>
/// <param name="Request">Index of the rollout request.</param>
/// <param name="FirstSample">Index of the first sample in the request.</param>
/// <param name="Samples">Number of samples.</param>
/// <param name="Prompt">The prompt to continue.</param>
/// <param name="MaxTokens">Maximum number of tokens in each sample.</param>
/// <param name="Seed">Sample i uses seed + i, so that samples do not depend on the server.</param>
internal sealed record RolloutJob(
    int Request, int FirstSample, int Samples, ServerPrompt Prompt, int MaxTokens, int Seed)
{
    /// <summary>Maximum number of tokens, prompt included, by which servers are balanced.</summary>
    public long Tokens => Prompt.ExpandedLength + ((long)Samples * MaxTokens);
}
