using Retrace.Answers;
using Retrace.Data.Benchmarks;
using Retrace.Images;
using Retrace.Problems;
using Retrace.Testing;

namespace Retrace.Fuzz.Tests;

/// <summary>Benchmarks' files, as their repositories have them.</summary>
public sealed class BenchmarkFuzzTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public BenchmarkFuzzTests() =>
        _folder.Write("images/1.png", ImageDecoder.EncodePng(new PixelImage(2, 1, [255, 0, 0, 0, 255, 0])));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void LogicVista() => Fuzz("logicvista", "dataset.json", """
        {"v1_1":{"imagename":"1.png","question":"Which? A. red B. blue C. none","answer":"A, C","skill":["inductive"],
        "broad_capability":["diagram","ocr"],"specific_capability":["3d pattern"]},
        "v1_2":{"imagename":"1.png","question":"Where?","answer":"b","skill":"spatial","capability":["ocr"]},
        "v1_3":{"imagename":"1.png","question":"","answer":"","skill":[]}}
        """);

    [Fact]
    public void MathVista() => Fuzz("mathvista", "testmini.json", """
        {"1":{"pid":"1","query":"How many?","image":"images/1.png","choices":["9","12","18","18"],"precision":null,"answer":"18",
        "question_type":"multi_choice","answer_type":"text","metadata":{"task":"counting","skills":["arithmetic"],"grade":"none"}},
        "2":{"pid":"2","query":"How long?","image":"images/1.png","choices":null,"precision":1.0,"answer":"1.2",
        "question_type":"free_form","answer_type":"float","metadata":{"task":"measuring","skills":[]}},
        "3":{"pid":"3","query":"How many?","image":"images/1.png","choices":null,"precision":null,"answer":"4",
        "question_type":"free_form","answer_type":"integer","metadata":{}}}
        """);

    [Fact]
    public void The_prompts_of_MathVista()
    {
        _folder.Write("testmini.json", """
            {"1":{"pid":"1","question":"q","image":"images/1.png","choices":null,"answer":"4","answer_type":"integer","metadata":{}}}
            """);
        Fuzz("mathvista", "query.json", """{"1":"Hint: an integer.\nQuestion: how many?","2":"And now?"}""", "testmini.json");
    }

    // The file that is read is the damaged one, or one that leads to it.
    private void Fuzz(string benchmark, string file, string seed, string? read = null) => Fuzzer.Run(
        $"{benchmark} {file}",
        200,
        random => JsonMutation.Of(seed, random),
        bytes =>
        {
            _folder.Write(file, bytes);
            BenchmarkData data = BenchmarkCatalogue.Named(benchmark).Read(_folder.Combine(read ?? file));
            foreach (BenchmarkItem item in data.Items)
            {
                Assert.All(item.Problem.Images, image => image.ReadBytes());
                if (item.Key is AnswerKey key)
                {
                    Assert.True(key.Equivalence.AreEqual(key.Label, key.Label));
                }
            }
        });
}
