using System.Globalization;
using System.Text;

namespace Retrace.Runs;

/// <summary>
/// A run's <see cref="RunFolder.Log"/>: what happened, in words, one line with its time for each event.
/// </summary>
/// <remarks>Nothing is cut from it when a run resumes: it tells of every attempt.</remarks>
public sealed class RunLog : IDisposable
{
    private readonly FileStream _file;

    private RunLog(FileStream file) => _file = file;

    /// <summary>Opens the log in a run's folder for appending, or begins one.</summary>
    public static RunLog Open(string directory) => new(new FileStream(
        Path.Combine(directory, RunFolder.Log), FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0));

    /// <param name="text">Line breaks become spaces.</param>
    public void Write(string text) => _file.Write(Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-dd HH:mm:ss}Z  {text.ReplaceLineEndings(" ")}\n")));

    public void Dispose() => _file.Dispose();
}
