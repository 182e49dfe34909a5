using Retrace.Models.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>
/// A backward pass through all that this thread computes from <see cref="Begin(Device)"/> on, whatever libtorch and device
/// there are.
/// </summary>
/// <remarks>
/// Some parts of a network have gradients that code here computes (<see cref="Recomputation"/>, <see cref="GradientHook"/>,
/// <see cref="GatedExperts"/>). They are custom autograd functions, where libtorch has what TorchSharp makes these of
/// (<see cref="LibTorch.HasCustomAutograd"/>), and this comes to a call of <c>backward</c>. Otherwise, and on a GPU, where
/// libtorch would call them on a thread of its own (docs/torchsharp.md), the pass records them: a
/// part's result is a leaf of the graph, so that libtorch's backward pass ends there. The parts are then gone through from
/// the last to the first; a part's code takes the gradient of its leaf, and what that gives goes on into the graph before
/// it. Everything that reads a leaf was computed after it, so its gradient is complete when its turn comes.
/// </remarks>
public sealed class BackwardPass : IDisposable
{
    [ThreadStatic]
    private static BackwardPass? _recording;

    private readonly BackwardPass? _outer = _recording;
    private readonly Stack<Part> _parts = [];

    private BackwardPass(bool records) => _recording = records ? this : null;

    /// <summary>The pass that records what this thread computes; null where none does.</summary>
    internal static BackwardPass? Recording => _recording;

    /// <summary>The same for a part that is a custom autograd function where none does.</summary>
    /// <exception cref="InvalidOperationException">None does, and libtorch has no such functions.</exception>
    internal static BackwardPass? RecordingWhereNeeded => _recording is null && !LibTorch.HasCustomAutograd
        ? throw new InvalidOperationException(
            "TorchSharp's custom autograd functions do not run on this libtorch; what is differentiated has to be "
            + "computed after BackwardPass.Begin(device)")
        : _recording;

    /// <summary>Begins one; what is computed from now on may be differentiated by it, until it is disposed of.</summary>
    /// <param name="device">Where the network lies.</param>
    public static BackwardPass Begin(Device device) => Begin(Records(device.type));

    /// <summary>Whether a pass on such a device records parts, rather than have libtorch call them.</summary>
    internal static bool Records(DeviceType device) =>
        !LibTorch.HasCustomAutograd || device is not (DeviceType.CPU or DeviceType.META);

    /// <summary>Begins one that records parts, or one that does not.</summary>
    internal static BackwardPass Begin(bool records) => new(records);

    /// <summary>Adds the gradients of a loss to those of the weights.</summary>
    /// <param name="loss">A scalar.</param>
    public void From(Tensor loss) => From(loss, gradient: null);

    /// <summary>Adds the gradients that come of a result's gradient.</summary>
    /// <param name="gradient">Of the result's shape; null: the result is a scalar, and this is 1.</param>
    internal void From(Tensor result, Tensor? gradient)
    {
        if (_parts.Count == 0)
        {
            result.backward(gradient is null ? null : [gradient]);
            return;
        }
        Differentiate([result], gradient is null ? null : [gradient]);
        while (_parts.TryPop(out Part? part))
        {
            using Part popped = part;
            using DisposeScope scope = NewDisposeScope();
            using var noGrad = no_grad(); // As libtorch calls a custom function's backward.
            if (part.Result.grad is Tensor arrived)
            {
                Tensor[] gradients = part.Backward(arrived, part.Kept);
                (Tensor Source, Tensor Gradient)[] connected =
                    [.. part.Sources.Zip(gradients).Where(pair => pair.First.requires_grad)];
                Differentiate(
                    [.. connected.Select(pair => pair.Source)], [.. connected.Select(pair => pair.Gradient)]);
            }
        }
    }

    /// <summary>Records a part of the network.</summary>
    /// <param name="result">What it came to, computed without gradients.</param>
    /// <param name="sources">What its gradients go to.</param>
    /// <param name="kept">Tensors that its backward pass reads.</param>
    /// <param name="backward">
    /// From the gradient of the result and what was kept to a gradient for each source. It may hold no tensor but weights.
    /// </param>
    /// <returns>The result, which later parts read.</returns>
    internal Tensor Record(
        Tensor result,
        IReadOnlyList<Tensor> sources,
        IReadOnlyList<Tensor> kept,
        Func<Tensor, IReadOnlyList<Tensor>, Tensor[]> backward)
    {
        using var withGrad = enable_grad(); // The caller has turned it off.
        // Of all there are tensors of its own, since the caller's go with scopes of theirs.
        var part = new Part(
            result.detach().requires_grad_().DetachFromDisposeScope(),
            [.. sources.Select(source => source.alias().DetachFromDisposeScope())],
            [.. kept.Select(tensor => tensor.detach().DetachFromDisposeScope())],
            backward);
        _parts.Push(part);
        return part.Result.alias();
    }

    /// <summary>Lets go of what was recorded.</summary>
    public void Dispose()
    {
        while (_parts.TryPop(out Part? part))
        {
            part.Dispose();
        }
        _recording = _outer;
    }

    // What two parts read may have been computed in common: then the graph before them is gone through for each.
    private static void Differentiate(IList<Tensor> results, IList<Tensor>? gradients)
    {
        if (results.Count > 0)
        {
            autograd.backward(results, gradients, retain_graph: true);
        }
    }

    private sealed record Part(
        Tensor Result,
        Tensor[] Sources,
        Tensor[] Kept,
        Func<Tensor, IReadOnlyList<Tensor>, Tensor[]> Backward) : IDisposable
    {
        public void Dispose()
        {
            Result.Dispose();
            foreach (Tensor tensor in (Tensor[])[.. Sources, .. Kept])
            {
                tensor.Dispose();
            }
        }
    }
}
