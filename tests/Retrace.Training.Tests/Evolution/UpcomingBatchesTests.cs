using Retrace.Configuration;
using Retrace.Data;
using Retrace.Data.Formats;
using Retrace.Models;
using Retrace.Problems;
using Retrace.Testing;
using Retrace.Training.Evolution;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Tests.Evolution;

public sealed class UpcomingBatchesTests
{
    private const int Trajectories = 2;

    [Fact]
    public void A_batch_prepared_ahead_is_the_one_prepared_when_it_is_due()
    {
        using VisionLanguageModel model = ShippedProblems.LoadModel();
        IReadOnlyList<Problem> problems =
            [.. ProblemSources.Open(Shipped.TrainingProblems).Read().Problems.Take(7)];
        UpcomingBatches ahead = Batches(model, problems);
        UpcomingBatches due = Batches(model, problems);
        for (int step = 1; step <= 4; step++)
        {
            (PreparedProblem[] expected, PerturbedImages[][] expectedImages) = due.Of(step);
            (PreparedProblem[] prepared, PerturbedImages[][] preparedImages) = ahead.Of(step);
            ahead.Prepare(step + 1);
            Assert.Equal(3, prepared.Length);
            Assert.Equal(expected.Select(one => one.Problem.Id), prepared.Select(one => one.Problem.Id));
            Assert.Equal(expected.Select(one => one.Prompt), prepared.Select(one => one.Prompt));
            Assert.Equal(expected.Select(one => one.Images[0].Patches), prepared.Select(one => one.Images[0].Patches));
            Assert.Equal(PatchesOf(expectedImages), PatchesOf(preparedImages));
        }
        Assert.Equal(
            due.Of(9).Problems.Select(one => one.Problem.Id), ahead.Of(9).Problems.Select(one => one.Problem.Id));
    }

    [Fact]
    public void Without_a_second_round_nothing_is_perturbed()
    {
        using VisionLanguageModel model = ShippedProblems.LoadModel();
        IReadOnlyList<Problem> problems =
            [.. ProblemSources.Open(Shipped.TrainingProblems).Read().Problems.Take(3)];
        Assert.Empty(Batches(model, problems, retraces: false).Of(1).Perturbed);
        Assert.Equal(3 * Trajectories, PatchesOf(Batches(model, problems).Of(1).Perturbed).Length);
    }

    [Fact]
    public void A_file_that_has_gone_is_told_when_its_batch_is_due()
    {
        using VisionLanguageModel model = ShippedProblems.LoadModel();
        UpcomingBatches batches = Batches(model, [new Problem("gone", "?", [new ImageFile("/no/such/image.png")])]);
        batches.Prepare(1);
        Assert.Contains("/no/such/image.png", Assert.Throws<BadInputException>(() => batches.Of(1)).Message);
    }

    private static UpcomingBatches Batches(
        VisionLanguageModel model, IReadOnlyList<Problem> problems, bool retraces = true)
    {
        VisualPerturbation perturbation = VisualPerturbation.Of(new RunConfiguration { Seed = 5 }, model.Images);
        return new UpcomingBatches(
            problems,
            new BatchSchedule(problems.Count, batch: 3, seed: 5),
            steps: 4,
            new ProblemPreparation(model, ShippedProblems.Settings),
            retraces ? (step, batch) => perturbation.Of(step, batch, Trajectories) : null,
            share: count => ..count);
    }

    // [problems · n] of the first images.
    private static float[][] PatchesOf(PerturbedImages[][] perturbed) =>
        [.. perturbed.SelectMany(problem => problem.Select(images => images.Patches.Value[0].Patches))];
}
