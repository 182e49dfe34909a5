using static TorchSharp.torch;

namespace Retrace.Training.Learning;

/// <summary>The part of a trained tensor that an optimizer updates: all of it, or a range of its elements.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="First">Index of the first element in the flattened tensor.</param>
/// <param name="Weights">A view of the elements, which updates write to.</param>
/// <param name="Decays">Whether weight decay applies: to matrices, not to norms and biases.</param>
/// <param name="Gradient">Returns the gradient, of the same shape; null if there is none yet.</param>
public sealed record TrainedPart(string Name, long First, Tensor Weights, bool Decays, Func<Tensor?> Gradient)
{
    public static TrainedPart Whole(string name, Tensor parameter) =>
        new(name, First: 0, parameter, parameter.dim() > 1, () => parameter.grad);
}
