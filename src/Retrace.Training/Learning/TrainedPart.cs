using static TorchSharp.torch;

namespace Retrace.Training.Learning;

/// <summary>What an optimizer updates of a trained tensor: all of it, or a run of its elements.</summary>
/// <param name="Name">The tensor's.</param>
/// <param name="First">The first of its elements here, the tensor laid out flat.</param>
/// <param name="Weights">The elements themselves, as a view: updates go here.</param>
/// <param name="Decays">Whether they decay, as matrices do; norms and biases keep their size.</param>
/// <param name="Gradient">Gives theirs, of the same shape; null while nothing has reached the tensor.</param>
public sealed record TrainedPart(string Name, long First, Tensor Weights, bool Decays, Func<Tensor?> Gradient)
{
    public static TrainedPart Whole(string name, Tensor parameter) =>
        new(name, First: 0, parameter, parameter.dim() > 1, () => parameter.grad);
}
