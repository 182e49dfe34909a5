using System.IO.MemoryMappedFiles;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Checkpoints;

/// <summary>
/// A safetensors file open for reading. Opening reads the header alone; a tensor's bytes are mapped into memory piece
/// by piece while the tensor is copied, so that what has been copied does not count twice.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    // Copies go through pieces: a span cannot hold more than 2 GiB, and converting needs a second buffer of one piece.
    private const long ElementsPerPiece = 1 << 24;

    private readonly MemoryMappedFile _mapping;
    private readonly Dictionary<string, TensorEntry> _entries;

    private SafetensorsFile(string path, MemoryMappedFile mapping, IReadOnlyList<TensorEntry> entries)
    {
        Path = path;
        _mapping = mapping;
        _entries = entries.ToDictionary(entry => entry.Name);
    }

    /// <summary>The path of the file, for messages.</summary>
    public string Path { get; }

    /// <summary>The tensors of the file by name.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    /// <exception cref="BadInputException">
    /// The file cannot be read, or its header breaks a rule of the format: too long, no JSON, a duplicate name, an
    /// unknown element type, a size that does not fit the shape, bytes outside the file, shared by two tensors or owned
    /// by none.
    /// </exception>
    public static SafetensorsFile Open(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            IReadOnlyList<TensorEntry> entries = SafetensorsHeader.Read(stream, path);
            var mapping = MemoryMappedFile.CreateFromFile(
                stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            return new SafetensorsFile(path, mapping, entries);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"The model file {path} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>
    /// Copies a tensor into one that exists, of any floating-point type and on any device. No whole second copy is
    /// made, with or without a conversion of the elements.
    /// </summary>
    /// <exception cref="BadInputException">There is no such tensor, or its shape is not the destination's.</exception>
    public void CopyTo(string name, Tensor destination)
    {
        TensorEntry entry = Find(name);
        if (!destination.shape.AsSpan().SequenceEqual(entry.Shape))
        {
            throw new BadInputException(
                $"The tensor '{name}' of {Path} has the shape [{string.Join(", ", entry.Shape)}]; "
                + $"the model needs [{string.Join(", ", destination.shape)}].");
        }
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        if (!destination.is_contiguous())
        {
            destination.copy_(Load(name));
            return;
        }
        CopyTo(entry, 0, destination.view(-1));
    }

    /// <summary>Copies some of a tensor's elements, in the order in which they are stored.</summary>
    /// <param name="first">The index of the first element.</param>
    /// <param name="destination">A contiguous tensor of as many elements as are wanted. [n]</param>
    /// <exception cref="BadInputException">There is no such tensor, or it has fewer elements.</exception>
    public void CopyTo(string name, long first, Tensor destination)
    {
        TensorEntry entry = Find(name);
        if (first + destination.numel() > entry.ElementCount)
        {
            throw new BadInputException(
                $"The tensor '{name}' of {Path} has {entry.ElementCount} elements; the model needs more.");
        }
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        CopyTo(entry, first, destination);
    }

    /// <summary>The tensor as it is stored, on the CPU.</summary>
    /// <exception cref="BadInputException">There is no such tensor.</exception>
    public Tensor Load(string name)
    {
        TensorEntry entry = Find(name);
        Tensor tensor = empty(entry.Shape, entry.ElementType, CPU);
        CopyTo(name, tensor);
        return tensor;
    }

    public void Dispose() => _mapping.Dispose();

    private void CopyTo(TensorEntry entry, long first, Tensor flat)
    {
        bool inPlace = flat.dtype == entry.ElementType && flat.device_type == DeviceType.CPU;
        int elementBytes = SafetensorsElementType.BytesOf(entry.ElementType);
        for (long start = 0; start < flat.numel(); start += ElementsPerPiece)
        {
            using DisposeScope pieceScope = NewDisposeScope();
            long count = Math.Min(ElementsPerPiece, flat.numel() - start);
            Tensor piece = flat.narrow(0, start, count);
            Tensor stored = inPlace ? piece : empty(count, entry.ElementType, CPU);
            using MemoryMappedViewAccessor view = _mapping.CreateViewAccessor(
                entry.Offset + ((first + start) * elementBytes), count * elementBytes, MemoryMappedFileAccess.Read);
            view.SafeMemoryMappedViewHandle.ReadSpan((ulong)view.PointerOffset, stored.bytes);
            if (!inPlace)
            {
                piece.copy_(stored);
            }
        }
    }

    private TensorEntry Find(string name) => _entries.TryGetValue(name, out TensorEntry? entry)
        ? entry
        : throw new BadInputException($"The model file {Path} has no tensor '{name}'.");
}
