namespace Retrace.Training.Learning;

/// <summary>A maternal trajectory, ready to be learned from.</summary>
/// <param name="Content">The clean image's prompt and the response, stop token included.</param>
/// <param name="OldLogProbs">[T] ln p of each response token under the policy that drew it.</param>
/// <param name="Advantage">The same for all its tokens.</param>
/// <param name="Importance">What corrects for a server that drew it; null where the policy itself did.</param>
public sealed record TrainingSample(
    PromptedResponse Content, float[] OldLogProbs, double Advantage, TokenImportance? Importance = null)
{
    /// <summary>[T] the advantage by which each token counts.</summary>
    public IEnumerable<float> TokenAdvantages => Importance is null
        ? Enumerable.Repeat((float)Advantage, Content.Response.Length)
        : Importance.Weights.Select(weight => (float)(weight * Advantage));
}
