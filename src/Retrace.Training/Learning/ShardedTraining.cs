using Retrace.Models.Checkpoints;
using Retrace.Models.Network;
using Retrace.Training.DataParallel;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Learning;

/// <summary>
/// Data-parallel training with the optimizer's state divided among the processes (ZeRO-1, Rajbhandari et al. 2020,
/// arXiv 1910.02054). Each process has all weights and the gradients of its own samples, but receives the sum over
/// the processes only for its part of each bucket. It updates that part, and all processes exchange the new weights.
/// </summary>
/// <remarks>
/// Buckets are exchanged while the backward pass still computes earlier layers. Gradients are summed in fp32,
/// whatever the type of the weights. Because the loss weights tokens by the whole mini-batch, the sum over the
/// processes is its gradient.
/// </remarks>
internal sealed class ShardedTraining : IDisposable
{
    /// <summary>Number of elements in a bucket: 32 MiB, so that latency is small compared with the transfer.</summary>
    public const long BucketSize = 1 << 23;

    private readonly IProcessGroup _processes;
    private readonly Parameters _weights;
    private readonly Device _device;
    private readonly string[] _names;  // [tensors] In the order in which a backward pass completes their gradients.
    private readonly Tensor[] _tensors;
    private readonly bool[] _hasGradient; // [tensors] Whether any process has a gradient.
    private readonly Bucket[] _buckets;
    private readonly Tensor _gradients; // Room for one bucket of gradients.
    private readonly Tensor _newWeights; // Room for one bucket of weights.
    private readonly List<Task> _exchanging = [];

    /// <param name="processes">The processes, which all have the same weights.</param>
    /// <param name="weights">The parameters; those that require gradients are trained.</param>
    /// <param name="bucketSize">Number of elements in a bucket.</param>
    public ShardedTraining(IProcessGroup processes, Parameters weights, long bucketSize = BucketSize)
    {
        _processes = processes;
        _weights = weights;
        _device = weights.Device;
        // Layers are declared in the order of the forward pass.
        _names = [.. weights.Names.Reverse().Where(name => weights[name].requires_grad)];
        _tensors = Array.ConvertAll(_names, name => weights[name]);
        _hasGradient = new bool[_names.Length];
        _buckets =
        [
            .. GradientBucket.Cut([.. _tensors.Select(tensor => tensor.numel())], bucketSize, processes.Size)
                .Select(layout => new Bucket(
                    layout,
                    zeros(layout.PartSize, ScalarType.Float32, _device).DetachFromDisposeScope())),
        ];
        long largest = _buckets.Max(bucket => bucket.Layout.PaddedSize);
        _gradients = empty(largest, ScalarType.Float32, _device).DetachFromDisposeScope();
        _newWeights = empty(largest, weights.Type, _device).DetachFromDisposeScope();
        Parts = [.. _buckets.SelectMany(PartsOf)];
    }

    /// <summary>
    /// Size in bytes, in fp32, of this process's part of the gradients and of the buckets being exchanged.
    /// </summary>
    public static long BytesOf(Parameters weights, int processes) => processes == 1
        ? 0
        : sizeof(float) * ((weights.TrainedCount / processes) + (2 * Math.Min(weights.TrainedCount, BucketSize)));

    /// <summary>The parts that this process's optimizer updates.</summary>
    public IReadOnlyList<TrainedPart> Parts { get; }

    /// <summary>
    /// Sends the complete buckets when a backward pass has reached the input of a block
    /// (<see cref="VisionLanguageNetwork.BlockDifferentiated"/>). Called in the last backward pass of a mini-batch.
    /// </summary>
    /// <param name="block">The prefix of the names of the block's weights.</param>
    public void SendCompleted(string block)
    {
        int declared = 0;
        while (!_weights.Names[declared].StartsWith(block, StringComparison.Ordinal))
        {
            declared++;
        }
        // Weights that were declared with the block or after it.
        int complete = _weights.Names.Skip(declared).Count(name => _weights[name].requires_grad);
        SendWhere(bucket => bucket.Layout.LastTensor < complete);
    }

    /// <summary>
    /// Sends the rest, and waits until the sums are there; after this the gradients of all <see cref="Parts"/> are
    /// those of all processes together.
    /// </summary>
    public void Complete()
    {
        SendWhere(_ => true);
        WaitForAll();
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        double[] present = _processes.Sum(
            Array.ConvertAll(_tensors, tensor => tensor.grad is null ? 0.0 : 1.0));
        for (int i = 0; i < _tensors.Length; i++)
        {
            _hasGradient[i] = present[i] > 0;
            _tensors[i].grad = null; // The buckets have the sum of all processes'.
        }
    }

    /// <summary>Exchanges the updated weights, so that every process has all of them.</summary>
    public void ShareWeights()
    {
        foreach (Bucket bucket in _buckets)
        {
            _exchanging.Add(_processes.Submit(() => ShareWeights(bucket.Layout)));
        }
        WaitForAll();
    }

    /// <summary>
    /// The optimizer's state as a file of one process would have it: each tensor is collected from the processes when
    /// its turn to be written comes. For the first process; the others call <see cref="SendState"/>.
    /// </summary>
    public IReadOnlyList<StoredTensor> StateToStore(AdamW optimizer)
    {
        Dictionary<(string Name, long First), Tensor> own = OwnState(optimizer);
        return
        [
            .. StateNames(optimizer).Select(state => new StoredTensor(
                $"{state.Kind}.{_names[state.Tensor]}",
                _tensors[state.Tensor].shape,
                ScalarType.Float32,
                () => Collect(state.Kind, state.Tensor, own))),
        ];
    }

    /// <summary>Sends this process's part of the optimizer's state to the first one, in the order of its writing.</summary>
    public void SendState(AdamW optimizer)
    {
        Dictionary<(string Name, long First), Tensor> own = OwnState(optimizer);
        foreach ((string kind, int tensor) in StateNames(optimizer))
        {
            foreach ((int rank, BucketSlice slice) in OwnersOf(tensor).Where(part => part.Rank == _processes.Rank))
            {
                using DisposeScope scope = NewDisposeScope();
                _processes.Send(own[($"{kind}.{_names[tensor]}", slice.First)].cpu(), to: 0);
            }
        }
    }

    public void Dispose()
    {
        foreach (Bucket bucket in _buckets)
        {
            bucket.Gradient.Dispose();
        }
        foreach (TrainedPart part in Parts)
        {
            part.Weights.Dispose();
        }
        _gradients.Dispose();
        _newWeights.Dispose();
    }

    private IEnumerable<TrainedPart> PartsOf(Bucket bucket)
    {
        long start = _processes.Rank * bucket.Layout.PartSize;
        foreach (BucketSlice slice in bucket.Layout.SlicesOf(_processes.Rank))
        {
            using var noGrad = no_grad();
            yield return new TrainedPart(
                _names[slice.Tensor],
                slice.First,
                ElementsOf(_tensors[slice.Tensor].detach(), slice).DetachFromDisposeScope(),
                _tensors[slice.Tensor].dim() > 1,
                () => _hasGradient[slice.Tensor] ? bucket.Gradient.narrow(0, slice.Place - start, slice.Count) : null);
        }
    }

    private void SendWhere(Func<Bucket, bool> isComplete)
    {
        while (_exchanging.Count < _buckets.Length && isComplete(_buckets[_exchanging.Count]))
        {
            Bucket bucket = _buckets[_exchanging.Count];
            _exchanging.Add(_processes.Submit(() => SumGradients(bucket)));
        }
    }

    private void WaitForAll()
    {
        foreach (Task task in _exchanging)
        {
            task.GetAwaiter().GetResult();
        }
        _exchanging.Clear();
    }

    private void SumGradients(Bucket bucket)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor whole = _gradients.narrow(0, 0, bucket.Layout.PaddedSize);
        foreach (BucketSlice slice in bucket.Layout.Slices)
        {
            Tensor place = whole.narrow(0, slice.Place, slice.Count);
            if (_tensors[slice.Tensor].grad is Tensor gradient)
            {
                place.copy_(ElementsOf(gradient, slice));
            }
            else
            {
                place.zero_();
            }
        }
        whole.narrow(0, bucket.Layout.Size, bucket.Layout.PaddedSize - bucket.Layout.Size).zero_();
        _processes.SumScatter(whole, bucket.Gradient);
    }

    private void ShareWeights(GradientBucket layout)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor part = zeros(layout.PartSize, _weights.Type, _device);
        foreach (BucketSlice slice in layout.SlicesOf(_processes.Rank))
        {
            part.narrow(0, slice.Place - (_processes.Rank * layout.PartSize), slice.Count)
                .copy_(ElementsOf(_tensors[slice.Tensor], slice));
        }
        Tensor whole = _newWeights.narrow(0, 0, layout.PaddedSize);
        _processes.GatherAll(part, whole);
        foreach (BucketSlice slice in layout.Slices)
        {
            ElementsOf(_tensors[slice.Tensor], slice).copy_(whole.narrow(0, slice.Place, slice.Count));
        }
    }

    // The order in which the state is written and sent, the same in all processes.
    private IEnumerable<(string Kind, int Tensor)> StateNames(AdamW optimizer) =>
        from tensor in Enumerable.Range(0, _names.Length).Reverse()
        from kind in optimizer.Kinds
        select (kind, tensor);

    private static Dictionary<(string Name, long First), Tensor> OwnState(AdamW optimizer) =>
        optimizer.StateOfParts.ToDictionary(state => (state.Name, state.First), state => state.Tensor);

    private IEnumerable<(int Rank, BucketSlice Slice)> OwnersOf(int tensor) =>
        from bucket in _buckets
        from rank in Enumerable.Range(0, _processes.Size)
        from slice in bucket.Layout.SlicesOf(rank)
        where slice.Tensor == tensor
        select (rank, slice);

    private Tensor Collect(string kind, int tensor, Dictionary<(string Name, long First), Tensor> own)
    {
        Tensor whole = empty(_tensors[tensor].shape, device: CPU);
        foreach ((int rank, BucketSlice slice) in OwnersOf(tensor))
        {
            Tensor part = ElementsOf(whole, slice);
            if (rank == _processes.Rank)
            {
                part.copy_(own[($"{kind}.{_names[tensor]}", slice.First)]);
            }
            else
            {
                _processes.Receive(part, rank);
            }
        }
        return whole;
    }

    private static Tensor ElementsOf(Tensor tensor, BucketSlice slice) =>
        tensor.reshape(-1).narrow(0, slice.First, slice.Count);

    private sealed record Bucket(GradientBucket Layout, Tensor Gradient);
}
