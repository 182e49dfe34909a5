using Retrace.Models.Native;
using Retrace.Models.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Learning;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019) over a model's trained tensors, with state that a checkpoint can hold.
/// </summary>
/// <remarks>
/// Moments are kept in fp32 whatever the weights' type, and weights of another type have a copy in fp32 that the
/// updates go to: in bf16 alone a step of 1e-6 would round to nothing. Updates are computed where the state lies; on
/// the host that takes a copy of weights in fp32, too.
/// </remarks>
public sealed class AdamW : IDisposable
{
    private readonly Parameters _parameters;
    private readonly double _weightDecay;
    private readonly List<Slot> _slots;

    /// <param name="parameters">The model's parameters; those that require gradients are trained.</param>
    /// <param name="weightDecay">Decoupled weight decay, of matrices only: norms and biases do not decay.</param>
    /// <param name="offload">Whether the state is kept in host memory instead of on the weights' device.</param>
    public AdamW(Parameters parameters, double weightDecay, bool offload = false)
        : this(
            parameters.Names
                .Where(name => parameters[name].requires_grad)
                .Select(name => TrainedPart.Whole(name, parameters[name])),
            parameters,
            weightDecay,
            offload)
    {
    }

    /// <param name="parts">This process's parts of the trained parameters.</param>
    /// <param name="parameters">The parameters that the parts belong to.</param>
    /// <param name="weightDecay">Decoupled weight decay, of matrices only.</param>
    /// <param name="offload">Whether the state is kept in host memory.</param>
    internal AdamW(IEnumerable<TrainedPart> parts, Parameters parameters, double weightDecay, bool offload)
    {
        _parameters = parameters;
        _weightDecay = weightDecay;
        Device device = offload ? CPU : parameters.Device;
        bool wide = device.type != parameters.Device.type || parameters.Type != ScalarType.Float32;
        Kinds = wide ? ["first", "second", "wide"] : ["first", "second"];
        _slots =
        [
            .. parts.Select(part => new Slot(part, Moment(part.Weights, device), Moment(part.Weights, device))
            {
                Wide = wide ? Widened(part.Weights, device) : null,
            }),
        ];
    }

    /// <summary>Size of the state in bytes: two moments in fp32, and an fp32 copy of narrower weights.</summary>
    public static long BytesOfState(Parameters parameters) =>
        parameters.TrainedCount * sizeof(float) * (parameters.ElementSize < sizeof(float) ? 3 : 2);

    /// <summary>
    /// Peak memory of an update in bytes: the largest gradient squared, and its fp32 copy if it has another type.
    /// </summary>
    public static long BytesOfUpdate(Parameters parameters) =>
        parameters.LargestTrained * sizeof(float) * (parameters.ElementSize < sizeof(float) ? 2 : 1);

    /// <summary>Number of updates made so far.</summary>
    public int Step { get; private set; }

    /// <summary>
    /// The moments by name, <c>first.NAME</c> and <c>second.NAME</c>, and <c>wide.NAME</c> where a weight has a copy in
    /// fp32, for a checkpoint to write or to fill.
    /// </summary>
    public IEnumerable<(string Name, Tensor Tensor)> State => StateOfParts.Select(state => (state.Name, state.Tensor));

    /// <summary>
    /// The state, with the index of each part's first element in its whole tensor.
    /// </summary>
    internal IEnumerable<(string Name, long First, Tensor Tensor)> StateOfParts
    {
        get
        {
            foreach (Slot slot in _slots)
            {
                yield return ($"first.{slot.Part.Name}", slot.Part.First, slot.First);
                yield return ($"second.{slot.Part.Name}", slot.Part.First, slot.Second);
                if (slot.Wide is not null)
                {
                    yield return ($"wide.{slot.Part.Name}", slot.Part.First, slot.Wide);
                }
            }
        }
    }

    /// <summary>The prefixes of the state's names, in order.</summary>
    internal IReadOnlyList<string> Kinds { get; }

    /// <summary>
    /// Resets the moments and the number of updates, for another objective whose gradients may reach other tensors.
    /// </summary>
    public void Restart()
    {
        using var noGrad = no_grad();
        Step = 0;
        foreach (Slot slot in _slots)
        {
            slot.First.zero_();
            slot.Second.zero_();
        }
    }

    /// <summary>Continues from a checkpoint whose moments have been copied into <see cref="State"/>.</summary>
    public void ResumeAt(int step) => Step = step;

    /// <summary>
    /// Scales all gradients down so that their joint Euclidean norm is at most <paramref name="maximum"/>.
    /// </summary>
    /// <param name="maximum">The maximum norm.</param>
    /// <param name="sum">
    /// Sums the squared norm over all processes; null: there is only this one.
    /// </param>
    /// <returns>The norm before clipping.</returns>
    public double ClipGradients(double maximum, Func<double, double>? sum = null)
    {
        using DisposeScope scope = NewDisposeScope();
        double squares = SquaredNorm() is Tensor ofAll ? HostCopy.Of(ofAll).item<double>() : 0;
        double norm = Math.Sqrt(sum?.Invoke(squares) ?? squares);
        if (norm > maximum)
        {
            ScaleGradients(maximum / norm);
        }
        return norm;
    }

    /// <summary>
    /// The squared joint norm of all gradients, on their device: an fp64 scalar. Null where no tensor has a gradient.
    /// </summary>
    internal Tensor? SquaredNorm()
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor[] gradients = [.. Gradients];
        return gradients.Length == 0
            ? null
            : stack([.. gradients.Select(SquaredNorm)]).sum().to(ScalarType.Float64).MoveToOuterDisposeScope();
    }

    /// <summary>Multiplies all gradients by a factor.</summary>
    internal void ScaleGradients(double factor)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using Scalar scale = factor;
        foreach (Tensor gradient in Gradients)
        {
            gradient.mul_(scale);
        }
    }

    /// <summary>
    /// Updates every tensor that has a gradient, and lets go of the gradients: the next backward pass makes new ones as its
    /// activations go, so that they are not in memory beside all of these.
    /// </summary>
    public void Update(double learningRate)
    {
        using var noGrad = no_grad();
        Step++;
        using Tensor decaying = FusedAdamW.Rates(learningRate, _weightDecay);
        using Tensor constant = FusedAdamW.Rates(learningRate, weightDecay: 0);
        using Tensor? step = _slots.Count == 0 ? null : FusedAdamW.StepNumber(Step, _slots[0].First.device);
        foreach (Slot slot in _slots)
        {
            using DisposeScope scope = NewDisposeScope();
            if (slot.Part.Gradient() is not Tensor gradient)
            {
                continue;
            }
            FusedAdamW.Update(
                slot.Wide ?? slot.Part.Weights,
                gradient.to(ScalarType.Float32, slot.First.device),
                slot.First,
                slot.Second,
                step!,
                slot.Part.Decays ? decaying : constant);
            if (slot.Wide is not null)
            {
                slot.Part.Weights.copy_(slot.Wide);
            }
            _parameters[slot.Part.Name].grad = null;
        }
    }

    public void Dispose()
    {
        foreach (Slot slot in _slots)
        {
            slot.First.Dispose();
            slot.Second.Dispose();
            slot.Wide?.Dispose();
        }
    }

    private IEnumerable<Tensor> Gradients => _slots.Select(slot => slot.Part.Gradient()).OfType<Tensor>();

    private static Tensor SquaredNorm(Tensor gradient)
    {
        using DisposeScope scope = NewDisposeScope(); // So that the squares of one gradient at a time are in memory.
        Tensor wide = gradient.to(ScalarType.Float32);
        return (wide * wide).sum().MoveToOuterDisposeScope();
    }

    private static Tensor Moment(Tensor weights, Device device) =>
        zeros(weights.shape, ScalarType.Float32, device).DetachFromDisposeScope();

    private static Tensor Widened(Tensor weights, Device device)
    {
        using var noGrad = no_grad();
        return weights.detach().to(ScalarType.Float32, device).DetachFromDisposeScope();
    }

    private sealed record Slot(TrainedPart Part, Tensor First, Tensor Second)
    {
        public Tensor? Wide { get; init; }
    }
}
