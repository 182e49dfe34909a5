using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Qwen;

/// <summary>The model's trainable tensors by checkpoint name, in the order in which the layers were declared.</summary>
public sealed class Parameters : IDisposable
{
    private readonly Dictionary<string, Tensor> _byName = [];
    private readonly List<string> _names = [];

    public Parameters(ScalarType type, Device device)
    {
        Type = type;
        Device = device;
    }

    public ScalarType Type { get; }

    public Device Device { get; }

    public IReadOnlyList<string> Names => _names;

    public Tensor this[string name] => _byName[name];

    /// <summary>Number of values in all tensors.</summary>
    public long Count => _byName.Values.Sum(tensor => tensor.numel());

    /// <summary>Lets gradients flow to the tensors that this picks by name, and to no others.</summary>
    public void Train(Func<string, bool> picks)
    {
        foreach (string name in _names)
        {
            _byName[name].requires_grad = picks(name);
        }
    }

    public void Dispose()
    {
        foreach (Tensor tensor in _byName.Values)
        {
            tensor.Dispose();
        }
        _byName.Clear();
    }

    /// <summary>Declares a tensor; its values come later, from a checkpoint or an initialisation.</summary>
    public Tensor Declare(string name, params long[] shape)
    {
        Tensor tensor = torch.empty(shape, Type, Device).DetachFromDisposeScope();
        _byName.Add(name, tensor);
        _names.Add(name);
        return tensor;
    }
}
