namespace Retrace.Testing;

/// <summary>Encoded images as small as they get.</summary>
internal static class TinyImages
{
    /// <summary>A PNG of one pixel.</summary>
    public static byte[] Png { get; } = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    /// <summary>The first bytes of a JPEG, padded: its base64 starts like an absolute path.</summary>
    public static byte[] Jpeg { get; } = [0xff, 0xd8, 0xff, 0xe0, .. Enumerable.Range(0, 60).Select(i => (byte)i)];
}
