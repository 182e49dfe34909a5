using Retrace.Data;
using Retrace.Testing;

namespace Retrace.Pretraining.Tests;

public sealed class PretrainerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Although two threads add to the same gradients.
    [Fact]
    public void The_same_seed_gives_the_same_weights_through_all_stages()
    {
        PretrainingRecipe recipe = PretrainingRecipe.Tiny with
        {
            Batch = 5,
            CorpusLessons = 200,
            VocabularySize = 400,
            ReadingSteps = 2,
            JointSteps = 2,
            Steps = 6,
            WarmupSteps = 1,
        };
        byte[][] weights = [.. new[] { "one", "other" }.Select(name =>
        {
            new Pretrainer(recipe, seed: 3).Run(_folder.Combine(name), resume: false, _ => { }, TestContext.Current.CancellationToken);
            return File.ReadAllBytes(Path.Combine(_folder.Combine(name), "model.safetensors"));
        })];
        Assert.Equal(weights[0], weights[1]);
        Assert.Equal("the wording", ProblemKinds.Beside(_folder.Combine("one"))!.Of("clock"));
        Assert.Equal("nothing tempts", ProblemKinds.Beside(_folder.Combine("one"))!.Of("ruler"));
    }
}
