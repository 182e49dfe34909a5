using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Qwen;

/// <summary>What a model says about given next tokens.</summary>
/// <param name="LogProbs">ln p of each target token. [N], fp32</param>
/// <param name="Entropies">Entropy of the distribution each was drawn from, in nats, without gradient. [N], fp32</param>
public sealed record TokenPredictions(Tensor LogProbs, Tensor Entropies) : IDisposable
{
    /// <summary>Reads off the log-probabilities of target tokens.</summary>
    /// <param name="model">Its head makes the logits.</param>
    /// <param name="hidden">Final hidden states. [B, T, hidden]</param>
    /// <param name="places">Flat indices b·T + t of the states that predict the targets. [N]</param>
    /// <param name="targets">Token ids. [N]</param>
    /// <param name="temperature">What logits are divided by, as in sampling.</param>
    public static TokenPredictions Of(
        QwenModel model, Tensor hidden, Tensor places, Tensor targets, double temperature = 1.0)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor states = hidden.reshape(-1, hidden.shape[^1]).index_select(0, places);
        using Scalar divisor = temperature;
        Tensor logits = model.Logits(states).to(ScalarType.Float32).div(divisor); // [N, V]
        Tensor all = logits.log_softmax(-1);
        Tensor logProbs = all.gather(1, targets.unsqueeze(1)).squeeze(1);
        using var noGrad = no_grad();
        Tensor fixedAll = all.detach();
        Tensor entropies = (fixedAll.exp() * fixedAll).sum(-1).neg();
        return new TokenPredictions(logProbs.MoveToOuterDisposeScope(), entropies.MoveToOuterDisposeScope());
    }

    public void Dispose()
    {
        LogProbs.Dispose();
        Entropies.Dispose();
    }
}
