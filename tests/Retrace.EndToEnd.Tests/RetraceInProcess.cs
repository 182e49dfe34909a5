using System.Text;
using Retrace.Cli;
using Retrace.Testing;

namespace Retrace.EndToEnd.Tests;

/// <summary>
/// The command line in the tests' own process, which saves the seconds in which another one would load and compile it. What is
/// said of a process itself, such as how it ends by a signal, needs <see cref="RetraceProcess"/>.
/// </summary>
internal static class RetraceInProcess
{
    // Where the command writes that a test runs, whatever other tests run meanwhile.
    private static readonly AsyncLocal<TextWriter?> Output = new();
    private static readonly AsyncLocal<TextWriter?> Error = new();

    static RetraceInProcess()
    {
        Console.SetOut(new WriterOfFlow(Output, Console.Out));
        Console.SetError(new WriterOfFlow(Error, Console.Error));
    }

    /// <summary>Runs a command to its end, as <see cref="RetraceProcess.RunAsync(string[])"/> does.</summary>
    public static async Task<RetraceProcess> RunAsync(params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        Output.Value = TextWriter.Synchronized(output);
        Error.Value = TextWriter.Synchronized(error);
        int exitCode = await CommandLine.RunAsync(arguments);
        return new RetraceProcess(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Writes to the writer of whatever runs, and elsewhere where that has none.</summary>
    private sealed class WriterOfFlow(AsyncLocal<TextWriter?> ofFlow, TextWriter elsewhere) : TextWriter
    {
        public override Encoding Encoding => elsewhere.Encoding;

        private TextWriter Writer => ofFlow.Value ?? elsewhere;

        public override void Write(char value) => Writer.Write(value);

        public override void Write(char[] buffer, int index, int count) => Writer.Write(buffer, index, count);

        public override void Write(string? value) => Writer.Write(value);

        public override void Flush() => Writer.Flush();
    }
}
