using System.Text.Json;
using CsCheck;
using Retrace.Answers;
using Retrace.Configuration;
using Retrace.Perturbations;
using Retrace.Problems;
using Retrace.Testing;
using Retrace.Training.Measurement;
using Retrace.Training.Prompts;

namespace Retrace.Evaluation.Tests;

public sealed class EvaluationFolderTests : IDisposable
{
    private const int Samples = 2;

    private static readonly RunConfiguration Configuration = new() { Evaluation = new() { Samples = Samples } };

    private readonly TemporaryFolder _files = new();
    private readonly string _data;

    public EvaluationFolderTests()
    {
        _files.Write("model/config.json", "{}");
        _files.Write("model/model.safetensors", "weights");
        _data = _files.Write("problems.jsonl", string.Concat(Enumerable.Range(0, 70).Select(i =>
            $$"""{"id": "p{{i}}", "question": "What is {{i}}?", "answer": "{{i}}", "category": "{{(i % 2 == 0 ? "even" : "odd")}}"}"""
            + "\n")));
    }

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Whatever_a_kill_leaves_the_samples_come_out_the_same()
    {
        Evaluated whole = Evaluate("whole", [new("blur", 40)]);
        byte[] lines = File.ReadAllBytes(whole.Combine(EvaluationFolder.SamplesFile));
        Assert.Equal(2 * 70 * Samples, lines.Count(value => value == '\n'));
        byte[] results = File.ReadAllBytes(whole.Combine(EvaluationFolder.ResultsFile));
        int batches = 4; // Of 64 and of 6 problems, twice.
        Assert.Equal((0, batches), (whole.Resumed, whole.Sampled));
        Gen.Int[0, lines.Length].Sample(
            kept =>
            {
                File.WriteAllBytes(whole.Combine(EvaluationFolder.SamplesFile), lines[..kept]);
                Evaluated resumed = Evaluate("whole", [new("blur", 40)]);
                Assert.Equal(batches, resumed.Resumed + resumed.Sampled);
                Assert.Equal(kept == lines.Length, resumed.Sampled == 0);
                Assert.Equal(lines, File.ReadAllBytes(resumed.Combine(EvaluationFolder.SamplesFile)));
                Assert.Equal(results, File.ReadAllBytes(resumed.Combine(EvaluationFolder.ResultsFile)));
            },
            iter: 30,
            threads: 1);
    }

    [Fact]
    public void A_line_says_all_that_grading_found()
    {
        Evaluated evaluated = Evaluate("one", [new("blur", 20)]);
        JsonElement[] lines =
        [
            .. File.ReadLines(evaluated.Combine(EvaluationFolder.SamplesFile))
                .Select(line => JsonDocument.Parse(line).RootElement),
        ];
        JsonElement second = lines[7]; // The second of the fourth problem.
        Assert.Equal("p3", second.GetProperty("problem_id").GetString());
        Assert.Equal(1, second.GetProperty("sample").GetInt32());
        Assert.Equal(JsonValueKind.Null, second.GetProperty("perturbation").ValueKind);
        Assert.Equal("odd", second.GetProperty("category").GetString());
        Assert.Equal("3", second.GetProperty("gold").GetString());
        Assert.Equal("The answer is 3", second.GetProperty("response").GetString());
        Assert.Equal(JsonValueKind.Null, second.GetProperty("answer").ValueKind);
        Assert.False(second.GetProperty("right").GetBoolean());
        Assert.Equal(4, second.GetProperty("tokens").GetInt32());
        Assert.Equal("length", second.GetProperty("finish").GetString());
        Assert.Equal("stop", lines[6].GetProperty("finish").GetString());
        Assert.True(lines[6].GetProperty("right").GetBoolean());
        Assert.Equal("blur:20", lines[(70 * Samples) + 7].GetProperty("perturbation").GetString());
    }

    [Fact]
    public void Perturbations_can_be_added_to_a_finished_evaluation()
    {
        Evaluate("more", []);
        Evaluated more = Evaluate("more", [new("blur", 40)]);
        Assert.Equal((2, 2), (more.Resumed, more.Sampled));
        Evaluate("all at once", [new("blur", 40)]);
        Assert.Equal(
            File.ReadAllBytes(_files.Combine("all at once/samples.jsonl")),
            File.ReadAllBytes(more.Combine(EvaluationFolder.SamplesFile)));
        Assert.Equal(
            $"perturbations are none, but the evaluation in {more.Folder} began with blur:40; give that, or another --output",
            Assert.Throws<BadInputException>(() => Evaluate("more", [])).Message);
    }

    [Fact]
    public void Another_setting_model_or_problem_is_refused()
    {
        string folder = Evaluate("first", []).Folder;
        AssertRefused(
            $"seed is 5, but the evaluation in {folder} began with 0",
            () => Evaluate("first", [], Configuration with { Seed = 5 }));
        AssertRefused(
            $"temperature is 0.5, but the evaluation in {folder} began with 1",
            () => Evaluate("first", [], Configuration with
            {
                Evaluation = Configuration.Evaluation with { Temperature = 0.5 },
            }));
        AssertRefused(
            $"limit is 3, but the evaluation in {folder} began with null",
            () => Evaluate("first", [], Configuration with
            {
                Evaluation = Configuration.Evaluation with { Limit = 3 },
            }));
        AssertRefused(
            $"extraction is \"lenient\", but the evaluation in {folder} began with \"boxed\"",
            () => Evaluate("first", [], Configuration with { Reward = new() { Extraction = "lenient" } }));
        string model = _files.Combine("model");
        _files.Write("model/model.safetensors", "Weights");
        AssertRefused(
            $"{model} holds another model than the evaluation in {folder} began with", () => Evaluate("first", []));
        _files.Write("model/model.safetensors", "weights");
        File.WriteAllText(_data, File.ReadAllText(_data).Replace("What is 3?", "What is 4?"));
        AssertRefused(
            $"{_data} holds other problems than the evaluation in {folder} began with", () => Evaluate("first", []));

        static void AssertRefused(string beginning, Action evaluate) => Assert.Equal(
            beginning + "; give that, or another --output", Assert.Throws<BadInputException>(evaluate).Message);
    }

    [Fact]
    public void A_damaged_line_before_the_last_and_a_folder_in_use_are_named()
    {
        Evaluated evaluated = Evaluate("damaged", []);
        string samples = evaluated.Combine(EvaluationFolder.SamplesFile);
        string[] lines = File.ReadAllLines(samples);
        File.WriteAllLines(samples, [lines[0], "{}", .. lines[2..]]);
        Assert.StartsWith(
            $"{samples}, line 2: no sample of an evaluation",
            Assert.Throws<BadInputException>(() => Evaluate("damaged", [])).Message);
        File.WriteAllLines(samples, [lines[0], lines[0], .. lines[2..]]);
        Assert.Equal(
            $"{samples}, line 2: expected sample 1 of problem p0, but it is 0 of p0",
            Assert.Throws<BadInputException>(() => Evaluate("damaged", [])).Message);

        using IDisposable held = new EvaluationFolder(evaluated.Folder).Lock();
        Assert.Contains(
            "Another process is at work",
            Assert.Throws<BadInputException>(() => new EvaluationFolder(evaluated.Folder).Lock()).Message);
    }

    [Fact]
    public void Responses_are_graded_anew_without_being_sampled()
    {
        Evaluated evaluated = Evaluate("graded", [new("blur", 40)]);
        EvaluationFolder folder = new(evaluated.Folder);
        Assert.Equal(0.5, evaluated.Report.Summary.Accuracy); // Every second response has no box.
        string before = File.ReadAllText(evaluated.Combine(EvaluationFolder.ResultsFile));

        EvaluationReport lenient = folder.Regrade("lenient", dataPath: null);
        Assert.Equal((1, 1), (lenient.Summary.Accuracy, lenient.Perturbed.Single().Summary.Accuracy));
        Assert.Equal("lenient", lenient.Extraction);
        JsonElement line = JsonDocument.Parse(
            File.ReadLines(evaluated.Combine(EvaluationFolder.SamplesFile)).ElementAt(7)).RootElement;
        Assert.Equal(("3", true), (line.GetProperty("answer").GetString(), line.GetProperty("right").GetBoolean()));
        Assert.Equal(
            1, StoredEvaluation.Read(evaluated.Combine(EvaluationFolder.ResultsFile)).Summary.Accuracy);
        Assert.Equal("lenient", folder.Regrade(null, null).Extraction);

        // Moved problems are found by --data.
        string moved = _files.Write("moved.jsonl", File.ReadAllText(_data));
        folder.Regrade("boxed", moved);
        Assert.Equal(before.Replace(_data, moved), File.ReadAllText(evaluated.Combine(EvaluationFolder.ResultsFile)));

        string other = _files.Write("other.jsonl", File.ReadAllText(_data).Replace("\"answer\": \"7\"", "\"answer\": \"8\""));
        Assert.Equal(
            $"{other} holds other problems than the evaluation in {folder.Path} is of",
            Assert.Throws<BadInputException>(() => folder.Regrade(null, other)).Message);
    }

    [Theory]
    [InlineData("assistant\\n", 0)]
    [InlineData("assistant\\n<think>\\n", 0.5)] // Every second response goes on to a box.
    public void A_thought_that_the_prompt_has_opened_counts_when_graded_anew(string end, double rate)
    {
        Evaluated evaluated = Evaluate("thinking", []);
        string manifest = evaluated.Combine(EvaluationFolder.ManifestFile);
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("\"prompt\": null", $"\"prompt\": \"{end}\""));
        string samples = evaluated.Combine(EvaluationFolder.SamplesFile);
        File.WriteAllText(samples, File.ReadAllText(samples).Replace("\"response\":\"", "\"response\":\"so</think>"));

        Assert.Equal(rate, new EvaluationFolder(evaluated.Folder).Regrade(null, null).Summary.FormatRate);
    }

    [Fact]
    public void An_unfinished_evaluation_is_not_graded_anew()
    {
        Evaluated evaluated = Evaluate("part", []);
        string samples = evaluated.Combine(EvaluationFolder.SamplesFile);
        File.WriteAllLines(samples, File.ReadAllLines(samples)[..^1]);
        Assert.Equal(
            $"The evaluation in {evaluated.Folder} has done 64 of 70 problems; let retrace eval finish it first",
            Assert.Throws<BadInputException>(() => new EvaluationFolder(evaluated.Folder).Regrade(null, null)).Message);
        Assert.Contains(
            "holds no evaluation.json",
            Assert.Throws<BadInputException>(() => new EvaluationFolder(_files.Path).Regrade(null, null)).Message);
    }

    // Everything that retrace eval does, with responses that follow from the problem in place of a model's.
    private Evaluated Evaluate(
        string name, IReadOnlyList<PerturbationChoice> perturbations, RunConfiguration? configuration = null)
    {
        configuration ??= Configuration;
        var data = EvaluationData.Read(_data, benchmark: null);
        UsableProblems usable = new(data.Problems.Problems, data.Problems.Answers, data.Problems.Skipped, default);
        IReadOnlyList<Problem> labeled = usable.Labeled(_data, configuration.Evaluation.Limit).Problems;
        EvaluationPlan plan = new(labeled, perturbations);
        EvaluationFolder folder = new(_files.Combine(name));
        using IDisposable held = folder.Lock();
        EvaluationManifest manifest = folder.Claim(
            EvaluationManifest.Of(_files.Combine("model"), configuration, data, usable, plan, shuffledImages: false, "fp32"),
            labeled,
            data.Keys);
        using SampleLog log = folder.OpenSamples(plan, manifest.Samples, data);
        List<GradedProblem> graded = [];
        foreach ((int place, EvaluationBatch batch) in plan.Batches.Index())
        {
            GradedProblem[] ofBatch =
            [
                .. batch.Problems.Select((problem, i) => GradedProblem.Of(
                    problem,
                    data.Keys[problem.Id],
                    place < log.Sampled.Count ? log.Sampled[place][i] : ResponsesTo(problem),
                    new BoxedExtraction())),
            ];
            if (place >= log.Sampled.Count)
            {
                log.Append(batch.Perturbation, ofBatch);
            }
            graded.AddRange(ofBatch);
        }
        var report = EvaluationReport.Of(manifest, data, plan, [.. graded.Chunk(plan.Problems.Count)]);
        folder.WriteResults(manifest, data, report);
        return new Evaluated(folder.Path, report, log.Sampled.Count, plan.Batches.Count - log.Sampled.Count);
    }

    private static SampledResponse[] ResponsesTo(Problem problem)
    {
        string answer = problem.Id[1..];
        return
        [
            new($"<think>ü\n\"{answer}\"</think>\\boxed{{{answer}}}", 9, Stopped: true),
            new($"The answer is {answer}", 4, Stopped: false),
        ];
    }

    private sealed record Evaluated(string Folder, EvaluationReport Report, int Resumed, int Sampled)
    {
        public string Combine(string name) => Path.Combine(Folder, name);
    }
}
