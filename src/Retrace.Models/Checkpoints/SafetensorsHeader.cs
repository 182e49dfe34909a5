using System.Buffers.Binary;
using System.Text.Json;
using Retrace.Files;
using static TorchSharp.torch;

namespace Retrace.Models.Checkpoints;

/// <summary>
/// Reads the header of a safetensors file and checks all of it: eight bytes of length (little-endian), that many bytes
/// of JSON, then the elements of the tensors, one after another without gaps.
/// </summary>
/// <remarks>
/// The rules are those of the format's description, https://github.com/huggingface/safetensors#format: a file comes
/// from somebody else, so nothing in the header is believed before it fits the file.
/// </remarks>
internal static class SafetensorsHeader
{
    /// <summary>The format's bound on the length of the JSON.</summary>
    public const long MaximumLength = 100_000_000;

    private const int LengthBytes = 8;

    /// <summary>The tensors in the order of their bytes.</summary>
    /// <exception cref="BadInputException">The header breaks a rule; the message names the file and the tensor.</exception>
    public static IReadOnlyList<TensorEntry> Read(Stream stream, string path)
    {
        if (stream.Length < LengthBytes)
        {
            throw Broken(path, $"it has {stream.Length} bytes, fewer than the 8 that a safetensors file begins with");
        }
        Span<byte> lengthBytes = stackalloc byte[LengthBytes];
        stream.ReadExactly(lengthBytes);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        if (GitLfs.IsPointer(lengthBytes))
        {
            throw new BadInputException(GitLfs.Complaint(path) + ".");
        }
        if (length > MaximumLength)
        {
            throw Broken(path, $"its header would be {length} bytes long, more than the {MaximumLength} allowed");
        }
        if (length > (ulong)(stream.Length - LengthBytes))
        {
            throw Broken(path, $"its header would be {length} bytes long but the file has only {stream.Length} bytes");
        }
        byte[] json = new byte[length];
        stream.ReadExactly(json);
        long dataStart = LengthBytes + (long)length;

        List<TensorEntry> entries = Parse(json, path, dataStart);
        entries.Sort((left, right) => left.Offset != right.Offset
            ? left.Offset.CompareTo(right.Offset)
            : left.ByteCount.CompareTo(right.ByteCount));
        CheckThatBytesAreCovered(entries, path, dataStart, stream.Length);
        return entries;
    }

    private static List<TensorEntry> Parse(byte[] json, string path, long dataStart)
    {
        if (json.Length == 0 || json[0] != (byte)'{')
        {
            throw Broken(path, "its header does not begin with '{'");
        }
        var entries = new List<TensorEntry>();
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            RefuseDuplicates(document.RootElement, path);
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (property.Name == "__metadata__")
                {
                    CheckMetadata(property.Value, path);
                }
                else
                {
                    entries.Add(ParseEntry(property.Name, property.Value, path, dataStart));
                }
            }
        }
        catch (JsonException error)
        {
            throw new BadInputException(
                $"The model file {path} cannot be used: its header is no valid JSON in line {error.LineNumber + 1}, "
                + $"byte {error.BytePositionInLine + 1}.",
                error);
        }
        // Names and strings are decoded only when they are looked at.
        catch (InvalidOperationException error)
        {
            throw new BadInputException(
                $"The model file {path} cannot be used: its header holds a string that is no valid Unicode.", error);
        }
        return entries;
    }

    private static void RefuseDuplicates(JsonElement value, string path)
    {
        var names = new HashSet<string>();
        foreach (JsonProperty property in value.EnumerateObject())
        {
            if (!names.Add(property.Name))
            {
                throw Broken(path, $"its header holds '{Shown(property.Name)}' twice");
            }
        }
    }

    private static void CheckMetadata(JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.Object
            || value.EnumerateObject().Any(property => property.Value.ValueKind != JsonValueKind.String))
        {
            throw Broken(path, "its __metadata__ is no map of strings");
        }
        RefuseDuplicates(value, path);
    }

    private static TensorEntry ParseEntry(string name, JsonElement value, string path, long dataStart)
    {
        if (value.ValueKind != JsonValueKind.Object
            || !value.TryGetProperty("dtype", out JsonElement typeName) || typeName.ValueKind != JsonValueKind.String
            || !value.TryGetProperty("shape", out JsonElement shapeArray)
            || !value.TryGetProperty("data_offsets", out JsonElement offsetArray)
            || value.EnumerateObject().Count() != 3)
        {
            throw Broken(path, $"its entry for tensor '{Shown(name)}' is not made of dtype, shape and data_offsets");
        }
        ScalarType type = SafetensorsElementType.Parse(typeName.GetString()!) ?? throw Broken(
            path,
            $"tensor '{Shown(name)}' has the element type {Shown(typeName.GetString()!)}, not one of {SafetensorsElementType.Names}"
            + QuantisedWeights.Hint(typeName.GetString()!));
        long[] shape = NonNegativeIntegers(shapeArray)
            ?? throw Broken(path, $"the shape of tensor '{Shown(name)}' is no list of non-negative integers");
        long[] offsets = NonNegativeIntegers(offsetArray)
            ?? throw Broken(path, $"the data_offsets of tensor '{Shown(name)}' are no non-negative integers");
        if (offsets.Length != 2 || offsets[0] > offsets[1])
        {
            throw Broken(path, $"the data_offsets of tensor '{Shown(name)}' are no pair of a begin and an end");
        }
        long byteCount = SafetensorsElementType.BytesOf(type);
        try
        {
            foreach (long size in shape)
            {
                byteCount = checked(byteCount * size);
            }
            _ = checked(dataStart + offsets[1]);
        }
        catch (OverflowException error)
        {
            throw new BadInputException(
                $"The model file {path} cannot be used: the size of tensor '{Shown(name)}' is beyond any file.", error);
        }
        if (byteCount != offsets[1] - offsets[0])
        {
            throw Broken(
                path,
                $"tensor '{Shown(name)}' of shape [{string.Join(", ", shape)}] and type {typeName.GetString()} takes "
                + $"{byteCount} bytes, but its data_offsets span {offsets[1] - offsets[0]}");
        }
        return new TensorEntry(name, type, shape, dataStart + offsets[0], byteCount);
    }

    private static long[]? NonNegativeIntegers(JsonElement array)
    {
        if (array.ValueKind != JsonValueKind.Array)
        {
            return null;
        }
        var numbers = new List<long>();
        foreach (JsonElement element in array.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out long number) || number < 0)
            {
                return null;
            }
            numbers.Add(number);
        }
        return [.. numbers];
    }

    private static void CheckThatBytesAreCovered(
        IReadOnlyList<TensorEntry> entries, string path, long dataStart, long fileLength)
    {
        long end = dataStart;
        foreach (TensorEntry entry in entries)
        {
            if (entry.Offset + entry.ByteCount > fileLength)
            {
                throw Broken(
                    path,
                    $"tensor '{Shown(entry.Name)}' would end at byte {entry.Offset + entry.ByteCount} but the file ends at "
                    + $"{fileLength}: it is cut short or its header is wrong");
            }
            if (entry.Offset < end)
            {
                throw Broken(path, $"the bytes of tensor '{Shown(entry.Name)}' overlap those of another tensor");
            }
            if (entry.Offset > end)
            {
                throw Broken(path, $"{entry.Offset - end} bytes before tensor '{Shown(entry.Name)}' belong to no tensor");
            }
            end += entry.ByteCount;
        }
        if (end != fileLength)
        {
            throw Broken(path, $"{fileLength - end} bytes after the last tensor belong to no tensor");
        }
    }

    // A message is one line whatever the names in a damaged or hostile file hold.
    private static string Shown(string name) => string.Concat(
        name.Select(character => char.IsControl(character) || char.IsWhiteSpace(character) ? '\uFFFD' : character));

    private static BadInputException Broken(string path, string reason) =>
        new($"The model file {path} cannot be used: {reason}.");
}
