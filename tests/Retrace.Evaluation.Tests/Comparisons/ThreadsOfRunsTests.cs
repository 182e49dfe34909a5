using Retrace.Configuration;
using Retrace.Evaluation.Comparisons;
using Retrace.Testing;
using TorchSharp;

namespace Retrace.Evaluation.Tests.Comparisons;

/// <summary>Tests that no other test may run beside, because they set what holds for the whole process.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class Alone;

/// <summary>libtorch's numbers of threads, which it keeps by thread and, for new ones, once.</summary>
[Collection(typeof(Alone))]
public sealed class ThreadsOfRunsTests
{
    [Fact]
    public void Threads_of_one_run_are_not_those_of_the_next_one_or_of_the_program()
    {
        int usual = torch.get_num_threads();
        Job<int> first = new(_ =>
        {
            torch.set_num_threads(usual + 2);
            return torch.get_num_threads();
        });
        Job<int> second = new(_ => torch.get_num_threads(), first);
        RunsAtOnce.Of(Shipped.Model, [new RunConfiguration()], asked: 1)
            .Complete([first, second], TestContext.Current.CancellationToken);
        int ofNew = 0;
        Thread newOne = new(() => ofNew = torch.get_num_threads());
        newOne.Start();
        newOne.Join();
        Assert.Equal((usual + 2, usual, usual), (first.Result, second.Result, ofNew));
        Assert.Equal(usual, torch.get_num_threads());
    }
}
