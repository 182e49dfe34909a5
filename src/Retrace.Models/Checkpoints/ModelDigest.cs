using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Retrace.Models.Checkpoints;

/// <summary>Tells models apart by the files of their folders, without reading all of their weights.</summary>
/// <remarks>
/// Two checkpoints of a run have the same configuration and the same headers, so the content counts, too. A step of
/// training changes some elements of every matrix, even where bf16 rounds most of its changes away; the samples below
/// see that.
/// </remarks>
public static class ModelDigest
{
    /// <summary>Files of weights up to this size are read whole, in bytes.</summary>
    internal const long ReadWhole = 64 << 20;

    private const int Block = 4 << 10; // Bytes of a sample.
    private const long Stride = 1 << 20; // Bytes from one sample to the next.
    private const int HeaderLength = 8; // Bytes that hold the length of a safetensors header, little-endian.

    // What a model computes, reads and is asked follows from these; other files of its folder may come and go.
    private static readonly string[] Settings =
    [
        "config.json", "generation_config.json", "adapter_config.json", "preprocessor_config.json",
        "video_preprocessor_config.json", "processor_config.json", "tokenizer.json", "tokenizer_config.json",
        "vocab.json", "merges.txt", "added_tokens.json", "special_tokens_map.json", "chat_template.json",
        "chat_template.jinja",
    ];

    /// <summary>
    /// SHA-256 of each file that makes a model, by name: whole, but for weights of more than 64 MiB, of which length,
    /// header and 4 KiB out of every MiB count.
    /// </summary>
    /// <exception cref="BadInputException">The folder does not exist, or a file cannot be read.</exception>
    public static IReadOnlyDictionary<string, string> OfFiles(string directory)
    {
        if (!Directory.Exists(directory))
        {
            throw new BadInputException($"The model folder {directory} does not exist.");
        }
        try
        {
            SortedDictionary<string, string> digests = new(StringComparer.Ordinal);
            foreach (string path in Settings.Select(name => Path.Combine(directory, name)).Where(File.Exists)
                .Concat(Directory.EnumerateFiles(directory, "*.safetensors")))
            {
                digests.Add(Path.GetFileName(path), OfFile(path));
            }
            return digests;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"The model in {directory} cannot be read: {error.Message}", error);
        }
    }

    private static string OfFile(string path)
    {
        using FileStream file = File.OpenRead(path);
        bool isLarge = Path.GetExtension(path) == ".safetensors" && file.Length > ReadWhole;
        return Convert.ToHexStringLower(isLarge ? Sampled(file) : SHA256.HashData(file));
    }

    private static byte[] Sampled(FileStream file)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] block = new byte[Block];
        BinaryPrimitives.WriteInt64LittleEndian(block, file.Length);
        digest.AppendData(block, 0, sizeof(long));
        file.ReadExactly(block, 0, HeaderLength);
        digest.AppendData(block, 0, HeaderLength);
        // Whatever the header claims, no more than the file holds is read, and in blocks.
        long headerLeft = (long)Math.Min(
            BinaryPrimitives.ReadUInt64LittleEndian(block), (ulong)(file.Length - HeaderLength));
        while (headerLeft > 0)
        {
            int read = file.ReadAtLeast(block.AsSpan(0, (int)Math.Min(Block, headerLeft)), 1);
            digest.AppendData(block, 0, read);
            headerLeft -= read;
        }
        for (long start = file.Position; start < file.Length; start += Stride)
        {
            file.Position = start;
            digest.AppendData(block, 0, file.ReadAtLeast(block, Block, throwOnEndOfStream: false));
        }
        // The end, which a stride may miss.
        file.Position = file.Length - Block;
        file.ReadExactly(block);
        digest.AppendData(block);
        return digest.GetHashAndReset();
    }
}
