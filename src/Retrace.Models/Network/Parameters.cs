using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>A network's trainable tensors by name, in the order in which its layers declared them.</summary>
public sealed class Parameters : IDisposable
{
    private readonly Dictionary<string, Tensor> _byName = [];
    private readonly List<string> _names = [];
    private readonly HashSet<string> _sharedNames = [];
    private readonly Dictionary<string, Tensor> _gradientRooms = [];
    private readonly Parameters? _shared;

    public Parameters(ScalarType type, Device device)
    {
        Type = type;
        Device = device;
    }

    /// <summary>
    /// Another network's tensors, neither copied nor disposed here, and what an adapter of it declares.
    /// </summary>
    internal Parameters(Parameters shared, LoraAdapter adapter)
        : this(shared.Type, shared.Device)
    {
        _shared = shared;
        Adapter = adapter;
    }

    public ScalarType Type { get; }

    public Device Device { get; }

    /// <summary>The names of all parameters, in the order of declaration.</summary>
    public IReadOnlyList<string> Names => _names;

    public Tensor this[string name] => _byName[name];

    /// <summary>Number of values in all tensors, those shared with another network included.</summary>
    public long Count => _byName.Values.Sum(tensor => tensor.numel());

    /// <summary>Number of values in the tensors that gradients flow to.</summary>
    public long TrainedCount => Trained.Sum(tensor => tensor.numel());

    /// <summary>Number of values in the largest tensor that gradients flow to; 0 where there is none.</summary>
    public long LargestTrained => Trained.Select(tensor => tensor.numel()).DefaultIfEmpty().Max();

    /// <summary>The size of one value in bytes.</summary>
    public long ElementSize => _byName.Values.First().ElementSize;

    /// <summary>The adapter of the linear layers declared here; null for a network as it is.</summary>
    internal LoraAdapter? Adapter { get; }

    /// <summary>Whether the tensor belongs to the network without the adapter, which stays as it is.</summary>
    public bool IsShared(string name) => _sharedNames.Contains(name);

    private IEnumerable<Tensor> Trained => _byName.Values.Where(tensor => tensor.requires_grad);

    /// <summary>Lets gradients flow to the tensors that this picks by name, and to no others.</summary>
    public void Train(Func<string, bool> picks)
    {
        foreach (string name in _names)
        {
            _byName[name].requires_grad = picks(name);
        }
    }

    /// <summary>Lets go of the memory in which gradients were made, after the last update of a step.</summary>
    public void ReleaseGradientRooms()
    {
        foreach (Tensor room in _gradientRooms.Values)
        {
            room.Dispose();
        }
        _gradientRooms.Clear();
    }

    /// <summary>
    /// Memory for the gradient of a tensor that has none, of its shape and with any values. On a CPU it is that of the last
    /// update, as long as this was not released: the system clears fresh memory, which for large gradients of few tokens takes
    /// as long as their products.
    /// </summary>
    internal Tensor GradientRoom(string name)
    {
        if (Device.type != DeviceType.CPU)
        {
            return empty_like(_byName[name], requires_grad: false);
        }
        if (!_gradientRooms.TryGetValue(name, out Tensor? room))
        {
            room = empty_like(_byName[name], requires_grad: false).DetachFromDisposeScope();
            _gradientRooms.Add(name, room);
        }
        return room.alias();
    }

    public void Dispose()
    {
        ReleaseGradientRooms();
        foreach ((string name, Tensor tensor) in _byName)
        {
            if (!IsShared(name))
            {
                tensor.Dispose();
            }
        }
        _byName.Clear();
    }

    /// <summary>Declares a tensor; its values come later, from a checkpoint or an initialisation.</summary>
    public Tensor Declare(string name, params long[] shape)
    {
        if (_shared is not null && _shared._byName.TryGetValue(name, out Tensor? tensor))
        {
            _sharedNames.Add(name);
        }
        else
        {
            tensor = torch.empty(shape, Type, Device).DetachFromDisposeScope();
        }
        _byName.Add(name, tensor);
        _names.Add(name);
        return tensor;
    }
}
