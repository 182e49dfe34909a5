using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>
/// An identity in the network that calls back when a backward pass reaches it: the gradients of all weights that are
/// used after it, and nowhere before it, are complete then. TorchSharp has no hooks on tensors.
/// </summary>
/// <remarks>
/// The engine takes what is ready in the reverse order of the forward pass, and adds up a weight's gradient before
/// anything else, so nothing of the later layers is still waiting.
/// </remarks>
internal sealed class GradientHook : autograd.SingleTensorFunction<GradientHook>
{
    private const string Arrived = "arrived";

    public override string Name => nameof(GradientHook);

    /// <summary>Returns the input unchanged, with the hook attached.</summary>
    /// <param name="arrived">Called in each backward pass; an input without gradient gets no hook.</param>
    public static Tensor On(Tensor input, Action arrived)
    {
        if (!is_grad_enabled() || !input.requires_grad)
        {
            return input;
        }
        return BackwardPass.RecordingWhereNeeded is not BackwardPass pass
            ? apply([arrived, input])
            : pass.Record(input, [input], [], (gradient, _) =>
            {
                arrived();
                return [gradient];
            });
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using var noGrad = no_grad();
        ctx.save_data(Arrived, vars[0]);
        return ((Tensor)vars[1]).alias();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        ((Action)ctx.get_data(Arrived)).Invoke();
        return new List<Tensor>(new Tensor[2]) // One for each argument: the callback has none.
        {
            [1] = grad_output.alias(),
        };
    }
}
