using System.Text.Json.Serialization;
using Parquet;
using Parquet.Serialization;
using Retrace.Files;
using Retrace.Problems;

namespace Retrace.Data.Parquet;

/// <summary>Writes problems as Parquet that verl, EasyR1 and <see cref="ParquetSource"/> read.</summary>
public static class ParquetProblemWriter
{
    private const int RowsInAGroup = 256; // A row may carry megabytes of image.

    /// <summary>Writes all problems, atomically, with their images inside the file.</summary>
    /// <exception cref="BadInputException">An image cannot be read, or the file cannot be written.</exception>
    public static void Write(ProblemSet problems, string path)
    {
        IEnumerable<Row> rows = problems.Problems.Select(
            problem => Row.For(problem, problems.Answers.GetValueOrDefault(problem.Id)));
        ParquetOptions options = new() { RowGroupSize = RowsInAGroup };
        AtomicFile.Write(
            path, stream => ParquetSerializer.SerializeAsync(rows, stream, options).GetAwaiter().GetResult());
    }

    // verl and EasyR1 show images nowhere but at their places.
    private static string QuestionOf(Problem problem)
    {
        int before = problem.Images.Count - Problem.PlacesIn(problem.Question);
        return string.Concat(Enumerable.Repeat(Problem.ImagePlace, before)) + problem.Question;
    }

    // Property names are the columns'. EasyR1 reads problem, answer and images; verl data_source, prompt, images and
    // reward_model.
    private sealed class Row
    {
        [JsonPropertyName("id")]
        public string? Id { get; set; }

        [JsonPropertyName("data_source")]
        public string? DataSource { get; set; }

        [JsonPropertyName("category")]
        public string? Category { get; set; }

        [JsonPropertyName("images")]
        public List<Image>? Images { get; set; }

        [JsonPropertyName("problem")]
        public string? Problem { get; set; }

        [JsonPropertyName("rephrased")]
        public string? Rephrased { get; set; }

        [JsonPropertyName("answer")]
        public string? Answer { get; set; }

        [JsonPropertyName("prompt")]
        public List<Message>? Prompt { get; set; }

        [JsonPropertyName("reward_model")]
        public RewardModel? Reward { get; set; }

        public static Row For(Problem problem, string? answer)
        {
            string question = QuestionOf(problem);
            return new Row
            {
                Id = problem.Id,
                DataSource = "retrace",
                Category = problem.Category,
                Images = problem.Images
                    .Select(image => new Image { Bytes = image.ReadBytes(), Path = Path.GetFileName(image.Name) })
                    .ToList(),
                Problem = question,
                Rephrased = problem.Rephrased,
                Answer = answer,
                Prompt = [new Message { Role = "user", Content = question }],
                Reward = answer is null ? null : new RewardModel { Style = "rule", GroundTruth = answer },
            };
        }
    }

    private sealed class Image
    {
        [JsonPropertyName("bytes")]
        public byte[]? Bytes { get; set; }

        [JsonPropertyName("path")]
        public string? Path { get; set; }
    }

    private sealed class Message
    {
        [JsonPropertyName("role")]
        public string? Role { get; set; }

        [JsonPropertyName("content")]
        public string? Content { get; set; }
    }

    private sealed class RewardModel
    {
        [JsonPropertyName("style")]
        public string? Style { get; set; }

        [JsonPropertyName("ground_truth")]
        public string? GroundTruth { get; set; }
    }
}
