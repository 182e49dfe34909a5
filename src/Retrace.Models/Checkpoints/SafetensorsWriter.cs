using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Checkpoints;

/// <summary>Writes tensors to a safetensors file.</summary>
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
        ScalarType? storeAs = null) =>
        Write(path, [.. tensors.Select(pair => StoredTensor.Of(pair.Name, pair.Tensor, storeAs))], metadata);

    /// <summary>Writes tensors that need not be in memory before their turn.</summary>
    /// <exception cref="ArgumentException">Two tensors share a name, or an element type cannot be stored.</exception>
    public static void Write(
        string path, IReadOnlyList<StoredTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        byte[] header = Header(tensors, metadata);
        string unfinished = path + ".unfinished";
        try
        {
            using (FileStream stream = File.Create(unfinished))
            {
                stream.Write(header);
                foreach (StoredTensor tensor in tensors)
                {
                    WriteElements(stream, tensor);
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

    private static byte[] Header(
        IReadOnlyList<StoredTensor> tensors, IReadOnlyDictionary<string, string>? metadata)
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
            foreach (StoredTensor tensor in tensors)
            {
                if (!names.Add(tensor.Name))
                {
                    throw new ArgumentException($"Two tensors are named '{tensor.Name}'.", nameof(tensors));
                }
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", SafetensorsElementType.NameOf(tensor.Type));
                json.WriteStartArray("shape");
                foreach (long size in tensor.Shape)
                {
                    json.WriteNumberValue(size);
                }
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(end);
                end += tensor.ByteCount;
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

    private static void WriteElements(FileStream stream, StoredTensor tensor)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor flat = tensor.Values().detach().contiguous().view(-1); // [elements]
        for (long start = 0; start < flat.numel(); start += ElementsPerPiece)
        {
            using DisposeScope pieceScope = NewDisposeScope();
            long count = Math.Min(ElementsPerPiece, flat.numel() - start);
            Tensor piece = flat.narrow(0, start, count).to(tensor.Type).cpu();
            stream.Write(piece.bytes);
        }
    }
}
