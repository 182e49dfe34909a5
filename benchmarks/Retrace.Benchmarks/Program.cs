using System.CommandLine;
using Retrace.Benchmarks;
using Retrace.Benchmarks.Measuring;
using Retrace.Models.Native;
using TorchSharp;

Option<int> rounds = new("--rounds") { Description = "How often each contestant runs.", Recursive = true };
Option<int?> threads = new("--threads") { Description = "Threads of libtorch; its own choice without.", Recursive = true };
Option<bool> smallest = new("--smallest")
{
    Description = "The smallest sizes there are: shows that a benchmark runs, and says nothing about speed.",
    Recursive = true,
};
rounds.DefaultValueFactory = _ => 5;
Command root = new("Retrace.Benchmarks", "Speed and memory, as ratios inside one run: docs/performance.md.")
{
    rounds,
    threads,
    smallest,
    Benchmark("sharing", "A step of CSRS with sharing against the same without, and against majority voting.", Sharing.Run),
    Benchmark("decoding", "A decoding step of a model of 100M weights against the bound of this machine.", Decoding.Run),
};
return root.Parse(args).Invoke();

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
