using Retrace.Files;
using Retrace.Problems;

namespace Retrace.Data;

/// <summary>An image in a file of its own.</summary>
public sealed record ImageFile(string Path) : ProblemImage
{
    private const long LargestFile = 256 << 20; // Bytes.

    public override string Name => Path;

    public override byte[] ReadBytes()
    {
        try
        {
            return InputFile.ReadAllBytes(Path, LargestFile);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"The image {Path} cannot be read: {error.Message}", error);
        }
    }
}
