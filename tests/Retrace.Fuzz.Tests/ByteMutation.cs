using System.Buffers.Binary;

namespace Retrace.Fuzz.Tests;

/// <summary>Damage to a file whose form is not looked at.</summary>
internal static class ByteMutation
{
    private static readonly long[] Boundaries =
    [
        0, 1, -1, 2, 127, 128, 255, 256, 32767, 65535, 65536, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32,
        1L << 40, long.MaxValue, long.MinValue, 1_000_000_000,
    ];

    /// <summary>A copy with one to six places damaged.</summary>
    public static byte[] Of(byte[] seed, Random random)
    {
        byte[] bytes = [.. seed];
        for (int times = random.Next(1, 7); times > 0; times--)
        {
            bytes = Once(bytes, random);
        }
        return bytes;
    }

    private static byte[] Once(byte[] bytes, Random random)
    {
        if (bytes.Length == 0)
        {
            return [(byte)random.Next(256)];
        }
        // Headers and footers are where lengths stand: half of all damage is done there.
        int place = random.Next(4) switch
        {
            0 => random.Next(Math.Min(bytes.Length, 64)),
            1 => bytes.Length - 1 - random.Next(Math.Min(bytes.Length, 512)),
            _ => random.Next(bytes.Length),
        };
        int length = Math.Min(random.Next(1, 33), bytes.Length - place);
        switch (random.Next(8))
        {
            case 0:
                bytes[place] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                bytes[place] = (byte)random.Next(256);
                return bytes;
            case 2:
                return bytes[..place];
            case 3:
                return [.. bytes[..place], .. bytes[(place + length)..]];
            case 4:
                byte[] noise = new byte[length];
                random.NextBytes(noise);
                return [.. bytes[..place], .. noise, .. bytes[place..]];
            case 5:
                byte[] piece = bytes[place..(place + length)];
                return [.. bytes[..place], .. Enumerable.Repeat(piece, random.Next(2, 200)).SelectMany(b => b), .. bytes[place..]];
            default:
                WriteNumber(bytes.AsSpan(place), random);
                return bytes;
        }
    }

    private static void WriteNumber(Span<byte> place, Random random)
    {
        long value = Boundaries[random.Next(Boundaries.Length)] + random.Next(-1, 2);
        Span<byte> number = stackalloc byte[8];
        if (random.Next(2) == 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, value);
        }
        else
        {
            BinaryPrimitives.WriteInt64BigEndian(number, value);
            number = number[(8 - (1 << random.Next(4)))..];
        }
        int length = Math.Min(number.Length, 1 << random.Next(4));
        number[..Math.Min(length, place.Length)].CopyTo(place);
    }
}
