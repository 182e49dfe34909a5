using Retrace.Objectives;

namespace Retrace.Training.Learning;

/// <summary>A maternal trajectory with what the policy gradient needs.</summary>
/// <param name="Content">The prompt with the clean image, and the response with its stop token.</param>
/// <param name="OldLogProbs">[T] ln p of each response token under the policy that sampled it.</param>
/// <param name="Advantage">The advantage, the same for all tokens.</param>
/// <param name="Importance">
/// Importance weights of a response that another engine sampled; null if the policy itself did.
/// </param>
public sealed record TrainingSample(
    PromptedResponse Content, float[] OldLogProbs, double Advantage, TokenImportance? Importance = null);
