using System.Text.Json;
using Retrace.Models;
using Retrace.Testing;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Tests.Rollouts;

public sealed class ResponderTests(UntrainedModelFolder folder) : IClassFixture<UntrainedModelFolder>, IDisposable
{
    private readonly TemporaryFolder _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Every_line_gets_its_samples_in_order_and_texts_are_those_of_the_tokens()
    {
        VisionLanguageModel model = folder.Model;
        _files.Write("a.png", UntrainedModelFolder.Picture(60, 30, 1));
        // More lines than are generated at once, of different lengths.
        string input = _files.Write("in.jsonl", string.Join('\n', Enumerable.Range(0, 70).Select(i => i % 2 == 0
            ? $$"""{"id": "p{{i}}", "prompt": "{{new string('x', 70 - i)}}"}"""
            : $$"""{"id": "p{{i}}", "prompt": "{{new string('x', 70 - i)}}", "image": "a.png"}""")));
        IReadOnlyList<PromptLine> lines = PromptFile.Read(input);
        List<int> progress = [];
        PromptEncoder encoder = new(model, "");
        ResponderOf(model, samples: 2).RespondToFile(
            lines, encoder, _files.Combine("out.jsonl"), TestContext.Current.CancellationToken, progress.Add);

        JsonElement[] written = Lines("out.jsonl");
        Assert.Equal(
            Enumerable.Range(0, 70).Select(i => $"p{i}"), written.Select(line => line.GetProperty("id").GetString()));
        Assert.Equal([64, 70], progress);
        foreach (JsonElement line in written)
        {
            int[][] tokens = line.GetProperty("token_ids").Deserialize<int[][]>()!;
            string[] responses = line.GetProperty("responses").Deserialize<string[]>()!;
            Assert.Equal((2, 2), (tokens.Length, responses.Length));
            Assert.All(tokens, sample => Assert.InRange(sample.Length, 1, 9));
            Assert.Equal(tokens.Select(sample => model.Tokenizer.Decode(sample)), responses);
        }

        // The first line's samples are what the prompt gets on its own; the random numbers of others are others.
        Generation[] alone = ResponderOf(model, samples: 2)
            .Respond(encoder.EncodePrompt(lines[0]), TestContext.Current.CancellationToken);
        Assert.Equal(
            alone.Select(one => one.Tokens), written[0].GetProperty("token_ids").Deserialize<int[][]>()!);
        Assert.NotEqual(alone[0].Tokens, alone[1].Tokens);
    }

    [Fact]
    public void Without_a_tokenizer_there_are_tokens_and_no_texts()
    {
        using VisionLanguageModel model = folder.LoadWithoutTokenizer();
        string input = _files.Write("in.jsonl", "{\"id\": 5, \"input_ids\": [40, 41]}\n");
        ResponderOf(model, samples: 1).RespondToFile(
            PromptFile.Read(input), new PromptEncoder(model, ""), _files.Combine("out.jsonl"),
            TestContext.Current.CancellationToken);
        JsonElement line = Assert.Single(Lines("out.jsonl"));
        Assert.Equal(5, line.GetProperty("id").GetInt32());
        Assert.Equal(JsonValueKind.Null, line.GetProperty("responses").ValueKind);
        Assert.NotEmpty(line.GetProperty("token_ids")[0].EnumerateArray());
    }

    [Fact]
    public void Nothing_is_written_when_a_line_cannot_be_used()
    {
        string input = _files.Write("in.jsonl", "{\"prompt\": \"a\"}\n{\"input_ids\": [100000]}\n");
        Assert.Throws<BadInputException>(() => ResponderOf(folder.Model, samples: 1).RespondToFile(
            PromptFile.Read(input), new PromptEncoder(folder.Model, ""), _files.Combine("out.jsonl"),
            TestContext.Current.CancellationToken));
        Assert.Equal([input], Directory.GetFiles(_files.Path));
    }

    private static Responder ResponderOf(VisionLanguageModel model, int samples) => new(
        model,
        new LocalRolloutEngine(model.Network, 50),
        new ResponseSampling(samples, Temperature: 1, TopP: 1, MaxResponseTokens: 9, Seed: 4));

    private JsonElement[] Lines(string name) =>
        [.. File.ReadLines(_files.Combine(name)).Select(line => JsonDocument.Parse(line).RootElement)];
}
