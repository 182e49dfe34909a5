using System.Net;
using System.Text.Json.Nodes;
using Retrace.Images;
using Retrace.Models;
using Retrace.Models.Images;
using Retrace.Models.Text;
using Retrace.Problems;
using Retrace.Serving.Requests;
using Retrace.Testing;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Serving.Tests;

public sealed class ModelServerTests : IAsyncLifetime
{
    private const int MaxTokens = 24;

    private readonly VisionLanguageModel _model = ShippedProblems.LoadModel();
    private RunningServer _server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await RunningServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _model.Dispose();
    }

    [Fact]
    public async Task It_says_what_it_serves_and_that_it_lives()
    {
        Assert.Equal(HttpStatusCode.OK, (await _server.Http.GetAsync("health", Cancellation)).StatusCode);
        JsonNode models = JsonNode.Parse(await _server.Http.GetStringAsync("v1/models", Cancellation))!;
        Assert.Equal(RunningServer.ModelName, (string?)models["data"]![0]!["id"]);
    }

    [Fact]
    public async Task Greedy_answers_to_questions_about_images_are_those_of_the_model_in_this_process()
    {
        PreparedProblem[] problems = ShippedProblems.Prepare(_model, 3);
        JsonNode[] replies = await Task.WhenAll(
            problems.Select(problem => _server.AskAsync("v1/chat/completions", Chat(problem, temperature: 0))));
        foreach ((PreparedProblem problem, JsonNode reply) in problems.Zip(replies))
        {
            Generation expected = Greedy(problem.Prompt, problem.Images);
            JsonNode choice = reply["choices"]![0]!;
            Assert.Equal(expected.Tokens, Ids(choice["token_ids"]));
            Assert.Equal(_model.Tokenizer.Decode(expected.Tokens), (string?)choice["message"]!["content"]);
            Assert.Equal(problem.Prompt, Ids(reply["prompt_token_ids"]));
            Assert.Equal(problem.Prompt.Length, (int)reply["usage"]!["prompt_tokens"]!);
            Assert.Equal(expected.Tokens.Length, (int)reply["usage"]!["completion_tokens"]!);
            Assert.Equal(expected.Stopped ? "stop" : "length", (string?)choice["finish_reason"]);
            JsonArray logProbs = choice["logprobs"]!["content"]!.AsArray();
            Assert.Equal(expected.LogProbs.Length, logProbs.Count);
            Assert.All(expected.LogProbs.Zip(logProbs), pair =>
                Assert.Equal(pair.First, (float)pair.Second!["logprob"]!, 1e-4f));
        }
    }

    [Fact]
    public async Task Sample_i_is_what_its_own_seed_gives_alone_and_beside_others()
    {
        PreparedProblem problem = ShippedProblems.Prepare(_model, 1)[0];
        JsonNode together = Chat(problem, temperature: 1, samples: 3, seed: 40);
        Task<JsonNode> busy =
            _server.AskAsync("v1/chat/completions", Chat(problem, temperature: 1, samples: 5, seed: 7));
        JsonNode group = await _server.AskAsync("v1/chat/completions", together);
        for (int i = 0; i < 3; i++)
        {
            JsonNode alone = await _server.AskAsync(
                "v1/chat/completions", Chat(problem, temperature: 1, samples: 1, seed: 40 + i));
            Assert.Equal(Ids(alone["choices"]![0]!["token_ids"]), Ids(group["choices"]![i]!["token_ids"]));
        }
        Assert.Equal(5, (await busy)["choices"]!.AsArray().Count);
        Assert.NotEqual(
            Ids(group["choices"]![0]!["token_ids"]), Ids(group["choices"]![1]!["token_ids"]));
    }

    [Fact]
    public async Task A_stream_gives_the_same_texts_and_ids_part_by_part()
    {
        PreparedProblem problem = ShippedProblems.Prepare(_model, 1)[0];
        JsonNode body = Chat(problem, temperature: 1, samples: 2, seed: 3);
        JsonNode whole = await _server.AskAsync("v1/chat/completions", body);
        body["stream"] = true;
        body["stream_options"] = new JsonObject { ["include_usage"] = true };
        using HttpResponseMessage response = await _server.Http.PostAsync(
            "v1/chat/completions", new StringContent(body.ToJsonString()), Cancellation);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        string[] events = (await response.Content.ReadAsStringAsync(Cancellation))
            .Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("data: [DONE]", events[^1]);
        JsonNode[] chunks = [.. events[..^1].Select(line => JsonNode.Parse(line["data: ".Length..])!)];
        Assert.True(chunks.Length > 10);
        JsonNode[] choices = [.. chunks.SelectMany(chunk => chunk["choices"]!.AsArray()).Select(choice => choice!)];
        for (int i = 0; i < 2; i++)
        {
            JsonNode expected = whole["choices"]![i]!;
            JsonNode[] parts = [.. choices.Where(choice => (int)choice["index"]! == i)];
            Assert.Equal("assistant", (string?)parts[0]["delta"]!["role"]);
            Assert.Equal(
                (string?)expected["message"]!["content"],
                string.Concat(parts.Select(part => (string?)part["delta"]!["content"])));
            Assert.Equal(
                Ids(expected["token_ids"]),
                parts.SelectMany(part => part["token_ids"] is null ? [] : Ids(part["token_ids"])));
            Assert.Equal((string?)expected["finish_reason"], (string?)parts[^1]["finish_reason"]);
            Assert.Equal(expected["logprobs"]!.ToJsonString(), parts[^1]["logprobs"]!.ToJsonString());
        }
        Assert.Equal(whole["usage"]!.ToJsonString(), chunks[^1]["usage"]!.ToJsonString());
    }

    [Fact]
    public async Task A_last_message_left_open_is_gone_on_with()
    {
        PreparedProblem problem = ShippedProblems.Prepare(_model, 1)[0];
        Generation whole = Greedy(problem.Prompt, problem.Images);
        // Text gives the same tokens again only where it is cut as the tokenizer cuts.
        int kept = Enumerable.Range(3, whole.ContentLength - 3).First(length =>
            _model.Tokenizer.Encode(_model.Tokenizer.Decode(whole.Tokens[..length]))
                .SequenceEqual(whole.Tokens[..length]));
        JsonNode body = Chat(problem, temperature: 0);
        body["messages"]!.AsArray().Add((JsonNode)new JsonObject
        {
            ["role"] = "assistant",
            ["content"] = _model.Tokenizer.Decode(whole.Tokens[..kept]),
        });
        body["continue_final_message"] = true;
        body["add_generation_prompt"] = false;
        body["max_tokens"] = MaxTokens - kept;
        JsonNode reply = await _server.AskAsync("v1/chat/completions", body);
        Assert.Equal(whole.Tokens[kept..], Ids(reply["choices"]![0]!["token_ids"]));
        Assert.Equal([.. problem.Prompt, .. whole.Tokens[..kept]], Ids(reply["prompt_token_ids"]));
    }

    [Fact]
    public async Task Completions_take_a_prompt_as_text_or_ids_and_SGLangs_call_takes_its_images_too()
    {
        int[] ids = _model.Tokenizer.Encode("<|im_start|>user\nHow many?<|im_end|>\n<|im_start|>assistant\n");
        Generation expected = Greedy(ids, []);
        foreach (JsonNode prompt in new[]
        {
            (JsonNode)_model.Tokenizer.Decode(ids, skipSpecial: false),
            new JsonArray([.. ids.Select(id => (JsonNode)id)]),
        })
        {
            JsonNode reply = await _server.AskAsync("v1/completions", new JsonObject
            {
                ["prompt"] = prompt,
                ["max_tokens"] = MaxTokens,
                ["temperature"] = 0,
                ["logprobs"] = 0,
                ["return_tokens_as_token_ids"] = true,
            });
            JsonNode choice = reply["choices"]![0]!;
            Assert.Equal(_model.Tokenizer.Decode(expected.Tokens), (string?)choice["text"]);
            Assert.Equal(
                expected.Tokens.Select(id => $"token_id:{id}"),
                choice["logprobs"]!["tokens"]!.AsArray().Select(token => (string?)token));
        }

        PreparedProblem problem = ShippedProblems.Prepare(_model, 1)[0];
        int[] unexpanded = _model.Tokenizer.Encode(
            _model.Family.Chat.Prompt(problem.Problem.Question + ShippedProblems.Settings.Instruction, 1));
        JsonNode generated = await _server.AskAsync("generate", Generate(problem, unexpanded));
        Assert.Equal(Greedy(problem.Prompt, problem.Images).Tokens, Ids(generated["output_ids"]));
        Assert.Equal(problem.Prompt.Length, (int)generated["meta_info"]!["prompt_tokens"]!);

        // A prompt that came expanded is refused rather than expanded again.
        (HttpStatusCode status, JsonNode? refused) =
            await _server.PostAsync("generate", Generate(problem, problem.Prompt).ToJsonString());
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("places for images", (string?)refused!["error"]!["message"]);
    }

    [Fact]
    public async Task A_sample_ends_at_the_first_stop_string()
    {
        PreparedProblem problem = ShippedProblems.Prepare(_model, 1)[0];
        Generation whole = Greedy(problem.Prompt, problem.Images);
        string text = _model.Tokenizer.Decode(whole.Tokens);
        string stop = text.Substring(text.Length / 2, 3);
        JsonNode body = Chat(problem, temperature: 0);
        body["stop"] = new JsonArray("never said", stop);
        JsonNode choice = (await _server.AskAsync("v1/chat/completions", body))["choices"]![0]!;
        Assert.Equal(text[..text.IndexOf(stop, StringComparison.Ordinal)], (string?)choice["message"]!["content"]);
        Assert.Equal("stop", (string?)choice["finish_reason"]);
        Assert.Equal(stop, (string?)choice["stop_reason"]);
        int[] ids = Ids(choice["token_ids"]);
        Assert.Equal(whole.Tokens[..ids.Length], ids);
        Assert.Contains(stop, _model.Tokenizer.Decode(ids));
        Assert.DoesNotContain(stop, _model.Tokenizer.Decode(ids[..^1]));
    }

    [Theory]
    [InlineData("v1/chat/completions", "{", "cannot be read")]
    [InlineData("v1/chat/completions", "null", "JSON object")]
    [InlineData("v1/chat/completions", "{}", "messages")]
    [InlineData("v1/chat/completions", """{"messages":[{"role":"robot","content":"x"}]}""", "role")]
    [InlineData("v1/chat/completions", """{"messages":[{"role":"user","content":7}]}""", "content")]
    [InlineData("v1/chat/completions", """{"messages":[{"role":"user","content":"x"}],"n":0}""", "`n` is 0")]
    [InlineData("v1/chat/completions", """{"messages":[{"role":"user","content":"x"}],"n":"many"}""", "$.n")]
    [InlineData("v1/chat/completions", """{"messages":[{"role":"user","content":"x"}],"max_tokens":100000}""", "max_tokens")]
    [InlineData("v1/chat/completions", """{"messages":[{"role":"user","content":"x"}],"temperature":-1}""", "temperature")]
    [InlineData("v1/chat/completions", """{"messages":[{"role":"user","content":"x"}],"top_p":0}""", "top_p")]
    [InlineData("v1/chat/completions", """{"messages":[{"role":"user","content":"x"}],"stop":[1]}""", "stop")]
    [InlineData("v1/chat/completions", """{"messages":[{"role":"user","content":"x"}],"stop":["\ud800"]}""", "no valid Unicode")]
    [InlineData("v1/chat/completions", """{"messages":[{"role":"user","content":"x"}],"top_k":5}""", "top_k")]
    [InlineData("v1/completions", """{"prompt":"x","repetition_penalty":1.05}""", "repetition_penalty")]
    [InlineData("generate", """{"text":"x","sampling_params":{"top_k":20,"repetition_penalty":1}}""", "top_k")]
    [InlineData("generate", """{"text":"x","sampling_params":{"top_k":-1,"min_p":0.1}}""", "min_p")]
    [InlineData("v1/chat/completions", """{"messages":[{"role":"user","content":"x"}],"stop_token_ids":[5]}""", "end there anyway")]
    [InlineData("v1/chat/completions", """{"messages":[{"role":"user","content":"x"}],"continue_final_message":true}""", "both")]
    [InlineData("v1/chat/completions", """{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"http://127.0.0.1/x.png"}}]}]}""", "data URL")]
    [InlineData("v1/chat/completions", """{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"file:///etc/passwd"}}]}]}""", "data URL")]
    [InlineData("v1/chat/completions", """{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}]}""", "Image 1")]
    [InlineData("v1/chat/completions", """{"messages":[{"role":"user","content":"<|image_pad|>"}]}""", "places for images")]
    [InlineData("v1/completions", """{"prompt":[1,2,100000]}""", "100000")]
    [InlineData("v1/completions", """{"prompt":""}""", "empty")]
    [InlineData("v1/completions", """{"prompt":[[1],2]}""", "token ids")]
    [InlineData("generate", """{"text":"x","input_ids":[1]}""", "Either")]
    public async Task What_cannot_be_sampled_gets_one_sentence_in_OpenAIs_form(string path, string body, string fragment)
    {
        (HttpStatusCode status, JsonNode? reply) = await _server.PostAsync(path, body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("invalid_request_error", (string?)reply!["error"]!["type"]);
        Assert.Contains(fragment, (string?)reply["error"]!["message"]);
    }

    [Fact]
    public async Task Other_errors_have_their_own_status()
    {
        (HttpStatusCode status, JsonNode? body) = await _server.PostAsync(
            "v1/chat/completions", """{"model":"other","messages":[{"role":"user","content":"x"}]}""");
        Assert.Equal((HttpStatusCode.NotFound, "not_found_error"), (status, (string?)body!["error"]!["type"]));
        Assert.Equal(HttpStatusCode.NotFound, (await _server.PostAsync("v1/embeddings", "{}")).Status);
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await _server.PostAsync("update_weights_from_disk", """{"model_path":"/"}""")).Status);

        ServerLimits tight = new() { MaxBodyBytes = 2000, MaxImagePixels = 100, MaxRequests = 1 };
        await using RunningServer limited = await RunningServer.StartAsync(limits: tight);
        Assert.Equal(
            HttpStatusCode.RequestEntityTooLarge,
            (await limited.PostAsync("v1/chat/completions", new string(' ', 3000) + "{}")).Status);
        string large = Convert.ToBase64String(ImageDecoder.EncodePng(new PixelImage(11, 10, new byte[330])));
        (status, body) = await limited.PostAsync("v1/chat/completions", Body(large));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("at most 100", (string?)body!["error"]!["message"]);

        static string Body(string image) => new JsonObject
        {
            ["messages"] = new JsonArray(new JsonObject
            {
                ["role"] = "user",
                ["content"] = new JsonArray(new JsonObject
                {
                    ["type"] = "image_url",
                    ["image_url"] = new JsonObject { ["url"] = "data:image/png;base64," + image },
                }),
            }),
        }.ToJsonString();
    }

    [Fact]
    public async Task Who_brings_no_token_is_told_nothing_but_that_it_lives()
    {
        const string Token = "a-token-of-the-test";
        await using RunningServer guarded = await RunningServer.StartAsync(Token);
        Assert.Equal(HttpStatusCode.OK, (await guarded.Http.GetAsync("v1/models", Cancellation)).StatusCode);
        string?[] allWrong = [null, "Bearer", "Bearer a-token-of-the-tes", "Basic " + Token, "Bearer x" + Token];
        foreach (string? wrong in allWrong)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(guarded.Address, "v1/models"));
            request.Headers.TryAddWithoutValidation("Authorization", wrong);
            using HttpClient stranger = new();
            using HttpResponseMessage response = await stranger.SendAsync(request, Cancellation);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Contains("authentication_error", await response.Content.ReadAsStringAsync(Cancellation));
            Assert.Equal(
                HttpStatusCode.OK,
                (await stranger.GetAsync(new Uri(guarded.Address, "health"), Cancellation)).StatusCode);
        }
    }

    private static JsonObject Chat(PreparedProblem problem, double temperature, int samples = 1, long seed = 0) => new()
    {
        ["model"] = RunningServer.ModelName,
        ["messages"] = new JsonArray(new JsonObject
        {
            ["role"] = "user",
            ["content"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "image_url",
                    ["image_url"] = new JsonObject { ["url"] = ShippedProblems.DataUrlOf(problem) },
                },
                new JsonObject
                {
                    ["type"] = "text",
                    ["text"] = problem.Problem.Question + ShippedProblems.Settings.Instruction,
                }),
        }),
        ["temperature"] = temperature,
        ["n"] = samples,
        ["seed"] = seed,
        ["max_tokens"] = MaxTokens,
        ["logprobs"] = true,
        ["return_token_ids"] = true,
    };

    private static JsonObject Generate(PreparedProblem problem, int[] prompt) => new()
    {
        ["input_ids"] = new JsonArray([.. prompt.Select(id => (JsonNode)id)]),
        ["image_data"] = ShippedProblems.DataUrlOf(problem),
        ["sampling_params"] = new JsonObject { ["temperature"] = 0, ["max_new_tokens"] = MaxTokens },
    };

    private static int[] Ids(JsonNode? ids) => [.. ids!.AsArray().Select(id => (int)id!)];

    private Generation Greedy(int[] prompt, IReadOnlyList<ProcessedImage> images) =>
        new LocalRolloutEngine(_model.Network, 8).Generate(
            [new RolloutRequest(prompt, images, MaxTokens, [new Random(0)])],
            new SamplingSettings(0),
            Cancellation)[0][0];
}
