namespace Retrace.Data;

/// <summary>An image as a data file holds it.</summary>
/// <param name="Bytes">The bytes of the image file; null where they are not in the data file.</param>
/// <param name="Reference">What leads to the image otherwise, mostly a path; null where nothing does.</param>
internal readonly record struct RecordImage(byte[]? Bytes, string? Reference)
{
    /// <summary>
    /// The members of an object that is an image, the preferred first: those of Hugging Face's image feature, and those
    /// that verl hands to qwen_vl_utils.
    /// </summary>
    public static readonly string[] Members = ["bytes", "path", "image", "image_url"];

    /// <summary>The image that a single value stands for.</summary>
    /// <param name="value">The bytes of an image file, or a text as <see cref="ImageReference"/> reads it.</param>
    public static RecordImage Of(object? value) => value switch
    {
        byte[] { Length: > 0 } bytes => new RecordImage(bytes, Reference: null),
        string text when ImageReference.Embedded(text) is byte[] bytes => new RecordImage(bytes, Reference: null),
        string text => new RecordImage(Bytes: null, text),
        _ => default,
    };

    /// <summary>The image of an object, from the values of its members.</summary>
    public static RecordImage OfMembers(IEnumerable<object?> values)
    {
        RecordImage whole = default;
        foreach (object? value in values.Where(value => value is not ""))
        {
            RecordImage part = Of(value);
            whole = new RecordImage(whole.Bytes ?? part.Bytes, whole.Reference ?? part.Reference);
        }
        return whole;
    }

    /// <summary>The memory that it takes, in bytes.</summary>
    public long Size => (Bytes?.LongLength ?? 0) + (sizeof(char) * (Reference?.Length ?? 0L));
}
