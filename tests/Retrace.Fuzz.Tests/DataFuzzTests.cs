using System.Text;
using Parquet.Serialization;
using Retrace.Configuration;
using Retrace.Data;
using Retrace.Data.Formats;
using Retrace.Data.Parquet;
using Retrace.Evaluation.Grading;
using Retrace.Evaluation.RuleStudies;
using Retrace.Images;
using Retrace.Problems;
using Retrace.Rewards;
using Retrace.Testing;
using Retrace.Training.Prompts;

namespace Retrace.Fuzz.Tests;

/// <summary>Data files.</summary>
public sealed class DataFuzzTests : IDisposable
{
    private static readonly byte[] Picture = ImageDecoder.EncodePng(new PixelImage(2, 1, [255, 0, 0, 0, 255, 0]));

    private static readonly string[] Problems =
    [
        """{"id":"one","image":"images/a.png","question":"How long is AB?","answer":"12","category":"lines"}""",
        """{"question":"<image> or <image>?","images":["images/a.png","a.png"],"answer":7}""",
        $$"""{"id":3,"image":"data:image/png;base64,{{Convert.ToBase64String(Picture)}}","problem":"And this?"}""",
    ];

    private readonly TemporaryFolder _folder = new();

    public DataFuzzTests()
    {
        _folder.Write("images/a.png", Picture);
        _folder.Write("a.png", Picture);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Problems_as_JSON_lines() =>
        Fuzzer.Run("jsonl", 500, random => Lines(Problems, random), bytes => ReadProblems("fuzzed.jsonl", bytes));

    [Fact]
    public void Problems_as_Parquet()
    {
        string path = _folder.Write("seed.jsonl", string.Join('\n', Problems));
        string parquet = _folder.Combine("seed.parquet");
        ParquetProblemWriter.Write(ProblemSources.Open(path).Read(), parquet);
        byte[] seed = File.ReadAllBytes(parquet);
        Fuzzer.Run(
            "parquet", 400, random => ByteMutation.Of(seed, random), bytes => ReadProblems("fuzzed.parquet", bytes));
    }

    [Fact]
    public void Problems_as_a_JSON_document() => Fuzzer.Run(
        "json",
        500,
        random => random.Next(2) == 0
            ? JsonMutation.Of($"[{string.Join(',', Problems)}]", random)
            : Lines(Problems, random), // Whatever its name says.
        bytes => ReadProblems("fuzzed.json", bytes));

    [Fact]
    public void Images_and_labels_of_Parquet_in_every_form()
    {
        byte[][] seeds =
        [
            ParquetOf(new FormRow<string, string> { images = "images/a.png", answer = "1" }),
            ParquetOf(new FormRow<byte[], bool> { images = Picture, answer = true }),
            ParquetOf(new FormRow<List<string>, List<string>>
            {
                images = ["a.png", $"data:image/png;base64,{Convert.ToBase64String(Picture)}"], answer = ["1", "2"],
            }),
            ParquetOf(new FormRow<List<byte[]>, double> { images = [Picture, Picture], answer = 0.5 }),
            ParquetOf(new FormRow<List<VerlImage>, VerlImage>
            {
                images = [new VerlImage { image = "a.png" }], answer = new VerlImage { image = "x" },
            }),
        ];
        Fuzzer.Run(
            "parquet forms",
            400,
            random => ByteMutation.Of(seeds[random.Next(seeds.Length)], random),
            bytes => ReadProblems("fuzzed.parquet", bytes));
    }

    [Fact]
    public void Prompts() => Fuzzer.Run(
        "prompts",
        300,
        random => Lines(
            [
                """{"id":"a","prompt":"What?","image":"a.png","response":"That."}""",
                """{"id":2,"input_ids":[1,2,3],"response":"4"}""",
            ],
            random),
        bytes => PromptFile.Read(_folder.Write("fuzzed.jsonl", bytes)));

    [Fact]
    public void Pairs_to_grade() => Fuzzer.Run(
        "grades",
        300,
        random => Lines(["""{"gold":"\\frac{1}{2}","pred":"0.5"}""", """{"gold":"A","pred":"B"}"""], random),
        bytes => AnswerGrading.GradeFile(
            _folder.Write("fuzzed.jsonl", bytes), _folder.Combine("out.jsonl"), CancellationToken.None));

    [Fact]
    public void Responses_to_reward() => Fuzzer.Run(
        "responses",
        300,
        random => Lines(
            [
                """
                {"maternal":["\\boxed{1}","\\boxed{2}"],"retraced":[["\\boxed{1}"],["3"]],"anchors":[[0],[1]],"blind":["\\boxed{2}"],"start":["1"],"answer":1}
                """,
                """
                {"maternal":["\\boxed{1}","\\boxed{2}"],"teacher":["\\boxed{1}"],"rephrased":["2"],"confidences":[1,2.5],"judgements":[1,0],"answer":"2"}
                """,
                """{"maternal":["\\boxed{1}","\\boxed{2}"],"entropies":[1,2],"self_certainties":[1,2],"distances":[[[1,2]],[[1,2]]],"answer":"1"}""",
            ],
            random),
        bytes => RuleStudy.Of(
            _folder.Write("fuzzed.jsonl", bytes), RewardRules.Names, new RunConfiguration(), CancellationToken.None));

    private static byte[] Lines(string[] lines, Random random)
    {
        string[] damaged = [.. lines];
        int place = random.Next(lines.Length);
        damaged[place] = Encoding.UTF8.GetString(JsonMutation.Of(lines[place], random));
        byte[] bytes = Encoding.UTF8.GetBytes(string.Join('\n', damaged));
        return random.Next(8) == 0 ? ByteMutation.Of(bytes, random) : bytes;
    }

    private static byte[] ParquetOf<T>(T row)
        where T : class, new()
    {
        using MemoryStream stream = new();
        ParquetSerializer.SerializeAsync([row, row], stream).GetAwaiter().GetResult();
        return stream.ToArray();
    }

    // Property names are column names.
    private sealed class FormRow<TImages, TAnswer>
    {
        public string problem { get; set; } = "<image>a?";

        public TImages? images { get; set; }

        public TAnswer? answer { get; set; }
    }

    private sealed class VerlImage
    {
        public string? image { get; set; }
    }

    private void ReadProblems(string name, byte[] bytes)
    {
        ProblemSet problems = ProblemSources.Open(_folder.Write(name, bytes)).Read();
        foreach (ProblemImage image in problems.Problems.SelectMany(problem => problem.Images))
        {
            if (image is ImageFile file)
            {
                Assert.StartsWith(_folder.Path + Path.DirectorySeparatorChar, Path.GetFullPath(file.Path));
            }
            image.ReadBytes();
        }
    }
}
