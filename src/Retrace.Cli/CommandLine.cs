using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;
using Retrace.Cli.Commands;
using Retrace.Models.Native;
using Retrace.Runs;
using Retrace.Training;
using Retrace.Training.DataParallel;
using Retrace.Training.Learning;
using Retrace.Training.Rollouts;

namespace Retrace.Cli;

/// <summary>The root of the commands, and what happens when one of them fails.</summary>
/// <remarks>
/// A command is a class in Commands with one method, Create: it declares the options, and its action calls a method
/// that does the work. Nothing of that work runs, or is even loaded, before the action does, so that help is quick.
/// Actions return <see cref="ExitCode"/> and report failure by throwing; only this class turns that into words.
/// </remarks>
internal static class CommandLine
{
    private const int UserSignal = 10; // SIGUSR1 on Linux.

    private static readonly Option<bool> Verbose = new("--verbose")
    {
        Description = "Shows the stack trace of an error.",
        Recursive = true,
    };

    /// <summary>Runs the command that <paramref name="args"/> name and returns the process's exit code.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        // Not a RootCommand, which would be called after the program's file.
        Command root = new("retrace", "Multimodal models that improve themselves on problems without labels (CSRS).")
        {
            new HelpOption(),
            new VersionOption(),
            Verbose,
            DemoCommand.Create(),
            EvolveCommand.Create(),
            CompareCommand.Create(),
            ReproduceCommand.Create(),
            EvalCommand.Create(),
            RegradeCommand.Create(),
            CompareEvalsCommand.Create(),
            GenerateCommand.Create(),
            ScoreCommand.Create(),
            GradeCommand.Create(),
            RewardCommand.Create(),
            PretrainCommand.Create(),
            DataCommand.Create(),
            ReportCommand.Create(),
            GuardCommand.Create(),
            ServeCommand.Create(),
            ExportCommand.Create(),
            SurvivalCommand.Create(),
            SimulateCommand.Create(),
            ServeModelCommand.Create(),
            DoctorCommand.Create(),
            SelfTestCommand.Create(),
        };
        // An argument may start with @: it names no response file.
        ParserConfiguration asWritten = new() { ResponseFileTokenReplacer = null };
        ParseResult parsed = root.Parse(args.Length == 0 ? ["--help"] : args, asWritten);
        return parsed.Action is ParseErrorAction
            ? Fail(ExitCode.BadInput, $"{UsageError(parsed)}; see {NameOf(parsed.CommandResult)} --help")
            : await InvokeAsync(parsed);
    }

    private static async Task<int> InvokeAsync(ParseResult parsed)
    {
        using CancellationTokenSource interruption = new();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        // The signal that mpirun passes on to its processes.
        using PosixSignalRegistration? passedOn =
            OperatingSystem.IsLinux() ? PosixSignalRegistration.Create((PosixSignal)UserSignal, Interrupt) : null;
        InvocationConfiguration configuration = new()
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null, // Our own handlers leave time for a checkpoint.
        };
        try
        {
            if (parsed.CommandResult.Command is TensorCommand command && parsed.Action == command.Action)
            {
                LibTorch.Prepare();
            }
            return await parsed.InvokeAsync(configuration, interruption.Token);
        }
        catch (OperationCanceledException error)
            when (interruption.IsCancellationRequested || error is RunStoppedException or JobInterruptedException)
        {
            return Fail(ExitCode.Interrupted, "interrupted");
        }
        catch (RolloutFailedException error) when (error.IsSaidElsewhere)
        {
            return ExitCode.Failed;
        }
        catch (OtherProcessFailedException error) // The other one says why.
        {
            return error.IsBadInput ? ExitCode.BadInput : ExitCode.Failed;
        }
        catch (BadInputException error)
        {
            return Fail(ExitCode.BadInput, parsed.GetValue(Verbose) ? error.ToString() : error.Message);
        }
        catch (Exception error)
        {
            return Fail(ExitCode.Failed, parsed.GetValue(Verbose) ? error.ToString() : Sentence(error));
        }

        // The first signal asks the command to finish cleanly; a second one ends the process as usual.
        void Interrupt(PosixSignalContext signal)
        {
            signal.Cancel = !interruption.IsCancellationRequested;
            interruption.Cancel();
        }
    }

    private static string UsageError(ParseResult parsed) => parsed.UnmatchedTokens is [string unknown, ..]
        ? $"unknown command or option \"{unknown}\""
        : parsed.Errors[0].Message.TrimEnd('.');

    private static string NameOf(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{NameOf(parent)} {command.Command.Name}" : command.Command.Name;

    private static int Fail(int exitCode, string message)
    {
        Console.Error.WriteLine($"retrace: {TerminalText.WithoutControls(message)}");
        return exitCode;
    }

    // A TrainingFailedException says itself which of the run's settings to lower.
    private static string Sentence(Exception error) =>
        error is not TrainingFailedException && MemoryExhaustion.In(error) is { } memory
            ? $"{memory.Complaint}; model.dtype=bf16, and a smaller rollout.max_batch_sequences, rollout.prefill_tokens or "
                + "learn.micro_batch_tokens, need less"
            : FirstLine(error.Message);

    // Messages from native code carry their own stack trace below the first line.
    private static string FirstLine(string message)
    {
        int end = message.IndexOf('\n');
        return end < 0 ? message : message[..end].TrimEnd();
    }
}
