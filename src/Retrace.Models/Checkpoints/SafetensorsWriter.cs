using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Checkpoints;

/// <summary>Writes safetensors files.</summary>
public static class SafetensorsWriter
{
    private const long ElementsPerPiece = 1 << 24;
    private const int Alignment = 8;

    /// <summary>
    /// Writes the tensors in the order given. The file appears under its name only when it is complete: it is written
    /// beside it, flushed to the disk and renamed.
    /// </summary>
    /// <param name="path">The file to write or replace.</param>
    /// <param name="tensors">Names, each once, and tensors of any device.</param>
    /// <param name="metadata">Free text by key for the header.</param>
    /// <param name="storeAs">The type to store floating-point tensors in; their own if not given.</param>
    /// <exception cref="ArgumentException">Two tensors share a name, or an element type cannot be stored.</exception>
    public static void Write(
        string path,
        IEnumerable<(string Name, Tensor Tensor)> tensors,
        IReadOnlyDictionary<string, string>? metadata = null,
        ScalarType? storeAs = null)
    {
        (string Name, Tensor Tensor, ScalarType Type)[] stored =
        [
            .. tensors.Select(pair => (pair.Name, pair.Tensor, StoredType(pair.Tensor, storeAs))),
        ];
        byte[] header = Header(stored, metadata);
        string unfinished = path + ".unfinished";
        try
        {
            using (FileStream stream = File.Create(unfinished))
            {
                stream.Write(header);
                foreach ((_, Tensor tensor, ScalarType type) in stored)
                {
                    WriteElements(stream, tensor, type);
                }
                stream.Flush(flushToDisk: true);
            }
            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    /// <summary>The type in which a tensor is stored: the wanted one for floating-point tensors, else its own.</summary>
    internal static ScalarType StoredType(Tensor tensor, ScalarType? storeAs) =>
        tensor.is_floating_point() && storeAs is { } wanted ? wanted : tensor.dtype;

    private static byte[] Header((string Name, Tensor Tensor, ScalarType Type)[] stored, IReadOnlyDictionary<string, string>? metadata)
    {
        var names = new HashSet<string>();
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is not null)
            {
                json.WriteStartObject("__metadata__");
                foreach ((string key, string value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    json.WriteString(key, value);
                }
                json.WriteEndObject();
            }
            long end = 0;
            foreach ((string name, Tensor tensor, ScalarType type) in stored)
            {
                if (!names.Add(name))
                {
                    throw new ArgumentException($"Two tensors are named '{name}'.", nameof(stored));
                }
                json.WriteStartObject(name);
                json.WriteString("dtype", SafetensorsElementType.NameOf(type));
                json.WriteStartArray("shape");
                foreach (long size in tensor.shape)
                {
                    json.WriteNumberValue(size);
                }
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(end);
                end += tensor.numel() * SafetensorsElementType.BytesOf(type);
                json.WriteNumberValue(end);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        // Spaces fill the JSON up, so that the elements begin at a multiple of eight bytes.
        int length = (buffer.WrittenCount + Alignment - 1) / Alignment * Alignment;
        byte[] header = new byte[sizeof(ulong) + length];
        header.AsSpan().Fill((byte)' ');
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)length);
        buffer.WrittenSpan.CopyTo(header.AsSpan(sizeof(ulong)));
        return header;
    }

    private static void WriteElements(FileStream stream, Tensor tensor, ScalarType type)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor flat = tensor.detach().contiguous().view(-1); // [elements]
        for (long start = 0; start < flat.numel(); start += ElementsPerPiece)
        {
            using DisposeScope pieceScope = NewDisposeScope();
            long count = Math.Min(ElementsPerPiece, flat.numel() - start);
            Tensor piece = flat.narrow(0, start, count).to(type).cpu();
            stream.Write(piece.bytes);
        }
    }
}
