using System.Diagnostics;
using System.Text.Json.Nodes;
using Retrace.Configuration;
using Retrace.Models;
using Retrace.Models.Adapters;
using Retrace.Models.Text;
using Retrace.Testing;
using Retrace.Training;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;
using Retrace.Training.Rollouts.Servers;
using TorchSharp;

using static TorchSharp.torch;

namespace Retrace.Serving.Tests.Rollouts;

public sealed class OpenAiRolloutEngineTests : IDisposable
{
    private const int MaxTokens = 20;
    private const string KeyVariable = "RETRACE_TEST_SERVER_KEY";

    private readonly TemporaryFolder _folder = new();
    private readonly VisionLanguageModel _model = ShippedProblems.LoadModel();
    private readonly PreparedProblem[] _problems;
    private int _engines;

    public OpenAiRolloutEngineTests() => _problems = ShippedProblems.Prepare(_model, 4);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("vllm", "messages")]
    [InlineData("sglang", "messages")]
    [InlineData("sglang", "tokens")]
    public async Task Greedy_responses_are_those_of_the_engine_in_this_process(string api, string prompts)
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: _folder.Path);
        using OpenAiRolloutEngine engine =
            Connect(_model, [server.Address], $"rollout.server_api={api}", $"rollout.prompts={prompts}");
        engine.UsePolicy(0, Cancellation);
        Generation[][] expected = Local(_model, Requests(1), new SamplingSettings(0));
        // The whole response, and the rest of one of which a part is kept.
        RolloutRequest[] requests =
        [
            .. Requests(1),
            .. expected.Select((samples, i) => Kept(i, samples[0].Tokens[..KeptOf(samples[0])])),
        ];
        Generation[][] drawn = engine.Generate(requests, new SamplingSettings(0), Cancellation);

        for (int i = 0; i < _problems.Length; i++)
        {
            Generation whole = expected[i][0];
            Assert.Equal(whole.Tokens, drawn[i][0].Tokens);
            Assert.Equal(whole.Stopped, drawn[i][0].Stopped);
            Assert.Equal(whole.Tokens[KeptOf(whole)..], drawn[_problems.Length + i][0].Tokens);
            AssertClose(whole.LogProbs, drawn[i][0].LogProbs);
            AssertClose(whole.LogProbs, drawn[i][0].DrawnLogProbs!);
            AssertClose(whole.Entropies, drawn[i][0].Entropies);
        }
        Assert.Equal(new RolloutIncidents(0, 0, 0), engine.TakeIncidents());
    }

    [Fact]
    public async Task Prompts_without_images_go_to_completions_as_tokens()
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: _folder.Path);
        using OpenAiRolloutEngine engine = Connect(_model, [server.Address], "rollout.prompts=tokens");
        engine.UsePolicy(0, Cancellation);
        int[] prompt = _model.Tokenizer.Encode(ChatTemplate.Prompt("How many?", 0));
        RolloutRequest request = new(prompt, [], MaxTokens, [new Random(1)]);
        Generation drawn = engine.Generate([request], new SamplingSettings(0), Cancellation)[0][0];
        Generation expected = Local(_model, [request], new SamplingSettings(0))[0][0];
        Assert.Equal(expected.Tokens, drawn.Tokens);
        AssertClose(expected.LogProbs, drawn.DrawnLogProbs!);
        BadInputException error = Assert.Throws<BadInputException>(() =>
            engine.Generate(Requests(1), new SamplingSettings(0), Cancellation));
        Assert.Contains("no images", error.Message);
    }

    [Fact]
    public async Task A_prefix_that_ends_inside_a_character_is_continued_here()
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: _folder.Path);
        using OpenAiRolloutEngine engine = Connect(_model, [server.Address]);
        engine.UsePolicy(0, Cancellation);
        RolloutRequest request = Kept(0, [_model.Tokenizer.Encode("é")[0]]);
        Generation expected = Local(_model, [request], new SamplingSettings(0))[0][0];
        Assert.Equal(
            expected.Tokens, engine.Generate([request], new SamplingSettings(0), Cancellation)[0][0].Tokens);
    }

    [Theory]
    [InlineData("messages")]
    [InlineData("tokens")]
    public async Task No_server_is_given_an_image_expanded(string prompts)
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: _folder.Path);
        await using FaultyProxy proxy = await FaultyProxy.StartAsync(server.Address);
        using OpenAiRolloutEngine engine =
            Connect(_model, [proxy.Address], "rollout.server_api=sglang", $"rollout.prompts={prompts}");
        engine.UsePolicy(0, Cancellation);
        engine.Generate(Requests(1), new SamplingSettings(0), Cancellation);
        Assert.Equal(_problems.Length, proxy.Requests.Count);
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
                int pad = _model.Network.Config.Tokens.ImagePad;
                Assert.Equal(1, body["input_ids"]!.AsArray().Count(id => (int)id! == pad));
            }
        }
    }

    [Theory]
    [InlineData(Fault.Death)]
    [InlineData(Fault.InternalError)]
    [InlineData(Fault.Unavailable)]
    [InlineData(Fault.Silence)]
    [InlineData(Fault.Truncation)]
    [InlineData(Fault.Nonsense)]
    [InlineData(Fault.OtherJson)]
    [InlineData(Fault.MissingSample)]
    [InlineData(Fault.WrongTokens)]
    [InlineData(Fault.LongerPrompt)]
    public async Task Whatever_one_of_two_servers_does_the_samples_are_the_same(Fault fault)
    {
        await using RunningServer one = await RunningServer.StartAsync(updates: _folder.Path);
        await using RunningServer other = await RunningServer.StartAsync(updates: _folder.Path);
        await using FaultyProxy proxy = await FaultyProxy.StartAsync(one.Address);
        proxy.Fault = fault;
        proxy.Spared = 1;
        using OpenAiRolloutEngine faulty = Connect(
            _model,
            [proxy.Address, other.Address],
            "rollout.samples_per_request=2",
            "rollout.requests_per_server=1",
            fault == Fault.Silence ? "rollout.hedge_after=1" : "rollout.hedge_after=600");
        using OpenAiRolloutEngine sound = Connect(_model, [other.Address], "rollout.samples_per_request=2");
        faulty.UsePolicy(0, Cancellation);
        sound.UsePolicy(0, Cancellation);

        Generation[][] drawn = faulty.Generate(Requests(4), new SamplingSettings(1), Cancellation);
        Generation[][] expected = sound.Generate(Requests(4), new SamplingSettings(1), Cancellation);
        AssertSame(expected, drawn);
        RolloutIncidents incidents = faulty.TakeIncidents()!;
        Assert.True((fault == Fault.Silence ? incidents.HedgedRequests : incidents.FailedRequests) > 0);
        Assert.Equal(new RolloutIncidents(0, 0, 0), faulty.TakeIncidents());
    }

    [Theory]
    [InlineData("vllm", "messages")]
    [InlineData("sglang", "tokens")]
    public async Task What_a_model_recommends_to_its_server_changes_nothing_that_is_drawn(string api, string prompts)
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: _folder.Path);
        await using FaultyProxy proxy = await FaultyProxy.StartAsync(server.Address);
        using OpenAiRolloutEngine engine =
            Connect(_model, [proxy.Address], $"rollout.server_api={api}", $"rollout.prompts={prompts}");
        engine.UsePolicy(0, Cancellation);
        engine.Generate(Requests(1), new SamplingSettings(0), Cancellation);
        Assert.All(proxy.Requests, body =>
        {
            JsonNode sampling = body["sampling_params"] ?? body;
            Assert.Equal(1, (int)sampling["repetition_penalty"]!);
            Assert.Equal(-1, (int)sampling["top_k"]!);
            Assert.Equal(0, (int)sampling["min_p"]!);
        });
    }

    [Fact]
    public async Task Token_ids_that_stand_in_place_of_the_tokens_text_are_read()
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: _folder.Path);
        await using FaultyProxy older = await FaultyProxy.StartAsync(server.Address);
        older.Fault = Fault.IdsAsText;
        using OpenAiRolloutEngine engine = Connect(_model, [older.Address]);
        engine.UsePolicy(0, Cancellation);
        Generation[][] drawn = engine.Generate(Requests(1), new SamplingSettings(0), Cancellation);
        AssertSame(Local(_model, Requests(1), new SamplingSettings(0)), drawn);
        Assert.All(drawn, samples => AssertClose(samples[0].LogProbs, samples[0].DrawnLogProbs!));
    }

    [Fact]
    public async Task Samples_that_come_as_text_alone_are_encoded_and_scored_here()
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: _folder.Path);
        await using FaultyProxy terse = await FaultyProxy.StartAsync(server.Address);
        terse.Fault = Fault.TextAlone;
        using OpenAiRolloutEngine engine = Connect(_model, [terse.Address]);
        engine.UsePolicy(0, Cancellation);
        Generation[][] drawn = engine.Generate(Requests(1), new SamplingSettings(0), Cancellation);
        Generation[][] expected = Local(_model, Requests(1), new SamplingSettings(0));
        int asDrawn = 0;
        foreach ((Generation own, Generation theirs) in expected.Zip(drawn, (own, theirs) => (own[0], theirs[0])))
        {
            Assert.Equal(_model.Tokenizer.Decode(own.Tokens), _model.Tokenizer.Decode(theirs.Tokens));
            Assert.Equal(own.Stopped, theirs.Stopped);
            Assert.Equal(theirs.Tokens.Length, theirs.LogProbs.Length);
            Assert.Equal(theirs.Tokens.Length, theirs.Entropies.Length);
            Assert.Null(theirs.DrawnLogProbs);
            if (own.Tokens.SequenceEqual(theirs.Tokens)) // The same text can be split otherwise.
            {
                AssertClose(own.LogProbs, theirs.LogProbs);
                asDrawn++;
            }
        }
        Assert.True(asDrawn > 0);
        Assert.Equal(new RolloutIncidents(0, 0, 0), engine.TakeIncidents());
    }

    [Theory]
    [InlineData(Fault.InternalError, 1)]
    [InlineData(Fault.Unavailable, 2)]
    [InlineData(Fault.Silence, 2)]
    [InlineData(Fault.Truncation, 2)]
    public async Task A_server_that_may_have_been_restarted_is_given_the_weights_again(Fault fault, int loads)
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: _folder.Path);
        await using FaultyProxy proxy = await FaultyProxy.StartAsync(server.Address);
        proxy.Fault = fault;
        proxy.Spoils = 1;
        using OpenAiRolloutEngine engine = Connect(_model, [proxy.Address], "rollout.request_timeout=6");
        engine.UsePolicy(0, Cancellation);
        RolloutRequest[] request = Requests(1)[..1];
        Generation[][] drawn = engine.Generate(request, new SamplingSettings(0), Cancellation);
        AssertSame(Local(_model, Requests(1)[..1], new SamplingSettings(0)), drawn);
        Assert.Equal(1, engine.TakeIncidents()!.FailedRequests);
        Assert.Equal(loads, proxy.Loads.Count);
    }

    [Theory]
    [InlineData("vllm", 0)]
    [InlineData("sglang", 0)]
    [InlineData("vllm", 4)]
    public async Task A_server_that_hangs_as_it_loads_holds_up_no_update(string api, int loraRank)
    {
        using VisionLanguageModel? adapted = loraRank == 0
            ? null
            : _model.WithAdapter(new LoraSettings(loraRank, 32, ["q_proj", "up_proj"], Vision: false), seed: 5);
        VisionLanguageModel policy = adapted ?? _model;
        await using RunningServer one = await RunningServer.StartAsync(updates: _folder.Path);
        await using RunningServer other = await RunningServer.StartAsync(updates: _folder.Path);
        await using FaultyProxy hanging = await FaultyProxy.StartAsync(one.Address);
        hanging.LoadingFault = Fault.Silence;
        using OpenAiRolloutEngine engine = Connect(
            policy,
            [hanging.Address, other.Address],
            $"rollout.server_api={api}",
            "rollout.samples_per_request=1",
            "rollout.requests_per_server=1");
        var clock = Stopwatch.StartNew();
        engine.UsePolicy(0, Cancellation);
        Generation[][] drawn = engine.Generate(Requests(1), new SamplingSettings(0), Cancellation);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 100); // Neither rollout.request_timeout nor rollout.hedge_after.
        AssertSame(Local(policy, Requests(1), new SamplingSettings(0)), drawn);
        Assert.Empty(hanging.Requests);
        Assert.Single(hanging.Loads);

        // What it hangs at is given up, and the next version goes to it as well.
        hanging.LoadingFault = Fault.None;
        Disturb(policy);
        engine.UsePolicy(1, Cancellation);
        drawn = engine.Generate(Requests(3), new SamplingSettings(0), Cancellation);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 200);
        AssertSame(Local(policy, Requests(3), new SamplingSettings(0)), drawn);
        Assert.NotEmpty(hanging.Requests);
        Assert.Equal(2, hanging.Loads.Count);
        Assert.Equal(new RolloutIncidents(0, 0, 0), engine.TakeIncidents());
    }

    [Fact]
    public async Task A_server_that_loads_slowly_is_told_once_and_waited_for()
    {
        await using RunningServer one = await RunningServer.StartAsync(updates: _folder.Path);
        await using RunningServer other = await RunningServer.StartAsync(updates: _folder.Path);
        await using FaultyProxy slow = await FaultyProxy.StartAsync(one.Address);
        await using FaultyProxy silent = await FaultyProxy.StartAsync(other.Address);
        slow.LoadingFault = Fault.Slowness;
        slow.Delay = TimeSpan.FromSeconds(8);
        silent.Fault = Fault.Silence;
        using OpenAiRolloutEngine engine =
            Connect(_model, [slow.Address, silent.Address], "rollout.hedge_after=0.3");
        engine.UsePolicy(0, Cancellation);
        Generation[][] drawn = engine.Generate(Requests(1), new SamplingSettings(0), Cancellation);
        AssertSame(Local(_model, Requests(1), new SamplingSettings(0)), drawn);
        Assert.Equal(_problems.Length, slow.Requests.Count);
        Assert.Single(slow.Loads);
        Assert.Equal(0, engine.TakeIncidents()!.FailedRequests);
    }

    [Fact]
    public async Task A_run_that_is_refused_leaves_the_weights_of_the_one_at_work()
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: _folder.Path);
        string weights = _folder.Combine("weights");
        using (OpenAiRolloutEngine atWork = ConnectFrom(weights, _model, [server.Address]))
        {
            atWork.UsePolicy(0, Cancellation);
            ConnectFrom(weights, _model, [server.Address]).Dispose();
            Assert.NotEmpty(Directory.GetFiles(Assert.Single(Directory.GetDirectories(weights))));
        }
        Assert.Empty(Directory.GetDirectories(weights));
    }

    [Fact]
    public async Task A_request_that_gets_no_reply_counts_as_failed_in_the_end()
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: _folder.Path);
        await using FaultyProxy silent = await FaultyProxy.StartAsync(server.Address);
        silent.Fault = Fault.Silence;
        using OpenAiRolloutEngine engine = Connect(_model, [silent.Address], "rollout.request_timeout=4");
        engine.UsePolicy(0, Cancellation);
        using var stop = new CancellationTokenSource();
        Task drawing = Task.Run(
            () => engine.Generate([Requests(1)[0]], new SamplingSettings(0), stop.Token), Cancellation);
        while (silent.Requests.Count < 2) // It is asked again.
        {
            await Task.Delay(50, Cancellation);
        }
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => drawing);
        Assert.Equal(1, engine.TakeIncidents()!.FailedRequests);
    }

    [Fact]
    public async Task A_straggler_is_overtaken_by_another_server()
    {
        await using RunningServer one = await RunningServer.StartAsync(updates: _folder.Path);
        await using RunningServer other = await RunningServer.StartAsync(updates: _folder.Path);
        await using FaultyProxy proxy = await FaultyProxy.StartAsync(one.Address);
        proxy.Fault = Fault.Silence;
        using OpenAiRolloutEngine engine =
            Connect(_model, [proxy.Address, other.Address], "rollout.hedge_after=0.3");
        engine.UsePolicy(0, Cancellation);
        Generation[][] drawn = engine.Generate(Requests(1), new SamplingSettings(0), Cancellation);
        AssertSame(Local(_model, Requests(1), new SamplingSettings(0)), drawn);
        RolloutIncidents incidents = engine.TakeIncidents()!;
        Assert.True(incidents.HedgedRequests > 0);
        Assert.Equal(0, incidents.FailedRequests);
    }

    [Fact]
    public async Task A_slow_server_gets_less_to_do()
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: _folder.Path);
        await using FaultyProxy slow = await FaultyProxy.StartAsync(server.Address);
        await using FaultyProxy quick = await FaultyProxy.StartAsync(server.Address);
        slow.Fault = Fault.Slowness;
        slow.Delay = TimeSpan.FromSeconds(3);
        using OpenAiRolloutEngine engine = Connect(
            _model,
            [slow.Address, quick.Address],
            "rollout.samples_per_request=1",
            "rollout.requests_per_server=1");
        engine.UsePolicy(0, Cancellation);
        engine.Generate(Requests(5), new SamplingSettings(1), Cancellation);
        Assert.Equal(20, slow.Requests.Count + quick.Requests.Count);
        Assert.True(slow.Requests.Count < quick.Requests.Count, $"{slow.Requests.Count} of 20");
    }

    [Theory]
    [InlineData("vllm", 0)]
    [InlineData("sglang", 0)]
    [InlineData("vllm", 4)]
    [InlineData("sglang", 4)]
    public async Task Servers_draw_with_the_policy_as_it_was_last_updated(string api, int loraRank)
    {
        using VisionLanguageModel? adapted = loraRank == 0
            ? null
            : _model.WithAdapter(new LoraSettings(loraRank, 32, ["q_proj", "up_proj"], Vision: false), seed: 5);
        VisionLanguageModel policy = adapted ?? _model;
        await using RunningServer server = await RunningServer.StartAsync(updates: _folder.Path);
        using OpenAiRolloutEngine engine = Connect(policy, [server.Address], $"rollout.server_api={api}");
        engine.UsePolicy(0, Cancellation);
        Generation[][] before = engine.Generate(Requests(1), new SamplingSettings(0), Cancellation);
        Disturb(policy);
        engine.UsePolicy(1, Cancellation);
        Generation[][] after = engine.Generate(Requests(1), new SamplingSettings(0), Cancellation);
        AssertSame(Local(policy, Requests(1), new SamplingSettings(0)), after);
        Assert.NotEqual(before.Select(one => one[0].Tokens), after.Select(one => one[0].Tokens));
        Assert.All(after, one => AssertClose(one[0].LogProbs, one[0].DrawnLogProbs!));
        // One version lies there at a time.
        Assert.Single(Directory.GetDirectories(_folder.Combine("weights-0")));
        Assert.Equal(new RolloutIncidents(0, 0, 0), engine.TakeIncidents());
    }

    [Fact]
    public async Task What_an_older_policy_drew_is_dropped_and_drawn_anew()
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: _folder.Path);
        using OpenAiRolloutEngine engine = Connect(_model, [server.Address], "rollout.server_api=sglang");
        engine.UsePolicy(0, Cancellation);
        Disturb(_model);
        engine.UsePolicy(1, Cancellation);
        // As if the process had been started anew in between.
        string start = _folder.Combine("start");
        Directory.CreateDirectory(start);
        foreach (string file in Directory.GetFiles(Shipped.Model))
        {
            File.Copy(file, Path.Combine(start, Path.GetFileName(file)));
        }
        await server.AskAsync("update_weights_from_disk", new JsonObject { ["model_path"] = start });

        Generation[][] drawn = engine.Generate(Requests(2), new SamplingSettings(0), Cancellation);
        AssertSame(Local(_model, Requests(2), new SamplingSettings(0)), drawn);
        RolloutIncidents incidents = engine.TakeIncidents()!;
        Assert.InRange(incidents.StaleSamples, 2, 8);
    }

    [Fact]
    public async Task A_server_that_is_no_further_behind_than_allowed_is_used_as_it_is()
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: _folder.Path);
        using OpenAiRolloutEngine engine =
            Connect(_model, [server.Address], "rollout.server_api=sglang", "rollout.max_policy_lag=1");
        engine.UsePolicy(0, Cancellation);
        Generation[][] before = Local(_model, Requests(1), new SamplingSettings(0));
        Disturb(_model);
        PublishWithoutServers(engine, 1);
        Generation[][] drawn = engine.Generate(Requests(1), new SamplingSettings(0), Cancellation);
        AssertSame(before, drawn);
        // Ours are of the policy as it is, so that the ratio tells the two apart.
        Assert.Contains(drawn, one => !Close(one[0].LogProbs, one[0].DrawnLogProbs!));
    }

    [Fact]
    public async Task A_request_that_every_server_refuses_ends_the_step_with_the_reason()
    {
        await using RunningServer server =
            await RunningServer.StartAsync(updates: _folder.Path, limits: new ServerLimits { MaxTokens = 5 });
        using OpenAiRolloutEngine engine = Connect(_model, [server.Address]);
        engine.UsePolicy(0, Cancellation);
        RolloutFailedException error = Assert.Throws<RolloutFailedException>(() =>
            engine.Generate(Requests(1), new SamplingSettings(0), Cancellation));
        Assert.Contains("max_tokens", error.Message);
    }

    [Fact]
    public async Task It_stops_when_it_is_asked_to()
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: _folder.Path);
        await using FaultyProxy proxy = await FaultyProxy.StartAsync(server.Address);
        proxy.Fault = Fault.Silence;
        using OpenAiRolloutEngine engine = Connect(_model, [proxy.Address]);
        engine.UsePolicy(0, Cancellation);
        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(0.5));
        Assert.ThrowsAny<OperationCanceledException>(() =>
            engine.Generate(Requests(1), new SamplingSettings(0), stop.Token));
    }

    [Fact]
    public async Task The_token_comes_from_the_environment_and_goes_to_the_server_alone()
    {
        const string Token = "secret-of-the-test";
        await using RunningServer server = await RunningServer.StartAsync(Token, updates: _folder.Path);
        Environment.SetEnvironmentVariable(KeyVariable, Token);
        using (OpenAiRolloutEngine engine =
            Connect(_model, [server.Address], $"rollout.api_key_variable={KeyVariable}"))
        {
            engine.UsePolicy(0, Cancellation);
            Assert.Equal(_problems.Length, engine.Generate(Requests(1), new SamplingSettings(0), Cancellation).Length);
        }
        Environment.SetEnvironmentVariable(KeyVariable, "another");
        BadInputException wrong = Assert.Throws<BadInputException>(() =>
            Connect(_model, [server.Address], $"rollout.api_key_variable={KeyVariable}"));
        Assert.Contains("rollout.api_key_variable", wrong.Message);
        Assert.DoesNotContain("another", wrong.ToString());
        Environment.SetEnvironmentVariable(KeyVariable, null);
        Assert.Throws<BadInputException>(() =>
            Connect(_model, [server.Address], $"rollout.api_key_variable={KeyVariable}"));
        Assert.DoesNotContain(
            Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories)
                .Where(file => new FileInfo(file).Length < 1 << 20),
            file => File.ReadAllText(file).Contains(Token));
    }

    [Fact]
    public void Servers_that_are_not_there_are_named_at_once()
    {
        BadInputException error = Assert.Throws<BadInputException>(() =>
            Connect(_model, [new Uri("http://127.0.0.1:1/")]));
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

    private static void AssertSame(Generation[][] expected, Generation[][] drawn) => Assert.Equal(
        expected.SelectMany(samples => samples).Select(sample => sample.Tokens),
        drawn.SelectMany(samples => samples).Select(sample => sample.Tokens));

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.True(Close(expected, actual));
    }

    private static bool Close(float[] expected, float[] actual) =>
        expected.Zip(actual).All(pair => Math.Abs(pair.First - pair.Second) < 2e-4);

    // Enough that other tokens are the likeliest.
    private static void Disturb(VisionLanguageModel model)
    {
        using var noGrad = no_grad();
        using var generator = new Generator(9, CPU);
        foreach (string name in model.Network.Parameters.Names.Where(name => !model.Network.Parameters.IsShared(name)))
        {
            Tensor weight = model.Network.Parameters[name];
            if (weight.dim() == 2)
            {
                using Tensor noise = randn(weight.shape, generator: generator);
                using Scalar scale = 0.05;
                weight.add_(noise, scale);
            }
        }
    }

    // Writes a version that no server is told of.
    private static void PublishWithoutServers(OpenAiRolloutEngine engine, int version)
    {
        using CancellationTokenSource ended = new();
        ended.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => engine.UsePolicy(version, ended.Token));
    }

    // As each run has a folder of its own.
    private OpenAiRolloutEngine Connect(VisionLanguageModel policy, Uri[] servers, params string[] settings) =>
        ConnectFrom(_folder.Combine($"weights-{_engines++}"), policy, servers, settings);

    private static OpenAiRolloutEngine ConnectFrom(
        string weightsFolder, VisionLanguageModel policy, Uri[] servers, params string[] settings) =>
        OpenAiRolloutEngine.Connect(
            policy,
            ConfigurationLayers.Resolve(
                Shipped.Model,
                file: null,
                [
                    "rollout.engine=openai",
                    $"rollout.servers={string.Join(' ', servers.Select(server => server.ToString()))}",
                    .. settings,
                ]),
            weightsFolder,
            Cancellation);

    private RolloutRequest[] Requests(int samples) =>
    [
        .. _problems.Select((problem, i) => new RolloutRequest(
            problem.Prompt,
            problem.Images,
            MaxTokens,
            [.. Enumerable.Range(0, samples).Select(sample => RandomStream.For(3, i, sample))])),
    ];

    private RolloutRequest Kept(int problem, int[] prefix) => new(
        [.. _problems[problem].Prompt, .. prefix],
        _problems[problem].Images,
        MaxTokens - prefix.Length,
        [RandomStream.For(4, problem)]);

    // Tokens that their text gives again.
    private int KeptOf(Generation generation) => Enumerable.Range(3, generation.ContentLength - 3).First(length =>
        _model.Tokenizer.Encode(_model.Tokenizer.Decode(generation.Tokens[..length]))
            .SequenceEqual(generation.Tokens[..length]));

    private static Generation[][] Local(
        VisionLanguageModel policy, RolloutRequest[] requests, SamplingSettings sampling) =>
        new LocalRolloutEngine(policy.Network, 64).Generate(requests, sampling, Cancellation);
}
