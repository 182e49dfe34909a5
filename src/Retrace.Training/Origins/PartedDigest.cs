using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Retrace.Training.Origins;

/// <summary>SHA-256 of parts, each with its length before it, so that they cannot run into each other.</summary>
internal sealed class PartedDigest : IDisposable
{
    private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Adds a part: 8 bytes of its length, little-endian, and its bytes. Null is a part of length −1.</summary>
    public void Add(byte[]? part)
    {
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, part?.Length ?? -1);
        _digest.AppendData(length);
        _digest.AppendData(part ?? []);
    }

    /// <summary>Adds a text as UTF-8.</summary>
    public void Add(string? part) => Add(part is null ? null : Encoding.UTF8.GetBytes(part));

    /// <summary>The digest of what was added; it is empty again.</summary>
    public byte[] Take() => _digest.GetHashAndReset();

    public void Dispose() => _digest.Dispose();
}
