using System.Runtime.InteropServices;
using Retrace.Problems;
using Retrace.Training.DataParallel;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>What one process has drawn for its problems, as bytes for the others.</summary>
internal static class RolloutMessage
{
    /// <summary>Exchanges what all processes have drawn.</summary>
    /// <param name="maternal">[own problems][samples]</param>
    /// <param name="retraced">[own problems][n], or nothing.</param>
    /// <returns>The same of all problems, in their order. Of the images that other processes have perturbed, those of
    /// each problem's first trajectory come along, which the log shows.</returns>
    public static (Trajectory[][] Maternal, Retracing[][] Retraced) Exchange(
        IProcessGroup processes, Trajectory[][] maternal, Retracing[][] retraced)
    {
        if (processes.Size == 1)
        {
            return (maternal, retraced);
        }
        byte[][] messages = processes.GatherAll(Write(maternal, [.. retraced.Select(WithFirstImages)]));
        (Trajectory[][] Maternal, Retracing[][] Retraced)[] all =
            [.. messages.Select((message, rank) => rank == processes.Rank ? (maternal, retraced) : Read(message))];
        return (
            [.. all.SelectMany(one => one.Maternal)],
            [.. all.SelectMany(one => one.Retraced)]);
    }

    private static Retracing[] WithFirstImages(Retracing[] retracings) =>
        [.. retracings.Select((retracing, i) => i == 0 ? retracing : retracing with { Pixels = [] })];

    /// <inheritdoc cref="Exchange"/>
    public static byte[] Write(Trajectory[][] maternal, Retracing[][] retraced)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream))
        {
            WriteAll(writer, maternal, group => WriteAll(writer, group, one => Write(writer, one)));
            WriteAll(writer, retraced, group => WriteAll(writer, group, one => Write(writer, one)));
        }
        return stream.ToArray();
    }

    /// <inheritdoc cref="Exchange"/>
    public static (Trajectory[][] Maternal, Retracing[][] Retraced) Read(byte[] message)
    {
        using var reader = new BinaryReader(new MemoryStream(message));
        return (
            ReadAll(reader, () => ReadAll(reader, () => ReadTrajectory(reader))),
            ReadAll(reader, () => ReadAll(reader, () => ReadRetracing(reader))));
    }

    private static void Write(BinaryWriter writer, Trajectory trajectory)
    {
        Write(writer, trajectory.Generation);
        writer.Write(trajectory.Text);
        WriteOptional(writer, trajectory.Answer);
    }

    private static Trajectory ReadTrajectory(BinaryReader reader) =>
        new(ReadGeneration(reader), reader.ReadString(), ReadOptional(reader));

    private static void Write(BinaryWriter writer, Retracing retracing)
    {
        WriteValues<int>(writer, [.. retracing.Anchors]);
        WriteAll(writer, retracing.Pixels, image => Write(writer, image));
        WriteAll(writer, retracing.Continuations, one => Write(writer, one));
        WriteAll(writer, retracing.Texts, writer.Write);
        WriteAll(writer, retracing.Answers, answer => WriteOptional(writer, answer));
    }

    private static Retracing ReadRetracing(BinaryReader reader) => new(
        ReadValues<int>(reader),
        ReadAll(reader, () => ReadImage(reader)),
        ReadAll(reader, () => ReadGeneration(reader)),
        ReadAll(reader, reader.ReadString),
        ReadAll(reader, () => ReadOptional(reader)));

    private static void Write(BinaryWriter writer, PixelImage image)
    {
        writer.Write(image.Width);
        writer.Write(image.Height);
        writer.Write(image.Rgb);
    }

    private static PixelImage ReadImage(BinaryReader reader)
    {
        int width = reader.ReadInt32();
        int height = reader.ReadInt32();
        return new PixelImage(width, height, reader.ReadBytes(width * height * 3));
    }

    private static void Write(BinaryWriter writer, Generation generation)
    {
        WriteValues<int>(writer, generation.Tokens);
        WriteValues<float>(writer, generation.LogProbs);
        WriteValues<float>(writer, generation.Entropies);
        WriteValues<float>(writer, generation.SelfCertainties);
        writer.Write(generation.Stopped);
        writer.Write(generation.DrawnLogProbs is not null);
        if (generation.DrawnLogProbs is float[] drawn)
        {
            WriteValues<float>(writer, drawn);
        }
    }

    private static Generation ReadGeneration(BinaryReader reader) => new(
        ReadValues<int>(reader),
        ReadValues<float>(reader),
        ReadValues<float>(reader),
        ReadValues<float>(reader),
        reader.ReadBoolean())
    {
        DrawnLogProbs = reader.ReadBoolean() ? ReadValues<float>(reader) : null,
    };

    private static void WriteAll<T>(BinaryWriter writer, IReadOnlyList<T> items, Action<T> write)
    {
        writer.Write(items.Count);
        foreach (T item in items)
        {
            write(item);
        }
    }

    private static T[] ReadAll<T>(BinaryReader reader, Func<T> read)
    {
        var items = new T[reader.ReadInt32()];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = read();
        }
        return items;
    }

    private static void WriteValues<T>(BinaryWriter writer, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        writer.Write(values.Length);
        writer.Write(MemoryMarshal.AsBytes(values));
    }

    private static T[] ReadValues<T>(BinaryReader reader)
        where T : unmanaged
    {
        var values = new T[reader.ReadInt32()];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    private static void WriteOptional(BinaryWriter writer, string? text)
    {
        writer.Write(text is not null);
        if (text is not null)
        {
            writer.Write(text);
        }
    }

    private static string? ReadOptional(BinaryReader reader) => reader.ReadBoolean() ? reader.ReadString() : null;
}
