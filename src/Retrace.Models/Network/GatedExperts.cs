using Retrace.Models.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>
/// The gated MLPs of a mixture's experts: of each token the sum of share · down(silu(gate(x)) · up(x)) over its experts.
/// </summary>
/// <remarks>
/// Each expert takes its tokens' rows, and adds its results to theirs of the sum, so that nothing as wide as the model is
/// ever made for all pairs of a token and an expert. A share is put on what down is multiplied with, which is narrow. The
/// backward pass is written out here for the same reason, and because autograd would put the gradients of all experts'
/// matrices together in a second tensor as large as these. Of the forward pass it needs the products with gate and up.
/// </remarks>
internal sealed class GatedExperts
{
    private const int Inputs = 3; // x, shares and rows.

    private readonly ExpertMatrices _gateUp; // [2·intermediate, hidden] each: gate first, then up.
    private readonly ExpertMatrices _down;   // [hidden, intermediate] each
    private readonly long _intermediateSize;

    public GatedExperts(ExpertMatrices gateUp, ExpertMatrices down, long intermediateSize)
    {
        _gateUp = gateUp;
        _down = down;
        _intermediateSize = intermediateSize;
    }

    /// <summary>The weighted sum of the experts' results: [N, hidden] → [N, hidden].</summary>
    /// <param name="x">[N, hidden]</param>
    /// <param name="shares">The weight of each pair of a token and an expert, the first expert's pairs first. [N·k]</param>
    /// <param name="rows">The tokens of these pairs, as rows of x; no expert has one twice. [N·k]</param>
    /// <param name="counts">The pairs of each expert. [E]</param>
    public Tensor Forward(Tensor x, Tensor shares, Tensor rows, long[] counts)
    {
        bool trains = _gateUp.IsTrained || _down.IsTrained;
        if (!is_grad_enabled() || !(trains || x.requires_grad || shares.requires_grad))
        {
            return Sum(x, shares, rows, counts, keep: null);
        }
        if (BackwardPass.RecordingWhereNeeded is BackwardPass pass)
        {
            using var noGrad = no_grad();
            List<Tensor> kept = [x, shares, rows];
            Tensor sum = Sum(x, shares, rows, counts, kept.Add);
            return pass.Record(sum, [x, shares], kept, (gradient, saved) =>
            {
                (Tensor ofX, Tensor ofShares) = Backward(gradient, saved, counts);
                return [ofX, ofShares];
            });
        }
        // Weights that are trained have gradients where x has none, too.
        bool reachesWeights = x.requires_grad || !trains;
        return Differentiable.apply([this, counts, reachesWeights ? x : x.detach().requires_grad_(), shares, rows]);
    }

    // keep takes each expert's products with gate and up, [n, 2·intermediate], into the outer scope.
    private Tensor Sum(Tensor x, Tensor shares, Tensor rows, long[] counts, Action<Tensor>? keep)
    {
        Tensor sum = zeros_like(x);
        foreach (Part part in Parts(counts))
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor own = part.Of(rows);
            Tensor both = _gateUp.Forward(x.RowsAt(own), part.Expert);
            Tensor[] sides = both.split(_intermediateSize, dim: 1); // Gate and up.
            Tensor product = nn.functional.silu(sides[0]).mul_(sides[1]).mul_(part.Of(shares).unsqueeze(1));
            sum.AddRowsAt(own, _down.Forward(product, part.Expert));
            keep?.Invoke(both.MoveToOuterDisposeScope());
        }
        return sum;
    }

    // The gradients of x and of the shares; those of the weights are added to theirs. kept: x, shares, rows, and of each expert
    // with tokens its products with gate and up.
    private (Tensor OfX, Tensor OfShares) Backward(Tensor gradient, IReadOnlyList<Tensor> kept, long[] counts)
    {
        (Tensor x, Tensor shares, Tensor rows) = (kept[0], kept[1], kept[2]);
        Tensor[] both = [.. kept.Skip(Inputs)];
        float carriedGateUp = _gateUp.BeginGradient(counts);
        float carriedDown = _down.BeginGradient(counts);
        Tensor ofX = zeros_like(x);
        Tensor ofShares = empty_like(shares, requires_grad: false);
        foreach (Part part in Parts(counts))
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor own = part.Of(rows);
            Tensor share = part.Of(shares).unsqueeze(1);                                    // [n, 1]
            // In fp32, as the kernels of silu compute.
            Tensor[] sides = both[part.Place].to(ScalarType.Float32).split(_intermediateSize, dim: 1);
            (Tensor gate, Tensor up) = (sides[0], sides[1]);                                // [n, intermediate]
            Tensor silu = nn.functional.silu(gate);
            Tensor product = silu * up;
            Tensor ofOwn = gradient.RowsAt(own);                                            // [n, hidden]
            Tensor ofWeighted = _down.Backward(ofOwn, part.Expert);                         // Of product · share.
            part.Of(ofShares).copy_((ofWeighted * product).sum(1));
            Tensor ofProduct = ofWeighted.mul_(share);
            if (_down.IsTrained)
            {
                _down.AddGradients(product.mul_(share).to(x.dtype), ofOwn, part.Expert, carriedDown);
            }
            Tensor ofBoth = cat([SiluGradient.Of(ofProduct * up, gate), ofProduct * silu], dim: 1).to(x.dtype);
            ofX.AddRowsAt(own, _gateUp.Backward(ofBoth, part.Expert));
            if (_gateUp.IsTrained)
            {
                _gateUp.AddGradients(x.RowsAt(own), ofBoth, part.Expert, carriedGateUp);
            }
        }
        return (ofX, ofShares);
    }

    // The experts that have tokens.
    private static IEnumerable<Part> Parts(long[] counts)
    {
        int place = 0;
        long first = 0;
        for (int expert = 0; expert < counts.Length; expert++)
        {
            if (counts[expert] > 0)
            {
                yield return new Part(expert, place++, first, counts[expert]);
                first += counts[expert];
            }
        }
    }

    /// <param name="Place">The expert's place among those that have tokens.</param>
    /// <param name="First">Its first pair.</param>
    /// <param name="Count">Its pairs.</param>
    private readonly record struct Part(int Expert, int Place, long First, long Count)
    {
        /// <summary>The expert's part of what there is for all pairs: [N·k] → [n].</summary>
        public Tensor Of(Tensor all) => all.narrow(0, First, Count);
    }

    private sealed class Differentiable : autograd.SingleTensorFunction<Differentiable>
    {
        private const string Experts = "experts";
        private const string Counts = "counts";

        public override string Name => nameof(GatedExperts);

        /// <inheritdoc/>
        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var experts = (GatedExperts)vars[0];
            long[] counts = (long[])vars[1];
            (var x, var shares, var rows) = ((Tensor)vars[2], (Tensor)vars[3], (Tensor)vars[4]);
            // In the caller's scope, as they are saved after this method only.
            List<Tensor> kept = [x, shares, rows];
            Tensor sum = experts.Sum(x, shares, rows, counts, kept.Add);
            ctx.save_data(Experts, experts);
            ctx.save_data(Counts, counts);
            ctx.save_for_backward(kept);
            return sum;
        }

        /// <inheritdoc/>
        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            using DisposeScope scope = NewDisposeScope();
            var experts = (GatedExperts)ctx.get_data(Experts);
            long[] counts = (long[])ctx.get_data(Counts);
            (Tensor ofX, Tensor ofShares) =
                experts.Backward(grad_output, ctx.get_saved_variables(), counts);
            return new List<Tensor>(new Tensor[5]) // One for each argument: experts, counts and rows have none.
            {
                [2] = ofX.MoveToOuterDisposeScope(),
                [3] = ofShares.MoveToOuterDisposeScope(),
            };
        }
    }
}
