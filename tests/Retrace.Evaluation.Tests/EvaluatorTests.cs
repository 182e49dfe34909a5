using System.Text.Json;
using Retrace.Answers;
using Retrace.Configuration;
using Retrace.Perturbations;
using Retrace.Problems;
using Retrace.Testing;
using Retrace.Training.Measurement;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Evaluation.Tests;

public sealed class EvaluatorTests(UntrainedModelFolder folder) : IClassFixture<UntrainedModelFolder>
{
    private static readonly ResponseSampling Sampling =
        new(Samples: 3, Temperature: 1, TopP: 1, MaxResponseTokens: 10, Seed: 6);

    // Every third has no label.
    private static readonly Problem[] Problems =
    [
        .. Enumerable.Range(0, 9).Select(i => new Problem(
            $"p{i}",
            new string('?', 10 - i),
            i % 2 == 0 ? [] : [new EmbeddedImage($"{i}", UntrainedModelFolder.Picture(60, 30, i))],
            i < 4 ? "first" : i < 7 ? "later" : null)),
    ];

    private static readonly Dictionary<string, string> Labels =
        Problems.Where((_, i) => i % 3 != 0).ToDictionary(problem => problem.Id, problem => "12");

    [Fact]
    public void Labeled_problems_are_sampled_in_order_whatever_the_batches()
    {
        List<int> progress = [];
        IReadOnlyList<GradedProblem> graded = Evaluate(maxBatchSequences: 100, progress.Add);
        Assert.Equal(["p1", "p2", "p4", "p5", "p7", "p8"], graded.Select(problem => problem.Id));
        Assert.Equal([6], progress);
        Assert.All(graded, problem => Assert.Equal(3, problem.Responses.Count));
        Assert.True(graded.SelectMany(problem => problem.Responses).Distinct().Count() > 12);
        Assert.Equal(
            graded.SelectMany(problem => problem.Responses),
            Evaluate(maxBatchSequences: 2, null).SelectMany(problem => problem.Responses));
    }

    [Fact]
    public void A_perturbation_changes_what_is_said_about_images_and_nothing_else()
    {
        SampledResponse[][] clean = Sample(null);
        SampledResponse[][] noisy = Sample(new PerturbationChoice("gaussian", 100));
        Assert.Equal(noisy.SelectMany(drawn => drawn), Sample(new("gaussian", 100)).SelectMany(drawn => drawn));
        Assert.Equal(clean.SelectMany(drawn => drawn), Sample(new("none", 40)).SelectMany(drawn => drawn));
        foreach ((Problem problem, SampledResponse[] before, SampledResponse[] after) in Problems.Zip(clean, noisy))
        {
            Assert.Equal(problem.Images.Count == 0, before.SequenceEqual(after));
        }

        SampledResponse[][] Sample(PerturbationChoice? perturbation) => EvaluatorOf(maxBatchSequences: 100)
            .Sample(Problems, first: 0, perturbation, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void The_report_holds_summary_categories_and_every_response()
    {
        using TemporaryFolder files = new();
        GradedProblem[] graded =
        [
            new("a", "angles", "5", Responses(@"\boxed{5}", "none"), ["5", null], [0, -1], 0),
            new("b", "area", "6", Responses(@"\boxed{7}", @"\boxed{6}"), ["7", "6"], [0, 1], 1),
            new("c", null, "1", Responses("", ""), [null, null], [-1, -1], -1),
        ];
        new EvaluationReport("m", "d", Sampling, true, 4, [new SkippedProblem("x", "broken")], graded)
            .Write(files.Combine("report.json"));

        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(files.Combine("report.json")));
        JsonElement root = document.RootElement;
        Assert.Equal(6, root.GetProperty("seed").GetInt64());
        Assert.True(root.GetProperty("shuffled_images").GetBoolean());
        Assert.Equal(4, root.GetProperty("unlabeled").GetInt32());
        Assert.Equal("broken", root.GetProperty("skipped")[0].GetProperty("reason").GetString());
        JsonElement summary = root.GetProperty("summary");
        Assert.Equal((3, 2), (summary.GetProperty("problems").GetInt32(), summary.GetProperty("samples").GetInt32()));
        Assert.Equal(2 / 6.0, summary.GetProperty("accuracy").GetDouble(), 12);
        Assert.Equal(2 / 3.0, summary.GetProperty("pass_at").GetProperty("2").GetDouble(), 12);
        Assert.Equal(1 / 3.0, summary.GetProperty("majority_accuracy").GetDouble(), 12);
        Assert.Equal(3 / 6.0, summary.GetProperty("answer_rate").GetDouble(), 12);
        Assert.Equal(2, summary.GetProperty("interval").GetArrayLength());
        Assert.Equal(
            ["angles", "area"],
            root.GetProperty("categories").EnumerateObject().Select(category => category.Name));
        JsonElement second = root.GetProperty("problems")[1];
        Assert.Equal("6", second.GetProperty("gold").GetString());
        Assert.Equal([@"\boxed{7}", @"\boxed{6}"], second.GetProperty("responses").Deserialize<string[]>()!);
        Assert.Equal(["7", "6"], second.GetProperty("answers").Deserialize<string[]>()!);
        Assert.Equal([false, true], second.GetProperty("right").Deserialize<bool[]>()!);
        Assert.Equal([7, 7], second.GetProperty("tokens").Deserialize<int[]>()!);
        Assert.Equal(7, summary.GetProperty("response_tokens").GetProperty("median").GetDouble());
        Assert.Equal(0, summary.GetProperty("cut_rate").GetDouble());
        Assert.False(second.GetProperty("majority_right").GetBoolean());
        Assert.Equal(JsonValueKind.Null, root.GetProperty("problems")[2].GetProperty("category").ValueKind);
    }

    private static SampledResponse[] Responses(params string[] texts) =>
        [.. texts.Select(text => new SampledResponse(text, Tokens: 7, Stopped: true))];

    private IReadOnlyList<GradedProblem> Evaluate(int maxBatchSequences, Action<int>? onProblems) =>
        EvaluatorOf(maxBatchSequences)
            .Evaluate(Problems, AnswerKey.Of(Labels), TestContext.Current.CancellationToken, onProblems);

    private Evaluator EvaluatorOf(int maxBatchSequences) => new(
        folder.Model,
        new LocalRolloutEngine(folder.Model.Network, maxBatchSequences),
        new ProblemPreparation(folder.Model, new DataSettings()),
        Sampling);
}
