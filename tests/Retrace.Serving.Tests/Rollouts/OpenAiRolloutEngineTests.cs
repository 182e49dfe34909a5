using System.Text.Json.Nodes;
using Retrace.Serving.Requests;
using Retrace.Training;
using Retrace.Training.Rollouts;
using Retrace.Training.Rollouts.Servers;

namespace Retrace.Serving.Tests.Rollouts;

/// <summary>What is asked of servers, and what comes back.</summary>
public sealed class OpenAiRolloutEngineTests : ServerRolloutTests
{
    private const string KeyVariable = "RETRACE_TEST_SERVER_KEY";

    [Theory]
    [InlineData("vllm", "messages")]
    [InlineData("sglang", "messages")]
    [InlineData("sglang", "tokens")]
    public async Task Greedy_responses_are_those_of_the_engine_in_this_process(string api, string prompts)
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: Folder.Path);
        using OpenAiRolloutEngine engine =
            Connect(Model, [server.Address], $"rollout.server_api={api}", $"rollout.prompts={prompts}");
        engine.UsePolicy(0, Cancellation);
        Generation[][] expected = Local(Model, Requests(1), new SamplingSettings(0));
        // The whole response, and the rest of one of which a part is kept.
        RolloutRequest[] requests =
        [
            .. Requests(1),
            .. expected.Select((samples, i) => Kept(i, samples[0].Tokens[..KeptOf(samples[0])])),
        ];
        Generation[][] generated = engine.Generate(requests, new SamplingSettings(0), Cancellation);

        for (int i = 0; i < Problems.Length; i++)
        {
            Generation whole = expected[i][0];
            Assert.Equal(whole.Tokens, generated[i][0].Tokens);
            Assert.Equal(whole.Stopped, generated[i][0].Stopped);
            Assert.Equal(whole.Tokens[KeptOf(whole)..], generated[Problems.Length + i][0].Tokens);
            AssertClose(whole.LogProbs, generated[i][0].LogProbs);
            AssertClose(whole.LogProbs, generated[i][0].ServerLogProbs!);
            AssertClose(whole.Entropies, generated[i][0].Entropies);
        }
        Assert.Equal(new RolloutIncidents(0, 0, 0), engine.TakeIncidents());
    }

    [Fact]
    public async Task Prompts_without_images_go_to_completions_as_tokens()
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: Folder.Path);
        using OpenAiRolloutEngine engine = Connect(Model, [server.Address], "rollout.prompts=tokens");
        engine.UsePolicy(0, Cancellation);
        int[] prompt = Model.Tokenizer.Encode(Model.Family.Chat.Prompt("How many?", 0));
        RolloutRequest request = new(prompt, [], MaxTokens, [new Random(1)]);
        Generation generated = engine.Generate([request], new SamplingSettings(0), Cancellation)[0][0];
        Generation expected = Local(Model, [request], new SamplingSettings(0))[0][0];
        Assert.Equal(expected.Tokens, generated.Tokens);
        AssertClose(expected.LogProbs, generated.ServerLogProbs!);
        BadInputException error = Assert.Throws<BadInputException>(() =>
            engine.Generate(Requests(1), new SamplingSettings(0), Cancellation));
        Assert.Contains("no images", error.Message);
    }

    [Fact]
    public async Task A_prefix_that_ends_inside_a_character_is_continued_here()
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: Folder.Path);
        using OpenAiRolloutEngine engine = Connect(Model, [server.Address]);
        engine.UsePolicy(0, Cancellation);
        RolloutRequest request = Kept(0, [Model.Tokenizer.Encode("é")[0]]);
        Generation expected = Local(Model, [request], new SamplingSettings(0))[0][0];
        Assert.Equal(
            expected.Tokens, engine.Generate([request], new SamplingSettings(0), Cancellation)[0][0].Tokens);
    }

    [Theory]
    [InlineData("messages")]
    [InlineData("tokens")]
    public async Task No_server_is_given_an_image_expanded(string prompts)
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: Folder.Path);
        await using FaultyProxy proxy = await FaultyProxy.StartAsync(server.Address);
        using OpenAiRolloutEngine engine =
            Connect(Model, [proxy.Address], "rollout.server_api=sglang", $"rollout.prompts={prompts}");
        engine.UsePolicy(0, Cancellation);
        engine.Generate(Requests(1), new SamplingSettings(0), Cancellation);
        Assert.Equal(Problems.Length, proxy.Requests.Count);
        foreach (JsonNode body in proxy.Requests)
        {
            string text = body.ToJsonString();
            Assert.Single(Occurrences(text, "data:image/png;base64,"));
            if (prompts == "messages")
            {
                Assert.DoesNotContain("image_pad", text);
            }
            else
            {
                int pad = Model.Network.Config.Tokens.ImagePad;
                Assert.Equal(1, body["input_ids"]!.AsArray().Count(id => (int)id! == pad));
            }
        }
    }

    [Theory]
    [InlineData("vllm", "messages")]
    [InlineData("sglang", "tokens")]
    public async Task What_is_asked_for_is_neither_as_a_model_recommends_nor_a_token_of_images(string api, string prompts)
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: Folder.Path);
        await using FaultyProxy proxy = await FaultyProxy.StartAsync(server.Address);
        using OpenAiRolloutEngine engine =
            Connect(Model, [proxy.Address], $"rollout.server_api={api}", $"rollout.prompts={prompts}");
        engine.UsePolicy(0, Cancellation);
        engine.Generate(Requests(1), new SamplingSettings(0), Cancellation);
        Assert.All(proxy.Requests, body =>
        {
            JsonNode sampling = body["sampling_params"] ?? body;
            Assert.Equal(1, (int)sampling["repetition_penalty"]!);
            Assert.Equal(-1, (int)sampling["top_k"]!);
            Assert.Equal(0, (int)sampling["min_p"]!);
            Assert.Equal(
                Model.Network.Config.Tokens.NeverSampled.Order().Select(token => (token, -100)),
                sampling["logit_bias"]!.AsObject().Select(bias => (int.Parse(bias.Key), (int)bias.Value!)).Order());
        });
    }

    [Fact]
    public async Task Token_ids_that_stand_in_place_of_the_tokens_text_are_read()
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: Folder.Path);
        await using FaultyProxy older = await FaultyProxy.StartAsync(server.Address);
        older.Fault = Fault.IdsAsText;
        using OpenAiRolloutEngine engine = Connect(Model, [older.Address]);
        engine.UsePolicy(0, Cancellation);
        Generation[][] generated = AssertSamplesAs(Model, engine, Requests(1));
        Assert.All(generated, samples => AssertClose(samples[0].LogProbs, samples[0].ServerLogProbs!));
    }

    [Fact]
    public async Task Samples_that_come_as_text_alone_are_encoded_and_scored_here()
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: Folder.Path);
        await using FaultyProxy terse = await FaultyProxy.StartAsync(server.Address);
        terse.Fault = Fault.TextAlone;
        using OpenAiRolloutEngine engine = Connect(Model, [terse.Address]);
        engine.UsePolicy(0, Cancellation);
        Generation[][] generated = engine.Generate(Requests(1), new SamplingSettings(0), Cancellation);
        Generation[][] expected = Local(Model, Requests(1), new SamplingSettings(0));
        int asSampled = 0;
        foreach ((Generation own, Generation theirs) in expected.Zip(generated, (own, theirs) => (own[0], theirs[0])))
        {
            Assert.Equal(Model.Tokenizer.Decode(own.Tokens), Model.Tokenizer.Decode(theirs.Tokens));
            Assert.Equal(own.Stopped, theirs.Stopped);
            Assert.Equal(theirs.Tokens.Length, theirs.LogProbs.Length);
            Assert.Equal(theirs.Tokens.Length, theirs.Entropies.Length);
            Assert.Null(theirs.ServerLogProbs);
            if (own.Tokens.SequenceEqual(theirs.Tokens)) // The same text can be split otherwise.
            {
                AssertClose(own.LogProbs, theirs.LogProbs);
                asSampled++;
            }
        }
        Assert.True(asSampled > 0);
        Assert.Equal(new RolloutIncidents(0, 0, 0), engine.TakeIncidents());
    }

    [Fact]
    public async Task A_request_that_every_server_refuses_ends_the_step_with_the_reason()
    {
        await using RunningServer server =
            await RunningServer.StartAsync(updates: Folder.Path, limits: new ServerLimits { MaxTokens = 5 });
        using OpenAiRolloutEngine engine = Connect(Model, [server.Address]);
        engine.UsePolicy(0, Cancellation);
        RolloutFailedException error = Assert.Throws<RolloutFailedException>(() =>
            engine.Generate(Requests(1), new SamplingSettings(0), Cancellation));
        Assert.Contains("max_tokens", error.Message);
    }

    [Fact]
    public async Task The_token_comes_from_the_environment_and_goes_to_the_server_alone()
    {
        const string Token = "secret-of-the-test";
        await using RunningServer server = await RunningServer.StartAsync(Token, updates: Folder.Path);
        Environment.SetEnvironmentVariable(KeyVariable, Token);
        using (OpenAiRolloutEngine engine =
            Connect(Model, [server.Address], $"rollout.api_key_variable={KeyVariable}"))
        {
            engine.UsePolicy(0, Cancellation);
            Assert.Equal(Problems.Length, engine.Generate(Requests(1), new SamplingSettings(0), Cancellation).Length);
        }
        Environment.SetEnvironmentVariable(KeyVariable, "another");
        BadInputException wrong = Assert.Throws<BadInputException>(() =>
            Connect(Model, [server.Address], $"rollout.api_key_variable={KeyVariable}"));
        Assert.Contains("rollout.api_key_variable", wrong.Message);
        Assert.DoesNotContain("another", wrong.ToString());
        Environment.SetEnvironmentVariable(KeyVariable, null);
        Assert.Throws<BadInputException>(() =>
            Connect(Model, [server.Address], $"rollout.api_key_variable={KeyVariable}"));
        Assert.DoesNotContain(
            Directory.EnumerateFiles(Folder.Path, "*", SearchOption.AllDirectories)
                .Where(file => new FileInfo(file).Length < 1 << 20),
            file => File.ReadAllText(file).Contains(Token));
    }

    [Fact]
    public void Servers_that_are_not_there_are_named_at_once()
    {
        BadInputException error = Assert.Throws<BadInputException>(() =>
            Connect(Model, [new Uri("http://127.0.0.1:1/")]));
        Assert.Contains("http://127.0.0.1:1/", error.Message);
    }

    private static IEnumerable<int> Occurrences(string text, string part)
    {
        for (int at = text.IndexOf(part, StringComparison.Ordinal); at >= 0;
            at = text.IndexOf(part, at + 1, StringComparison.Ordinal))
        {
            yield return at;
        }
    }

    private RolloutRequest Kept(int problem, int[] prefix) => new(
        [.. Problems[problem].Prompt, .. prefix],
        Problems[problem].Images,
        MaxTokens - prefix.Length,
        [RandomStream.For(4, problem)]);

    // Tokens that their text gives again.
    private int KeptOf(Generation generation) => Enumerable.Range(3, generation.ContentLength - 3).First(length =>
        Model.Tokenizer.Encode(Model.Tokenizer.Decode(generation.Tokens[..length]))
            .SequenceEqual(generation.Tokens[..length]));
}
