using System.Text;
using Retrace.Models;
using Retrace.RolloutServers;
using Retrace.Testing;
using Retrace.Training.Rollouts.Servers;
using static TorchSharp.torch;

namespace Retrace.Fuzz.Tests.Servers;

/// <summary>What rollout servers answer: HTTP, its JSON, and what the JSON says.</summary>
/// <remarks>Rollouts never ask for a stream, so there is none to be read.</remarks>
public sealed class ReplyFuzzTests : IDisposable
{
    private const string Chat = """
        {"id":"x","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant",
        "content":"It is 7."},"logprobs":{"content":[{"token":"token_id:5","logprob":-0.5,"bytes":null},
        {"token":"token_id:6","logprob":-1.25}]},"finish_reason":"length","token_ids":[5,6]},{"index":1,"message":{
        "role":"assistant","content":"7"},"logprobs":null,"finish_reason":"stop","token_ids":null}],
        "usage":{"prompt_tokens":3,"completion_tokens":4},"metadata":{"weight_version":"a"}}
        """;

    private const string Completion = """
        {"choices":[{"index":0,"text":"It","logprobs":{"tokens":["token_id:5"],"token_logprobs":[-0.5]},
        "finish_reason":"length"},{"index":1,"text":" is","token_ids":[9],"finish_reason":"length"}],
        "usage":{"prompt_tokens":3}}
        """;

    private const string Generated = """
        [{"text":"It","output_ids":[5],"meta_info":{"prompt_tokens":3,"weight_version":"a","finish_reason":{"type":"length"},
        "output_token_logprobs":[[-0.5,5,null]]}},{"text":"is","output_ids":[6],"meta_info":{"prompt_tokens":3,
        "finish_reason":{"type":"length"}}}]
        """;

    private const string Models = """{"object":"list","data":[{"id":"m","object":"model"}]}""";

    private static readonly ChatPrompt NoMessages = new(ModelFamilies.Default.Chat, [], ContinuesFinal: false);

    private readonly TemporaryFolder _folder = new();
    private readonly VisionLanguageModel _model;
    private readonly RawReply _reply = new();

    public ReplyFuzzTests()
    {
        UntrainedModel.Write(_folder.Path);
        _model = VisionLanguageModel.Load(_folder.Path, ScalarType.Float32, CPU);
    }

    public void Dispose()
    {
        _reply.Dispose();
        _model.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Chat_completions() => Fuzz("chat", new ChatCall(NoMessages), Chat);

    [Fact]
    public void Completions() => Fuzz("completions", new CompletionsCall(), Completion);

    [Fact]
    public void SGLangs_generate() => Fuzz("generate", new GenerateCall(), Generated);

    [Fact]
    public void The_list_of_models() => Fuzz("models", Models, server => server.FindModelAsync(CancellationToken.None));

    [Theory]
    [InlineData("v1/models", """{"data":[{"id":null}]}""")]
    [InlineData("v1/completions", """
        {"choices":[{"index":0,"text":"It","logprobs":{"tokens":[null],"token_logprobs":[-0.5]},
        "finish_reason":"stop"}]}
        """)]
    [InlineData("v1/completions", """{"choices":[{"index":0,"text":null,"finish_reason":"stop"}]}""")]
    [InlineData("v1/chat/completions", """
        {"choices":[{"index":0,"message":{"content":"It"},"logprobs":{"content":[{"token":null,"logprob":-0.5}]},
        "finish_reason":"stop"}]}
        """)]
    [InlineData("v1/chat/completions", """
        {"choices":[{"index":0,"message":{"content":null},"finish_reason":"stop"}]}
        """)]
    [InlineData("generate", """{"text":null,"meta_info":{"finish_reason":{"type":"stop"}}}""")]
    public async Task Null_in_a_text_s_place_is_the_server_s_fault(string path, string json)
    {
        _reply.Bytes = RawReply.Of(Encoding.UTF8.GetBytes(json));
        using RolloutServer server = new(_reply.Address, key: null, TimeProvider.System);
        IServerCall[] calls = [new CompletionsCall(), new ChatCall(NoMessages), new GenerateCall()];
        IServerCall? call = calls.SingleOrDefault(call => call.Path == path);
        await Assert.ThrowsAsync<ServerFaultException>(() => call is null
            ? server.FindModelAsync(TestContext.Current.CancellationToken)
            : GenerateAsync(server, call, samples: 1));
    }

    [Fact]
    public async Task A_text_longer_than_the_tokens_asked_for_is_not_encoded()
    {
        _reply.Bytes = RawReply.Of(Encoding.UTF8.GetBytes(
            $$"""{"choices":[{"index":0,"text":"{{new string('x', 1 << 24)}}","finish_reason":"length"}]}"""));
        using RolloutServer server = new(_reply.Address, key: null, TimeProvider.System);
        ServerFaultException fault = await Assert.ThrowsAsync<ServerFaultException>(
            () => GenerateAsync(server, new CompletionsCall(), samples: 1));
        Assert.Contains($"{1 << 24} characters", fault.Message);
    }

    private void Fuzz(string name, IServerCall call, string seed) =>
        Fuzz(name, seed, server => GenerateAsync(server, call, samples: 2));

    private async Task GenerateAsync(RolloutServer server, IServerCall call, int samples)
    {
        var job = new RolloutJob(0, 0, samples, new ServerPrompt([1, 2, 3], null, null, [], 3), MaxTokens: 4, Seed: 1);
        new SampleReading(_model.Tokenizer, _model.Network.Config).Read(
            job, await server.PostAsync(call.Path, body => { }, call.Read, CancellationToken.None));
    }

    private void Fuzz(string name, string seed, Func<RolloutServer, Task> ask) => Fuzzer.Run(
        name,
        250,
        random => random.Next(4) == 0
            ? ByteMutation.Of(RawReply.Of(Encoding.UTF8.GetBytes(seed)), random)
            : RawReply.Of(JsonMutation.Of(seed, random)),
        bytes =>
        {
            _reply.Bytes = bytes;
            using RolloutServer server = new(_reply.Address, key: null, TimeProvider.System);
            try
            {
                ask(server).GetAwaiter().GetResult();
            }
            catch (ServerFaultException error)
            {
                throw new BadInputException(error.Message, error);
            }
        });
}
