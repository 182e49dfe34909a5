using System.Text;
using Retrace.Problems;
using Retrace.Testing;
using Retrace.Training.Evolution;
using Retrace.Training.Prompts;

namespace Retrace.Training.Tests.Evolution;

/// <summary>Tests that no other test may run beside, because they measure the process.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class Alone;

/// <summary>Memory while a run goes through many images.</summary>
[Collection(typeof(Alone))]
[Trait("Time", "long")]
public sealed class ImageMemoryTests(UntrainedModelFolder folder) : IClassFixture<UntrainedModelFolder>, IDisposable
{
    private const int Files = 5000;
    private const int Steps = 200; // Every file once.
    private const int Side = 56;   // Pixels: 9 KiB decoded, and as patches four times that.
    private const long Most = 8L << 20; // All images as patches would take twenty times that.

    private readonly TemporaryFolder _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Memory_is_flat_over_200_steps_with_5000_image_files()
    {
        StringBuilder lines = new();
        for (int i = 0; i < Files; i++)
        {
            _files.Write($"images/{i}.png", UntrainedModelFolder.Picture(Side, Side, i));
            lines.AppendLine($$"""{"question": "How wide is {{i}}?", "image": "images/{{i}}.png"}""");
        }
        ProblemPreparation preparation = new(folder.Model, ShippedProblems.Settings);
        UsableProblems data = UsableProblems.Read(
            _files.Write("problems.jsonl", lines.ToString()), preparation, TestContext.Current.CancellationToken);
        Assert.Equal(Files, data.Problems.Count);
        UpcomingBatches batches = new(
            data.Problems,
            new BatchSchedule(Files, batch: Files / Steps, seed: 1),
            Steps,
            preparation,
            perturb: null,
            share: count => ..count);

        HashSet<string> seen = [];
        long early = 0;
        for (int step = 1; step <= Steps; step++)
        {
            seen.UnionWith(batches.Of(step).Problems.Select(problem => problem.Problem.Id));
            batches.Prepare(step + 1);
            if (step == 10)
            {
                early = GC.GetTotalMemory(forceFullCollection: true);
            }
        }
        Assert.Equal(Files, seen.Count);
        Assert.True(GC.GetTotalMemory(forceFullCollection: true) - early < Most);
    }
}
