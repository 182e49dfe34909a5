namespace Retrace.Problems;

/// <summary>An image as it is stored: encoded bytes, read when they are needed.</summary>
public abstract record ProblemImage
{
    /// <summary>The image's name in error messages.</summary>
    public abstract string Name { get; }

    /// <summary>The encoded bytes (PNG, JPEG, …).</summary>
    /// <exception cref="BadInputException">The file is missing or cannot be read.</exception>
    public abstract byte[] ReadBytes();
}

/// <summary>An image carried inside the data file.</summary>
public sealed record EmbeddedImage(string Name, byte[] Bytes) : ProblemImage
{
    public override string Name { get; } = Name;

    public override byte[] ReadBytes() => Bytes;
}
