using System.Text.Json;
using Retrace.Problems;

namespace Retrace.Data.Json;

/// <summary>An image inside a line of a JSON lines file. Only its place is kept.</summary>
/// <param name="Name">Names it in messages.</param>
/// <param name="Path">The file.</param>
/// <param name="Offset">Where the line begins, in bytes.</param>
/// <param name="Length">The length of the line in bytes.</param>
/// <param name="Index">The place of the image among the line's images.</param>
internal sealed record JsonLineImage(string Name, string Path, long Offset, int Length, int Index) : ProblemImage
{
    public override string Name { get; } = Name;

    public override byte[] ReadBytes()
    {
        try
        {
            byte[] line = new byte[Length];
            using (FileStream file = File.OpenRead(Path))
            {
                file.Position = Offset;
                file.ReadExactly(line);
            }
            using JsonDocument document = JsonDocument.Parse(line);
            // Where the line's other images lie was checked when the line was first read.
            var folder = ImageFolder.Of(Path, allowsOutside: true);
            return new JsonRecord(document.RootElement, Path, line: 0, folder).Images(Name)[Index].ReadBytes();
        }
        catch (Exception error) when (error is not (BadInputException or OutOfMemoryException))
        {
            // It was there when the file was first read.
            throw new BadInputException($"The image {Name} cannot be read: {error.Message.TrimEnd('.')}", error);
        }
    }
}
