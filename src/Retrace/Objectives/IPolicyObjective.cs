namespace Retrace.Objectives;

/// <summary>
/// The policy loss: the losses of a response's tokens as a function of their log-probabilities.
/// The KL term and the weights of tokens (<see cref="LossAggregation"/>) are not part of it.
/// </summary>
/// <remarks>
/// A response is always given whole, however responses are packed into rows and micro-batches, so that a ratio of whole
/// responses is one.
/// </remarks>
public interface IPolicyObjective
{
    /// <summary>
    /// Whether all tokens of a response share one ratio, so that the response has one loss. Then responses have to be
    /// averaged as such (<see cref="LossAggregation.SequenceMean"/>), and corrections be of sequences.
    /// </summary>
    bool IsOfSequences => false;

    /// <summary>Whether it clips, and so reads ε and ε_high.</summary>
    bool Clips => true;

    /// <param name="logProbs">[T] ln π of the response's tokens under the policy that is trained.</param>
    /// <param name="oldLogProbs">[T] ln π_old under the policy that sampled them.</param>
    /// <param name="advantage">A, the response's advantage.</param>
    ObjectiveTerms Of(ReadOnlySpan<float> logProbs, ReadOnlySpan<float> oldLogProbs, double advantage);
}
