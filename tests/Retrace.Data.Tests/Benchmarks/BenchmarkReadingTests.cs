using System.Text.Json;
using Retrace.Answers;
using Retrace.Data.Benchmarks;
using Retrace.Problems;
using Retrace.Testing;
using static Retrace.Data.Tests.Benchmarks.BenchmarkRows;

namespace Retrace.Data.Tests.Benchmarks;

public sealed class BenchmarkReadingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task MathVision_has_choices_and_numbers()
    {
        await PublishedParquet.WriteAsync(_folder.Combine("data/testmini-00000-of-00001.parquet"), null, new MathVisionRow());
        await PublishedParquet.WriteAsync(
            _folder.Combine("data/test-00000-of-00001-3532b8d3f1b4047a.parquet"),
            rowGroup: 1,
            new MathVisionRow
            {
                id = "1",
                question = "How many?\n<image1>",
                options = ["3", "4"],
                decoded_image = Picture,
                image = "images/1.jpg",
                answer = "B",
                level = 4,
                subject = "counting",
            },
            new MathVisionRow
            {
                id = "2",
                question = "What is the area?",
                options = [],
                decoded_image = Picture,
                answer = "3.5",
                level = 1,
                subject = "area",
            },
            new MathVisionRow { id = "3", question = "No image?", options = [], answer = "1", subject = "area" },
            new MathVisionRow { id = "2", question = "Again", options = [], decoded_image = Picture, answer = "1" });
        BenchmarkData data = Read("mathvision");

        Assert.Equal(
            ["How many?\n<image1>\n(A) 3\n(B) 4\nAnswer with the letter of the right choice.", "What is the area?"],
            data.Items.Select(item => item.Problem.Question));
        Assert.Equal(
            [("subject", "counting"), ("level", "4"), ("answer", "choice")], data.Items[0].Categories);
        Assert.Equal(["counting", "area"], data.Items.Select(item => item.Problem.Category));
        AssertRight(data, "1", ["B", "(B) 4", "4"], ["A", "3", "5"]);
        AssertRight(data, "2", ["3.5", "7/2", "3.501"], ["3.52", "B"]);
        Assert.Equal(
            [
                "it has no image in its field \"decoded_image\"",
                "an earlier record has its id, 2",
            ],
            data.Skipped.Select(skipped => skipped.Reason));
        Assert.Equal(TinyImages.Png, data.Items[1].Problem.Images.Single().ReadBytes());
    }

    [Fact]
    public void MathVision_is_read_as_its_repository_has_it()
    {
        _folder.Write("images/1.jpg", TinyImages.Png);
        _folder.Write("data/test.jsonl", """
            {"id": "1", "question": "How many?\n<image1>", "options": ["3", "4"], "answer": "B", "solution": null, "level": 2, "subject": "counting", "image": "images/1.jpg"}
            {"id": "2", "question": "How long?", "options": [], "answer": "5", "solution": null, "level": 1, "subject": "length", "image": "images/2.jpg"}
            {"id": "3", "question": "What is outside?", "options": [], "answer": "5", "level": 1, "subject": "length", "image": "../1.jpg"}
            """);
        BenchmarkData data = Read("mathvision");
        BenchmarkItem item = Assert.Single(data.Items);
        Assert.Equal([("subject", "counting"), ("level", "2"), ("answer", "choice")], item.Categories);
        Assert.Equal(TinyImages.Png, item.Problem.Images.Single().ReadBytes());
        AssertRight(data, "1", ["B", "4"], ["A", "3"]);
        Assert.Equal(
            [
                "its image images/2.jpg does not exist",
                "its image path ../1.jpg leads out of the data file's folder, which data.allow_outside_images would allow",
            ],
            data.Skipped.Select(skipped => skipped.Reason));
    }

    [Fact]
    public async Task MathVista_asks_its_query_and_rounds_to_its_precision()
    {
        await PublishedParquet.WriteAsync(
            _folder.Combine("data/testmini-00000-of-00001-725687bf7a18d64b.parquet"),
            null,
            Vista("1", "Hint: …\nQuestion: d?", "1.2", "float", precision: 1),
            Vista("2", "Hint: …\nQuestion: volume?", "1000", "integer"),
            Vista("3", "Choices:\n(A) 135°\n(B) 145°", "145°", "text", choices: ["135°", "145°"]),
            Vista("4", "List?", "[2, 0]", "list"));
        BenchmarkData data = Read("mathvista");

        Assert.Equal("Hint: …\nQuestion: d?", data.Items[0].Problem.Question);
        Assert.Equal("figure question answering", data.Items[0].Problem.Category);
        Assert.Equal(
            "task, context, grade, category, source, language, skill, skill, question type, answer type",
            string.Join(", ", data.Items[0].Categories.Select(category => category.Field)));
        Assert.Equal(
            ["arithmetic reasoning", "numeric commonsense"],
            data.Items[0].Categories.Where(category => category.Field == "skill").Select(category => category.Value));
        AssertRight(data, "1", ["1.2", "1.24 m"], ["1.3"]);
        AssertRight(data, "2", ["1000", "1000.9"], ["1001"]);
        AssertRight(data, "3", ["B", "145°", "145 degree"], ["A", "135"]);
        AssertRight(data, "4", ["[2, 0]"], ["[0, 2]"]);
    }

    [Fact]
    public void MathVista_is_read_from_its_repository_where_prompts_lie_in_a_file_of_their_own()
    {
        _folder.Write("data/images/1.jpg", TinyImages.Png);
        _folder.Write("data/query.json", """{"1": "Hint: an integer.\nQuestion: how many?"}""");
        _folder.Write("data/testmini.json", """
            {"1": {"question": "how many?", "image": "images/1.jpg", "choices": null, "unit": null, "precision": null,
              "answer": "4", "question_type": "free_form", "answer_type": "integer", "pid": "1",
              "metadata": {"task": "visual question answering", "skills": ["arithmetic reasoning"]}}}
            """);
        BenchmarkItem item = Assert.Single(Read("mathvista").Items);
        Assert.Equal("Hint: an integer.\nQuestion: how many?", item.Problem.Question);
        Assert.Equal(TinyImages.Png, Assert.Single(item.Problem.Images).ReadBytes());
    }

    [Fact]
    public async Task MathVerse_has_five_versions_and_one_whose_question_is_in_the_image()
    {
        const string Full = "Find angle 2.\nChoices:\nA:40°\nB:50°";
        await PublishedParquet.WriteAsync(
            _folder.Combine("testmini.parquet"),
            null,
            Verse("1", "Text Dominant", "<question>", Full, "B", "multi-choice"),
            Verse("2", "Text Lite", "<question>", Full, "B", "multi-choice"),
            Verse("3", "Vision Intensive", "<question>", Full, "B", "multi-choice"),
            Verse("4", "Vision Dominant", "<question>", Full, "B", "multi-choice"),
            Verse("5", "Vision Only", "", Full, "B", "multi-choice"),
            Verse("6", "Text Dominant", "Length?", "Length?", "12 cm", "free-form"));
        BenchmarkData data = Read("mathverse");

        Assert.Equal(5, data.Items.Select(item => item.Problem.Category).Distinct().Count());
        Assert.Equal("First reason, then answer: 5", data.Items[4].Problem.Question);
        Assert.Equal(
            [("version", "Vision Only"), ("subject", "Plane Geometry"), ("subfield", "Angle"), ("answer", "choice")],
            data.Items[4].Categories);
        AssertRight(data, "5", ["B", "50°"], ["A", "40"]);
        AssertRight(data, "6", ["12", "12 cm", "0.12 m"], ["13"]);
    }

    [Theory]
    [InlineData("images/")]
    [InlineData("")]
    public void MathVerse_is_read_as_JSON_with_its_archive_unpacked(string unpacked)
    {
        _folder.Write($"{unpacked}images_version_1-4/image_1.png", TinyImages.Png);
        _folder.Write("testmini.json", """
            [{"sample_index": "1", "problem_index": "1", "problem_version": "Text Lite", "question": "Which?\nChoices:\nA:40°\nB:50°",
              "image": "images_version_1-4/image_1.png", "answer": "B", "question_type": "multi-choice",
              "metadata": {"split": "testmini", "source": "GeoQA", "subject": "Plane Geometry", "subfield": "Angle"},
              "query_wo": "Answer.", "query_cot": "Reason, then answer."}]
            """);
        BenchmarkData data = Read("mathverse");
        BenchmarkItem item = Assert.Single(data.Items);
        Assert.Equal(("Reason, then answer.", "Text Lite"), (item.Problem.Question, item.Problem.Category));
        Assert.Equal(TinyImages.Png, item.Problem.Images.Single().ReadBytes());
        AssertRight(data, "1", ["B", "50°"], ["A"]);
    }

    [Fact]
    public void We_Math_groups_steps_under_the_whole_and_names_their_domain()
    {
        foreach (string name in (string[])["1-1.png", "1-2.png", "1-multi.png"])
        {
            _folder.Write($"data/2steps/image/{name}", TinyImages.Png);
        }
        _folder.Write("data/knowledge_structure_nodes.json", """
            [{"root0": "Geometry and Figures", "root1": "Measurement", "root2": "Angles and Length",
              "root3": "Length Units", "root4": null, "full node": "Measurement_Angles and Length_Length Units"}]
            """);
        _folder.Write("data/testmini.json", JsonSerializer.Serialize(new[]
        {
            Step("2steps_1", "1-1.png", "Length Units", "A"),
            Step("2steps_2", "1-2.png", "Area Units", "B"),
            Step("2steps_multi", "1-multi.png", "Length Units;Area Units", "E"),
        }));
        BenchmarkData data = Read("we-math");

        Assert.Equal(["2steps_1/1", "2steps_1/2", "2steps_1/multi"], data.Items.Select(item => item.Problem.Id));
        Assert.All(data.Items, item => Assert.Equal("2steps_1", item.Group));
        Assert.Equal(["1", "2", "multi"], data.Items.Select(item => item.Part));
        Assert.Equal(
            [("steps", "one-step"), ("domain", "Angles and Length"), ("concept", "Length Units")],
            data.Items[0].Categories);
        Assert.Equal([("steps", "two-step")], data.Items[2].Categories);
        Assert.Equal(
            "How long?\nA. 3;B. 4; E. No correct answer\nAnswer with the letter of the right choice.",
            data.Items[0].Problem.Question);
        AssertRight(data, "2steps_1/1", ["A", "3"], ["B", "4"]);
    }

    [Fact]
    public async Task We_Math_is_read_from_parquet_too()
    {
        await PublishedParquet.WriteAsync(
            _folder.Combine("testmini-00000-of-00001.parquet"),
            null,
            new WeMathRow
            {
                ID = "3steps_7",
                key = "3steps_multi",
                question = "Volume?",
                option = "A. 1;B. 2",
                answer = "B",
                image_path = Picture,
                concept = "Volume",
                number = 7,
            },
            new WeMathRow { ID = "steps", key = "x", question = "?", option = "A. 1;B. 2", answer = "B" });
        BenchmarkData data = Read("we-math");
        Assert.Equal("three-step", Assert.Single(data.Items).Problem.Category);
        Assert.StartsWith("its ID, steps, does not start", Assert.Single(data.Skipped).Reason);
    }

    [Fact]
    public void LogicVista_may_have_several_right_letters()
    {
        _folder.Write("data/images/v1_1.png", TinyImages.Png);
        _folder.Write("data/dataset.json", """
            {"v1_1": {"imagename": "v1_1.png", "question": "Which belong to the green category?", "answer": "A, C",
              "reasoning": "…", "skill": ["inductive"], "broad_capability": ["diagram", "ocr"],
              "specific_capability": ["3d pattern"], "imagesource": "s"},
             "v1_2": {"imagename": "v1_2.png", "question": "Which?", "answer": "B", "skill": ["spatial"]},
             "v1_3": {"imagename": "v1_1.png", "question": "", "answer": "", "skill": ["spatial"]},
             "v1_4": {"imagename": "v1_1.png", "answer": "A"}}
            """);
        BenchmarkData data = Read("logicvista");
        Assert.Equal(
            [
                ("skill", "inductive"), ("capability", "diagram"), ("capability", "ocr"),
                ("specific capability", "3d pattern"),
            ],
            Assert.Single(data.Items).Categories);
        AssertRight(data, "v1_1", ["A, C", "AC", "C and A"], ["A", "B", "A, B, C"]);
        Assert.Equal(
            [
                new SkippedProblem("v1_2", "its image v1_2.png does not exist"),
                new SkippedProblem("v1_3", "its field \"question\" is empty") { IsEmpty = true },
                new SkippedProblem("v1_4", "it has no field \"question\""),
            ],
            data.Skipped);
    }

    [Fact]
    public async Task DynaMath_has_a_file_for_each_variant()
    {
        for (int variant = 1; variant <= 10; variant++)
        {
            await PublishedParquet.WriteAsync(
                _folder.Combine($"data/sample{variant}-00000-of-{variant:00000}.parquet"),
                null,
                Dyna("1", "Period?", $"{variant}.0944", "float"),
                Dyna("2", "Even? choice: (A) Yes (B) No", "B", "multiple choice"),
                Dyna("3", "Which month?", "May", "text"));
        }
        BenchmarkData data = Read("dynamath");
        Assert.Equal(30, data.Items.Count);
        Assert.Equal(
            ["1/1", "1/10", "1/2"],
            data.Items.Where(item => item.Group == "1").Take(3).Select(item => item.Problem.Id));
        Assert.Equal("analytic geometry", data.Items[0].Problem.Category);
        Assert.EndsWith("with three decimal places.", data.Items[0].Problem.Question);
        AssertRight(data, "1/2", ["2.094", "2.0953"], ["2.09", "2.1"]);
        AssertRight(data, "2/3", ["B", "No"], ["A", "Yes"]);
        AssertRight(data, "3/10", ["May", "may"], ["June"]);
    }

    [Fact]
    public void DynaMath_variants_may_come_from_the_generator()
    {
        foreach (string variant in (string[])["a", "b"])
        {
            _folder.Write($"{variant}/dataset/image/image1.png", TinyImages.Png);
            _folder.Write($"{variant}/dataset/dataset.json", """
                {"1": {"question": "Period?", "answer": "2.0944", "image": "image/image1.png", "answer_type": "float",
                  "subject": "analytic     geometry", "level": "high school"}}
                """);
        }
        BenchmarkData data = Read("dynamath");
        Assert.Equal(2, data.Items.Count);
        Assert.All(data.Items, item => Assert.Equal("1", item.Group));
        Assert.All(data.Items, item => Assert.Equal("analytic geometry", item.Problem.Category));
    }

    [Fact]
    public async Task MMMU_has_subjects_disciplines_and_several_images()
    {
        await PublishedParquet.WriteAsync(
            _folder.Combine("Art_Theory/validation-00000-of-00001.parquet"),
            null,
            new MmmuRow
            {
                id = "validation_Art_Theory_1",
                question = "<image 1> or <image 2>?",
                options = "['first', \"it's second\"]",
                image_1 = Picture,
                image_2 = Picture,
                answer = "B",
                question_type = "multiple-choice",
                topic_difficulty = "Easy",
            },
            new MmmuRow
            {
                id = "validation_Art_Theory_2",
                question = "Share in <image 1>?",
                options = "[]",
                image_1 = Picture,
                answer = "['0.25', 'a quarter']",
                question_type = "open",
                topic_difficulty = "Hard",
            },
            new MmmuRow
            {
                id = "test_Math_3",
                question = "<image 1>",
                options = "['1', '2']",
                image_1 = Picture,
                answer = "?",
                question_type = "multiple-choice",
            });
        BenchmarkData data = Read("mmmu", "Art_Theory/validation-00000-of-00001.parquet");
        Assert.Equal([2, 1, 1], data.Items.Select(item => item.Problem.Images.Count));
        Assert.Equal(
            [("discipline", "Art and Design"), ("subject", "Art_Theory"), ("difficulty", "Easy"), ("answer", "choice")],
            data.Items[0].Categories);
        AssertRight(data, "validation_Art_Theory_1", ["B", "it's second"], ["A", "first"]);
        AssertRight(data, "validation_Art_Theory_2", ["1/4", "a quarter", "0.2501"], ["0.3"]);
        Assert.False(data.Keys.ContainsKey("test_Math_3"));
    }

    private BenchmarkData Read(string name, string file = "") =>
        BenchmarkCatalogue.Named(name).Read(_folder.Combine(file));

    private static void AssertRight(BenchmarkData data, string id, string[] right, string[] wrong)
    {
        AnswerKey key = data.Keys[id];
        Assert.All(right, answer => Assert.True(key.Equivalence.AreEqual(key.Label, answer), answer));
        Assert.All(wrong, answer => Assert.False(key.Equivalence.AreEqual(key.Label, answer), answer));
    }
}
