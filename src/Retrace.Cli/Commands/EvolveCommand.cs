using System.CommandLine;
using Retrace.Cli.Progress;
using Retrace.Configuration;
using Retrace.Runs;
using Retrace.Training;
using Retrace.Training.DataParallel;
using Retrace.Training.Evolution;
using Retrace.Training.Rollouts;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace evolve</c>: a model improves itself on the user's problems.</summary>
internal static class EvolveCommand
{
    public static Command Create()
    {
        Option<string?> model = new("--model")
        {
            Description = "Folder of the checkpoint to start from.",
            HelpName = "DIR",
        };
        Option<string?> data = new("--data") { Description = "The problems, .jsonl, .json or .parquet.", HelpName = "FILE" };
        Option<string?> output = new("--output") { Description = "Folder of the run.", HelpName = "DIR" };
        Option<bool> resume = new("--resume")
        {
            Description = "Resumes the run in the output folder, with its settings, from its latest checkpoint.",
        };
        Option<bool> printConfig = new("--print-config")
        {
            Description = "Prints every setting with its explanation, as the other options resolve it, and stops.",
        };
        AllowChangedOption allowChanged = new();
        ConfigurationOptions settings = new();
        DryRunOptions dryRun = new();
        TensorCommand command = new("evolve", "Improves a model on problems without labels.")
        {
            model, data, output, resume, printConfig,
        };
        allowChanged.AddTo(command);
        dryRun.AddTo(command);
        settings.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            bool resumes = parsed.GetValue(resume);
            IReadOnlySet<RunAspect> allowed = allowChanged.In(parsed);
            if (allowed.Count > 0 && !resumes)
            {
                throw new BadInputException("--allow-changed is for --resume; give that with it, or leave it out");
            }
            bool isDryRun = dryRun.IsGiven(parsed);
            if (isDryRun && resumes)
            {
                throw new BadInputException("--dry-run is for a run that has not begun; leave --resume out");
            }
            string? runFolder = parsed.GetValue(output);
            string began = Path.Combine(runFolder ?? "", RunFolder.Config);
            RunConfiguration configuration = resumes && File.Exists(began)
                ? settings.ResolveResumed(parsed, began)
                : settings.Resolve(parsed, parsed.GetValue(model));
            if (parsed.GetValue(printConfig))
            {
                Console.Write(configuration.ToYaml(explain: true));
                return Task.FromResult(ExitCode.Done);
            }
            string directory = Required("--output", runFolder);
            string modelFolder = Required("--model", parsed.GetValue(model));
            string problems = Required("--data", parsed.GetValue(data));
            if (isDryRun)
            {
                dryRun.Show(
                    parsed,
                    new RunOptions(modelFolder, problems, directory) { Configuration = configuration },
                    Console.Out,
                    cancellation);
                return Task.FromResult(ExitCode.Done);
            }
            RunOptions options = new(modelFolder, problems, directory)
            {
                Configuration = configuration,
                Resume = resumes,
                AllowChanged = allowed,
                Observers = TerminalObservers.ForRun(new RunBars()),
            };
            return Task.FromResult(Evolve(options, cancellation));
        });
        return command;
    }

    // In one process, or in each of those of a job that mpirun has started.
    private static int Evolve(RunOptions options, CancellationToken cancellation)
    {
        using IProcessGroup processes = ProcessGroups.Join();
        try
        {
            using EvolutionRun run = EvolutionRun.Open(options with { Processes = processes }, cancellation);
            if (processes.Rank == 0)
            {
                Show(run, options.Resume, processes.Size, cancellation);
            }
            else
            {
                run.Evolve(cancellation);
            }
        }
        catch (Exception error)
            when (processes.Size > 1 && error is OperationCanceledException or RolloutFailedException)
        {
            // They have agreed to stop here. None ends before the first one has written its checkpoint.
            processes.Leave();
            if (processes.Rank > 0 && error is OperationCanceledException)
            {
                return ExitCode.Interrupted;
            }
            throw;
        }
        processes.Leave();
        return ExitCode.Done;
    }

    private static void Show(EvolutionRun run, bool resumes, int processes, CancellationToken cancellation)
    {
        // mpirun gives the processes of a job that it ends a second or two, which can be too short for a checkpoint.
        using CancellationTokenRegistration notice = processes == 1
            ? default
            : cancellation.Register(() => Console.Error.WriteLine(run.LatestCheckpoint is string latest
                ? $"retrace: asked to stop; if the job is ended before it has, --resume goes on from {latest}, with any "
                    + "number of processes"
                : "retrace: asked to stop; there is no checkpoint yet"));
        if (resumes)
        {
            Console.WriteLine(Beginning(run));
        }
        try
        {
            run.Evolve(cancellation);
        }
        catch (OperationCanceledException) when (run.LatestCheckpoint is string checkpoint)
        {
            Console.WriteLine($"--resume goes on from {checkpoint}");
            throw;
        }
        Console.WriteLine($"the model is in {run.LatestCheckpoint}");
    }

    // What a resumed run does.
    private static string Beginning(EvolutionRun run) => run.LatestCheckpoint is not string checkpoint
        ? $"there is no checkpoint yet; the run begins anew, with step 1 of {run.Loop.Steps}"
        : run.StepsTaken == run.Loop.Steps
            ? $"all {run.StepsTaken} steps were taken before; there is nothing left to do"
            : $"goes on from {checkpoint} with step {run.StepsTaken + 1} of {run.Loop.Steps}";

    // Not the options' own check: --print-config needs none of them.
    private static string Required(string option, string? value) =>
        value ?? throw new BadInputException($"evolve needs {option}; see retrace evolve --help");
}
