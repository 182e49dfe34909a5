namespace Retrace.Images;

/// <summary>
/// Counts the scans of a JPEG file. A progressive image is decoded once for each, however little of the file it takes,
/// so their number has to be bounded (ITU-T T.81, B.1.1: markers).
/// </summary>
internal static class JpegScans
{
    /// <summary>Encoders make ten or so; fewer than this take seconds even of the largest image.</summary>
    public const int Maximum = 100;

    private const byte StartOfScan = 0xDA;

    /// <summary>Scans that begin in a file, as far as its segments can be followed.</summary>
    public static int Count(ReadOnlySpan<byte> file)
    {
        int scans = 0;
        int place = 2; // Behind the marker that begins the file.
        while (NextMarker(file, place) is int marker && marker + 4 <= file.Length)
        {
            byte kind = file[marker + 1];
            scans += kind == StartOfScan ? 1 : 0;
            bool stands = kind is 0x01 or (>= 0xD0 and <= 0xD9); // Without a length: restarts, beginning and end.
            place = marker + 2 + (stands ? 0 : (file[marker + 2] << 8) | file[marker + 3]);
        }
        return scans;
    }

    // Between segments there may be compressed data, where 0xFF stands before 0, and bytes that fill.
    private static int? NextMarker(ReadOnlySpan<byte> file, int place)
    {
        for (; place + 1 < file.Length; place++)
        {
            if (file[place] == 0xFF && file[place + 1] is not (0 or 0xFF))
            {
                return place;
            }
        }
        return null;
    }
}
