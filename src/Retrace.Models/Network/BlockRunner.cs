using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>Runs the blocks of a network, and sets up what a backward pass through them will do.</summary>
/// <param name="Recomputes">Whether the backward pass computes each block's activations anew.</param>
/// <param name="Differentiated">See <see cref="VisionLanguageNetwork.BlockDifferentiated"/>.</param>
public sealed record BlockRunner(bool Recomputes, Action<string>? Differentiated)
{
    /// <summary>block(input, context), whose backward pass does what this says.</summary>
    /// <param name="name">The beginning of the names of the block's weights.</param>
    /// <param name="input">The output of the block before.</param>
    /// <param name="block">May hold weights, and no other tensor: see <see cref="Recomputation.Of"/>.</param>
    /// <param name="context">Other tensors that the block reads; no gradient goes to them.</param>
    public Tensor Run(string name, Tensor input, Func<Tensor, Tensor[], Tensor> block, params Tensor[] context)
    {
        // A pass that records parts goes through what is between two of them again for each: so no more than a block.
        Tensor hooked = Differentiated is null && BackwardPass.Recording is null
            ? input
            : GradientHook.On(input, () => Differentiated?.Invoke(name));
        return Recomputes ? Recomputation.Of(block, hooked, context) : block(hooked, context);
    }
}
