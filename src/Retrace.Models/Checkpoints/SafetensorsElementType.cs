using static TorchSharp.torch;

namespace Retrace.Models.Checkpoints;

/// <summary>The element types a safetensors file may name that have a tensor type of the same bits.</summary>
internal static class SafetensorsElementType
{
    private static readonly (string Name, ScalarType Type, int Bytes)[] Known =
    [
        ("F64", ScalarType.Float64, 8),
        ("F32", ScalarType.Float32, 4),
        ("F16", ScalarType.Float16, 2),
        ("BF16", ScalarType.BFloat16, 2),
        ("I64", ScalarType.Int64, 8),
        ("I32", ScalarType.Int32, 4),
        ("I16", ScalarType.Int16, 2),
        ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1),
        ("BOOL", ScalarType.Bool, 1),
    ];

    /// <summary>The names of all known types, for error messages.</summary>
    public static string Names => string.Join(", ", Known.Select(known => known.Name));

    public static ScalarType? Parse(string name)
    {
        foreach ((string Name, ScalarType Type, int Bytes) known in Known)
        {
            if (known.Name == name)
            {
                return known.Type;
            }
        }
        return null;
    }

    public static string NameOf(ScalarType type) => Find(type).Name;

    public static int BytesOf(ScalarType type) => Find(type).Bytes;

    public static bool IsFloatingPoint(ScalarType type) =>
        type is ScalarType.Float64 or ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16;

    private static (string Name, ScalarType Type, int Bytes) Find(ScalarType type)
    {
        foreach ((string Name, ScalarType Type, int Bytes) known in Known)
        {
            if (known.Type == type)
            {
                return known;
            }
        }
        throw new ArgumentException($"Safetensors has no element type for {type}.", nameof(type));
    }
}
