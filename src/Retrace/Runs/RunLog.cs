using System.Globalization;
using System.Text;

namespace Retrace.Runs;

/// <summary>A run's <see cref="RunFolder.Log"/>: what happened, in words, a line each with its time.</summary>
/// <remarks>Nothing is cut from it when a run resumes: it tells of every attempt.</remarks>
public sealed class RunLog : IDisposable
{
    private readonly StreamWriter _writer;

    private RunLog(StreamWriter writer) => _writer = writer;

    /// <summary>Goes on with the log in a run's folder, or begins one.</summary>
    public static RunLog Open(string directory)
    {
        FileStream file = new(
            Path.Combine(directory, RunFolder.Log), FileMode.Append, FileAccess.Write, FileShare.Read);
        return new RunLog(new StreamWriter(file, new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" });
    }

    /// <param name="text">Line breaks become spaces.</param>
    public void Write(string text) => _writer.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-dd HH:mm:ss}Z  {text.ReplaceLineEndings(" ")}"));

    public void Dispose() => _writer.Dispose();
}
