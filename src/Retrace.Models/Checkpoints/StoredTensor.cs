using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Checkpoints;

/// <summary>
/// A tensor as a safetensors file will hold it, whose values are asked for when its turn to be written comes.
/// </summary>
/// <param name="Name">Unique in its file.</param>
/// <param name="Shape">The sizes of its dimensions.</param>
/// <param name="Type">The type to store the elements in.</param>
/// <param name="Values">
/// Gives the tensor, of any type and device; one that is made on the way is freed when it has been written.
/// </param>
public sealed record StoredTensor(string Name, long[] Shape, ScalarType Type, Func<Tensor> Values)
{
    /// <summary>The length of the elements in bytes.</summary>
    public long ByteCount =>
        Shape.Aggregate(1L, (product, size) => product * size) * SafetensorsElementType.BytesOf(Type);

    /// <summary>Describes a tensor that is already in memory.</summary>
    /// <param name="storeAs">The type to store it in if it holds floating-point numbers; its own if not given.</param>
    public static StoredTensor Of(string name, Tensor tensor, ScalarType? storeAs = null) =>
        new(name, tensor.shape, TypeOf(tensor.dtype, storeAs), () => tensor);

    /// <summary>The type to store elements in: the wanted one for floating-point numbers, else their own.</summary>
    internal static ScalarType TypeOf(ScalarType type, ScalarType? storeAs) =>
        SafetensorsElementType.IsFloatingPoint(type) && storeAs is { } wanted ? wanted : type;
}
