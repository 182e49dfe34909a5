using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>
/// A part of the network that keeps its input alone for the backward pass, and computes what lies inside once more when
/// the gradient arrives (activation checkpointing, Chen et al. 2016, arXiv 1604.06174).
/// </summary>
/// <remarks>
/// The gradients of the weights that the part uses are added to theirs by the inner backward pass. They are those of the
/// plain computation, bit for bit, because the same operations run in the same order.
/// </remarks>
internal sealed class Recomputation : autograd.SingleTensorFunction<Recomputation>
{
    private const string Part = "part";

    public override string Name => nameof(Recomputation);

    /// <summary>Computes part(input, context); without gradients that is all.</summary>
    /// <param name="part">
    /// Called twice, with the same values: it may hold weights, and no other tensor, since those of the first call may
    /// be gone by the second.
    /// </param>
    /// <param name="input">What the gradient goes on to.</param>
    /// <param name="context">Other tensors that the part reads; no gradient goes to them.</param>
    public static Tensor Of(Func<Tensor, Tensor[], Tensor> part, Tensor input, params Tensor[] context)
    {
        if (!is_grad_enabled())
        {
            return part(input, context);
        }
        // A part whose input needs no gradient has weights that do.
        Tensor source = input.requires_grad ? input : input.detach().requires_grad_();
        return apply([part, source, .. context]);
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using var noGrad = no_grad();
        var part = (Func<Tensor, Tensor[], Tensor>)vars[0];
        Tensor[] tensors = [.. vars.Skip(1).Cast<Tensor>()];
        ctx.save_data(Part, part);
        ctx.save_for_backward([.. tensors]);
        return part(tensors[0], tensors[1..]);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using DisposeScope scope = NewDisposeScope();
        using var withGrad = enable_grad();
        var part = (Func<Tensor, Tensor[], Tensor>)ctx.get_data(Part);
        Tensor[] tensors = [.. ctx.get_saved_variables()];
        Tensor input = tensors[0].detach().requires_grad_();
        part(input, tensors[1..]).backward([grad_output]);
        var gradients = new List<Tensor>(new Tensor[1 + tensors.Length]) // One for each argument: the part has none.
        {
            [1] = input.grad!.MoveToOuterDisposeScope(),
        };
        return gradients;
    }
}
