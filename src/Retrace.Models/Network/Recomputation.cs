using Retrace.Models.Native;
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
        if (BackwardPass.Recording is BackwardPass pass)
        {
            using var noGrad = no_grad();
            return pass.Record(
                part(input, context),
                [input],
                [input, .. context],
                (gradient, kept) => [Backward(part, gradient, kept)]);
        }
        if (!LibTorch.HasCustomAutograd)
        {
            return part(input, context); // Nobody will ask for it again, so that libtorch keeps all.
        }
        // A part whose input needs no gradient has weights that do.
        Tensor source = input.requires_grad ? input : input.detach().requires_grad_();
        return apply([part, source, .. context]);
    }

    // The gradient of the input; those of the weights are added to theirs.
    private static Tensor Backward(
        Func<Tensor, Tensor[], Tensor> part, Tensor gradient, IReadOnlyList<Tensor> kept)
    {
        using var withGrad = enable_grad();
        using var pass = BackwardPass.Begin(records: BackwardPass.Recording is not null);
        Tensor input = kept[0].detach().requires_grad_();
        pass.From(part(input, [.. kept.Skip(1)]), gradient);
        return input.grad!;
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
        var part = (Func<Tensor, Tensor[], Tensor>)ctx.get_data(Part);
        List<Tensor> kept = ctx.get_saved_variables();
        return new List<Tensor>(new Tensor[1 + kept.Count]) // One for each argument: the part has none.
        {
            [1] = Backward(part, grad_output, kept).MoveToOuterDisposeScope(),
        };
    }
}
