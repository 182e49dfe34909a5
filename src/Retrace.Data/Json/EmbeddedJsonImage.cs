using System.Text.Json;
using Retrace.Problems;

namespace Retrace.Data.Json;

/// <summary>An image inside a record of a JSON file. Only its place is kept.</summary>
/// <param name="Name">Names it in messages.</param>
/// <param name="Path">The file.</param>
/// <param name="Offset">Where the record begins, in bytes.</param>
/// <param name="Length">The length of the record in bytes.</param>
/// <param name="Index">The place of the image among the record's images.</param>
/// <param name="Folder">Where the record's other images lie, which was checked when it was first read.</param>
internal sealed record EmbeddedJsonImage(
    string Name, string Path, long Offset, int Length, int Index, ImageFolder Folder) : ProblemImage
{
    public override string Name { get; } = Name;

    public override byte[] ReadBytes()
    {
        try
        {
            byte[] record = new byte[Length];
            using (FileStream file = File.OpenRead(Path))
            {
                file.Position = Offset;
                file.ReadExactly(record);
            }
            using JsonDocument document = JsonDocument.Parse(record);
            return new JsonRecord(document.RootElement, Path, line: 0, Folder).Images(Name)[Index].ReadBytes();
        }
        catch (Exception error) when (error is not (BadInputException or OutOfMemoryException))
        {
            // It was there when the file was first read.
            throw new BadInputException($"The image {Name} cannot be read: {error.Message.TrimEnd('.')}", error);
        }
    }
}
