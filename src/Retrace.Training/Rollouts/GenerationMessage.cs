using System.Runtime.InteropServices;

namespace Retrace.Training.Rollouts;

/// <summary>Serializes samples for other processes of the same job.</summary>
internal static class GenerationMessage
{
    /// <param name="generations">[requests][samples]</param>
    public static byte[] Write(Generation[][] generations)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream))
        {
            writer.Write(generations.Length);
            foreach (Generation[] samples in generations)
            {
                writer.Write(samples.Length);
                foreach (Generation sample in samples)
                {
                    Write(writer, sample);
                }
            }
        }
        return stream.ToArray();
    }

    /// <returns>[requests][samples]</returns>
    public static Generation[][] Read(byte[] message)
    {
        using var reader = new BinaryReader(new MemoryStream(message));
        var generations = new Generation[reader.ReadInt32()][];
        for (int request = 0; request < generations.Length; request++)
        {
            generations[request] = new Generation[reader.ReadInt32()];
            for (int sample = 0; sample < generations[request].Length; sample++)
            {
                generations[request][sample] = ReadSample(reader);
            }
        }
        return generations;
    }

    private static void Write(BinaryWriter writer, Generation sample)
    {
        WriteValues<int>(writer, sample.Tokens);
        WriteValues<float>(writer, sample.LogProbs);
        WriteValues<float>(writer, sample.Entropies);
        WriteValues<float>(writer, sample.SelfCertainties);
        WriteValues<float>(writer, sample.Confidences);
        writer.Write(sample.Stopped);
        writer.Write(sample.ServerLogProbs is not null);
        if (sample.ServerLogProbs is float[] ofServer)
        {
            WriteValues<float>(writer, ofServer);
        }
    }

    // In the order of writing.
    private static Generation ReadSample(BinaryReader reader)
    {
        int[] tokens = ReadValues<int>(reader);
        float[] logProbs = ReadValues<float>(reader);
        float[] entropies = ReadValues<float>(reader);
        float[] selfCertainties = ReadValues<float>(reader);
        float[] confidences = ReadValues<float>(reader);
        return new Generation(tokens, logProbs, entropies, selfCertainties, Stopped: reader.ReadBoolean())
        {
            Confidences = confidences,
            ServerLogProbs = reader.ReadBoolean() ? ReadValues<float>(reader) : null,
        };
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
}
