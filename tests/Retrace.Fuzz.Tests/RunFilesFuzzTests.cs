using System.Text;
using Retrace.Runs;
using Retrace.Testing;
using Retrace.Training.Measurement;

namespace Retrace.Fuzz.Tests;

/// <summary>Files of a run's folder that a resume, or grading anew, reads.</summary>
public sealed class RunFilesFuzzTests : IDisposable
{
    private const string Sample =
        """{"step":1,"problem_id":"p","sample":0,"category":null,"gold":"3","response":"\\boxed{3}","answer":"3","right":true,"tokens":4,"finish":"stop"}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Origin()
    {
        RunOriginFile.Write(_folder.Path, new RunOrigin
        {
            Model = new ModelOrigin("/models/m", new Dictionary<string, string> { ["config.json"] = "ab" }),
            Data = new DataOrigin("/data/d.jsonl", 3, "cd", "ef"),
            Library = "1.2.3",
            LibTorch = "2.10.0",
            Device = "cpu",
            InstructionSet = "X64: AVX2",
            Changes = [new OriginChange(2, "data", "/data/c.jsonl", "/data/d.jsonl")],
        });
        string seed = File.ReadAllText(_folder.Combine(RunFolder.Origin));
        Fuzzer.Run("origin", 500, random => Damaged(seed, random), bytes =>
        {
            _folder.Write(RunFolder.Origin, bytes);
            RunOriginFile.Read(_folder.Path);
        });
    }

    [Fact]
    public void Evaluation_card()
    {
        const string Card = """
            {"prompt":"{question}","extraction":"boxed","samples":1,"temperature":1,"top_p":1,"max_response_tokens":16,
            "stop_tokens":[1,2],"seed":0,"max_pixels":200704,"dtype":"fp32","device":"cpu","instruction_set":"X64: AVX2",
            "library":"1.2.3","graded_by":"1.2.3","libtorch":null,"model":"/models/m","model_sha256":"ab","data":"d.jsonl",
            "benchmark":null,"problems_sha256":"cd","problems":2,"interval":"Wilson"}
            """;
        Fuzzer.Run("evaluation card", 500, random => Damaged(Card, random), bytes =>
            EvaluationCard.Read(_folder.Write(RunFolder.EvaluationCard, bytes)));
    }

    [Fact]
    public void Evaluation_samples()
    {
        _folder.Write(RunFolder.Config, "");
        Fuzzer.Run(
            "evaluation samples",
            500,
            random => Encoding.UTF8.GetBytes($"{Sample}\n{Encoding.UTF8.GetString(Damaged(Sample, random))}\n{Sample}\n"),
            bytes =>
            {
                _folder.Write(RunFolder.EvaluationSamples, bytes);
                Assert.NotEmpty(RunReader.Read(_folder.Path).EvaluationSamples.ToArray());
            });
    }

    private static byte[] Damaged(string seed, Random random) => random.Next(2) == 0
        ? JsonMutation.Of(seed, random)
        : ByteMutation.Of(Encoding.UTF8.GetBytes(seed), random);
}
