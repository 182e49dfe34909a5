// Evolves a model on problems that are made while the program runs: OwnProblems MODEL-FOLDER RUN-FOLDER STEPS
using Retrace.Data;
using Retrace.Problems;
using Retrace.Training.Evolution;

RunOptions options = new(args[0], new Bars(), args[1]) { Steps = int.Parse(args[2]) };
using EvolutionRun run = EvolutionRun.Open(options);
Console.WriteLine($"{run.ProblemCount} problems");
Console.WriteLine($"the model is in {run.Evolve().Checkpoint}");

// How long is the bar? Without answers: the model learns from its own.
internal sealed class Bars : IProblemSource
{
    public ProblemSet Read() => new(
        [.. Enumerable.Range(1, 16).Select(length =>
            new Problem($"bar-{length}", "How many squares long is the bar?", [new BarImage(length)]))],
        Answers: new Dictionary<string, string>(),
        Skipped: []);
}

// An image that exists nowhere: its bytes, a bitmap without compression, are made when the model looks at it.
internal sealed record BarImage(int Length) : ProblemImage
{
    private const int Side = 8; // Pixels of a square.
    private const int Width = 18 * Side;
    private const int Height = 7 * Side;

    public override string Name => $"bar of {Length}";

    public override byte[] ReadBytes()
    {
        using MemoryStream bytes = new();
        using BinaryWriter writer = new(bytes);
        writer.Write("BM"u8);
        writer.Write(54 + (3 * Width * Height)); // Bytes of the file: 54 of headers, then the pixels.
        writer.Write(0);
        writer.Write(54);
        writer.Write(40); // Bytes of the second header.
        writer.Write(Width);
        writer.Write(Height);
        writer.Write((short)1); // Planes.
        writer.Write((short)24); // Bits of a pixel.
        writer.Write(new byte[24]);
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                bool isBar = y / Side == 3 && x / Side >= 1 && x / Side <= Length && x % Side > 0;
                writer.Write(isBar ? [120, 60, 20] : new byte[] { 255, 255, 255 });
            }
        }
        return bytes.ToArray();
    }
}
