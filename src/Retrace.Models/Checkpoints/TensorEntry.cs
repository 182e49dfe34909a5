using static TorchSharp.torch;

namespace Retrace.Models.Checkpoints;

/// <summary>Where one tensor lies in a safetensors file, and what it is.</summary>
/// <param name="Name">The tensor's name, unique in its file.</param>
/// <param name="ElementType">The type of the stored elements.</param>
/// <param name="Shape">The sizes of its dimensions; empty for a scalar.</param>
/// <param name="Offset">The first byte of the elements, counted from the start of the file.</param>
/// <param name="ByteCount">The length of the elements in bytes.</param>
public sealed record TensorEntry(string Name, ScalarType ElementType, long[] Shape, long Offset, long ByteCount)
{
    /// <summary>The number of elements: the product of the dimensions.</summary>
    public long ElementCount => Shape.Aggregate(1L, (product, size) => product * size);
}
