using System.Buffers.Binary;
using System.Numerics;

namespace Retrace.Reporting.TensorBoard;

/// <summary>
/// TensorFlow's record framing: length (u64), masked CRC-32C of the length, bytes, masked CRC-32C of the bytes, all
/// little-endian. Source: tensorflow/core/lib/io/record_writer.cc.
/// </summary>
internal static class RecordFile
{
    /// <summary>The bytes of one framed record.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> record)
    {
        byte[] framed = new byte[8 + 4 + record.Length + 4];
        Span<byte> length = framed.AsSpan(0, 8);
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)record.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(framed.AsSpan(8), MaskedChecksum(length));
        record.CopyTo(framed.AsSpan(12));
        BinaryPrimitives.WriteUInt32LittleEndian(framed.AsSpan(12 + record.Length), MaskedChecksum(record));
        return framed;
    }

    /// <summary>The CRC-32C (Castagnoli) checksum of some bytes.</summary>
    /// <remarks>The processor's instruction carries the register; setting it to ones and inverting it is ours to do.
    /// </remarks>
    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint register = uint.MaxValue;
        foreach (byte value in bytes)
        {
            register = BitOperations.Crc32C(register, value);
        }
        return ~register;
    }

    /// <summary>Rotated and offset, because a CRC over bytes that hold CRCs is weak.</summary>
    public static uint MaskedChecksum(ReadOnlySpan<byte> bytes) =>
        BitOperations.RotateRight(Checksum(bytes), 15) + 0xa282ead8;
}
