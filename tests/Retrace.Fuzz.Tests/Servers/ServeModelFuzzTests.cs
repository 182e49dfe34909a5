using System.Net;
using System.Text;
using Retrace.Images;
using Retrace.Models;
using Retrace.Problems;
using Retrace.Serving;
using Retrace.Serving.Requests;
using Retrace.Testing;
using static TorchSharp.torch;

namespace Retrace.Fuzz.Tests.Servers;

/// <summary>Requests to <c>retrace serve-model</c>.</summary>
public sealed class ServeModelFuzzTests : IAsyncLifetime
{
    private static readonly string Picture = "data:image/png;base64,"
        + Convert.ToBase64String(ImageDecoder.EncodePng(new PixelImage(28, 28, new byte[3 * 28 * 28])));

    private static readonly (string Target, string Body)[] Seeds =
    [
        ("/v1/chat/completions", $$$"""
            {"model":"fuzzed","n":2,"max_tokens":2,"temperature":1.0,"top_p":1.0,"seed":7,"logprobs":true,"stream":false,
            "messages":[{"role":"system","content":"Be short."},{"role":"user","content":[{"type":"image_url",
            "image_url":{"url":"{{{Picture}}}"}},{"type":"text","text":"What is it?"}]}],"add_generation_prompt":true,
            "continue_final_message":false,"return_token_ids":true,"stop":["x"],"stop_token_ids":[],"top_k":-1}
            """),
        ("/v1/chat/completions", """
            {"model":"fuzzed","max_tokens":2,"stream":true,"stream_options":{"include_usage":true},
            "messages":[{"role":"user","content":"What is it?"}]}
            """),
        ("/v1/completions", """{"model":"fuzzed","prompt":[1,2,3],"max_tokens":2,"logprobs":0,"stop":"x"}"""),
        ("/v1/completions", """
            {"model":"fuzzed","prompt":[[1,2,3],"a"],"max_tokens":1,"stream":true,"user":"x","metadata":{"a":"b"},
            "guided_choice":null,"response_format":{"type":"text"},"logit_bias":{},"top_k":0}
            """),
        ("/generate", $$$"""
            {"text":"a <|image_pad|> b","image_data":["{{{Picture}}}"],"return_logprob":true,
            "sampling_params":{"n":1,"max_new_tokens":2,"temperature":0,"sampling_seed":3}}
            """),
        ("/v1/load_lora_adapter", """{"lora_name":"a","lora_path":"/etc"}"""),
        ("/update_weights_from_disk", """{"model_path":"/etc","weight_version":"1"}"""),
        ("/collective_rpc", """{"method":"reload_weights","kwargs":{"weights_path":"/etc"}}"""),
    ];

    private static readonly string[] Methods = ["GET", "HEAD", "OPTIONS"];

    private static readonly string[] Places =
        ["/health", "/v1/models", "/v1/models/fuzzed", "/v1/models/a%2Fb", "/v1/chat/completions", "/nowhere"];

    private readonly TemporaryFolder _folder = new();
    private ModelServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        UntrainedModel.Write(_folder.Path);
        ServerLimits limits = new() { MaxTokens = 2, MaxSamples = 2, MaxPromptTokens = 512, MaxBodyBytes = 1 << 20 };
        _server = await ModelServer.StartAsync(
            VisionLanguageModel.Load(_folder.Path, ScalarType.Float32, CPU),
            folder => VisionLanguageModel.Load(folder, ScalarType.Float32, CPU),
            new ServerSettings(IPAddress.Loopback, 0, "fuzzed", null, null, limits, 8, 1024),
            TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public void Requests()
    {
        Uri address = _server.Address;
        HostileRequests.Run("serve-model", 1000, address, random => Damaged(address, random));
        Assert.Equal(200, RawRequest.Send(address, Request(address, Seeds[2].Target, Encoding.UTF8.GetBytes(Seeds[2].Body))));
    }

    private static byte[] Damaged(Uri address, Random random)
    {
        (string target, string body) = Seeds[random.Next(Seeds.Length)];
        if (random.Next(8) == 0)
        {
            string method = Methods[random.Next(Methods.Length)];
            return ByteMutation.Of(RawRequest.Of(address, method, Places[random.Next(Places.Length)]), random);
        }
        return random.Next(4) == 0
            ? ByteMutation.Of(Request(address, target, Encoding.UTF8.GetBytes(body)), random)
            : Request(address, target, JsonMutation.Of(body, random));
    }

    private static byte[] Request(Uri address, string target, byte[] body) =>
    [
        .. Encoding.ASCII.GetBytes(
            $"POST {target} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n"),
        .. body,
    ];
}
