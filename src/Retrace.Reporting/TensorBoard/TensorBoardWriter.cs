using System.Globalization;
using Google.Protobuf;
using Retrace.Reporting.Content;
using Retrace.Runs;

namespace Retrace.Reporting.TensorBoard;

/// <summary>Writes a run's metrics as scalars in a TensorBoard event file.</summary>
/// <remarks>
/// The messages are those of tensorflow/core/util/event.proto and framework/summary.proto, written field by field: the
/// four that a scalar needs do not pay for generated classes.
/// </remarks>
public sealed class TensorBoardWriter : IDisposable
{
    private const string Prefix = "events.out.tfevents.";

    private readonly FileStream _file;

    private TensorBoardWriter(FileStream file) => _file = file;

    /// <summary>Starts an event file in the run's folder, beside those that earlier parts of the run left.</summary>
    /// <param name="runDirectory">Created if it does not exist.</param>
    /// <param name="resumeAfterStep">
    /// The step of the checkpoint that the run goes on from, −1 for a new run. TensorBoard then drops what earlier
    /// files hold of later steps.
    /// </param>
    public static TensorBoardWriter Open(string runDirectory, int resumeAfterStep)
    {
        Directory.CreateDirectory(runDirectory);
        TensorBoardWriter writer = new(CreateEventFile(runDirectory));
        try
        {
            writer.WriteEvent(0, static output =>
            {
                output.WriteTag(3, WireFormat.WireType.LengthDelimited);
                output.WriteString("brain.Event:2");
            });
            if (resumeAfterStep >= 0)
            {
                // session_log { status: START }: the sign that this step and later ones are told anew.
                writer.WriteEvent(resumeAfterStep + 1, static output =>
                    WriteMessage(output, 7, static session =>
                    {
                        session.WriteTag(1, WireFormat.WireType.Varint);
                        session.WriteEnum(1);
                    }));
            }
            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>Writes every metric that was measured, as one event.</summary>
    public void Append(StepMetrics metrics)
    {
        List<(string Tag, double Value)> scalars = [];
        foreach (Metric metric in Metric.All)
        {
            if (metric.Of(metrics) is double value)
            {
                scalars.Add(($"{metric.Group}/{metric.Key}", value));
            }
        }
        WriteEvent(metrics.Step, output =>
            WriteMessage(output, 5, summary =>
            {
                foreach ((string tag, double value) in scalars)
                {
                    WriteMessage(summary, 1, scalar =>
                    {
                        scalar.WriteTag(1, WireFormat.WireType.LengthDelimited);
                        scalar.WriteString(tag);
                        scalar.WriteTag(2, WireFormat.WireType.Fixed32);
                        scalar.WriteFloat((float)value);
                    });
                }
            }));
    }

    public void Dispose() => _file.Dispose();

    // TensorBoard reads the files of a folder in the order of their names: a later one needs a later second, whatever the clock
    // says, which may have been set back.
    private static FileStream CreateEventFile(string directory)
    {
        long second = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        foreach (string earlier in Directory.EnumerateFiles(directory, Prefix + "*"))
        {
            string[] parts = Path.GetFileName(earlier)[Prefix.Length..].Split('.');
            if (long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long earlierSecond))
            {
                second = Math.Max(second, earlierSecond + 1);
            }
        }
        string path = Path.Combine(directory, $"{Prefix}{second}.{Environment.MachineName}");
        return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    private void WriteEvent(int step, Action<CodedOutputStream> writeContent)
    {
        byte[] message = Message(output =>
        {
            output.WriteTag(1, WireFormat.WireType.Fixed64);
            output.WriteDouble(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0);
            output.WriteTag(2, WireFormat.WireType.Varint);
            output.WriteInt64(step);
            writeContent(output);
        });
        _file.Write(RecordFile.Frame(message));
    }

    private static void WriteMessage(CodedOutputStream output, int field, Action<CodedOutputStream> writeContent)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(Message(writeContent)));
    }

    private static byte[] Message(Action<CodedOutputStream> writeContent)
    {
        using MemoryStream bytes = new();
        using (CodedOutputStream output = new(bytes, leaveOpen: true))
        {
            writeContent(output);
        }
        return bytes.ToArray();
    }
}
