using System.CommandLine;
using System.Globalization;
using Retrace.Benchmarks.Measuring;
using Retrace.Models.Native;
using TorchSharp;

namespace Retrace.Benchmarks;

/// <summary>The benchmarks by name. docs/performance.md says what each shows.</summary>
internal static class Program
{
    /// <summary>The argument with which the process ends at once: what any .NET process takes to start.</summary>
    public const string Nothing = "nothing";

    // The rest is in a method of its own, so that what it needs is not loaded for nothing.
    public static int Main(string[] arguments) => arguments switch
    {
        [Nothing] => 0,
        [Neighbours.Busy] => Neighbours.KeepBusy(),
        [Neighbours.Pieces, string count] => Neighbours.DoPieces(int.Parse(count, CultureInfo.InvariantCulture)),
        [RandomModel.Checkpoint, string folder] => RandomModel.Write(folder),
        [ImagePreparation.Name, string file, string maxPixels, string count] => ImagePreparation.Time(
            file, int.Parse(maxPixels, CultureInfo.InvariantCulture), int.Parse(count, CultureInfo.InvariantCulture)),
        _ => Benchmarks().Parse(arguments).Invoke(),
    };

    private static Command Benchmarks()
    {
        Option<int> rounds = new("--rounds")
        {
            Description = "How often each contestant runs.",
            Recursive = true,
            DefaultValueFactory = _ => 5,
        };
        Option<int?> threads = new("--threads")
        {
            Description = "Threads of libtorch; its own choice without.",
            Recursive = true,
        };
        Option<bool> smallest = new("--smallest")
        {
            Description = "The smallest sizes there are: shows that a benchmark runs, and says nothing about speed.",
            Recursive = true,
        };
        return new RootCommand("Speed and memory, as ratios inside one run: docs/performance.md.")
        {
            rounds,
            threads,
            smallest,
            Benchmark("sharing", "A step of CSRS with sharing against the same without, and against majority voting.", Sharing.Run),
            Benchmark("decoding", "A decoding step of a model of 100M weights against the bound of this machine.", Decoding.Run),
            Benchmark("learning", "A step of the learner against the same operations in bare TorchSharp calls.", LearningStep.Run),
            Benchmark("experts", "A mixture of experts against a dense layer with as many active weights.", Experts.Run),
            Benchmark("allocation", "Managed bytes a generated token, and resident memory over generations.", Allocation.Run),
            Benchmark("scaling", "How time and arithmetic grow with lengths, batch, image and model.", Scaling.Run),
            Benchmark("costs", "The constants of scaling.md's model of a step, and a step as it foretells it.", CostModel.Run),
            Benchmark("exchange", "What processes exchange in an update, and what it costs; under mpirun.", Exchange.Run),
            Benchmark("startup", "Time to the help, to a token, and to the first step of a run.", StartUp.Run),
            Benchmark("long", "Resident memory of long runs, comparisons and evaluations, and of large files.", LongWork.Run),
            Benchmark("pages", "The report and the live page of fifty runs of ten thousand steps.", LongPages.Run),
            Benchmark("neighbours", "Steps alone and beside busy processes, against what their share of the cores explains.", Neighbours.Run),
        };

        Command Benchmark(string name, string description, Action<BenchmarkSettings> run)
        {
            Command command = new(name, description);
            command.SetAction(parsed =>
            {
                LibTorch.Prepare();
                if (parsed.GetValue(threads) is int count)
                {
                    torch.set_num_threads(count);
                }
                Console.WriteLine(Machine.Describe());
                run(new BenchmarkSettings(parsed.GetValue(rounds), parsed.GetValue(smallest)));
            });
            return command;
        }
    }
}
