using System.Net;
using System.Text.Json.Nodes;
using Retrace.Testing;

namespace Retrace.Serving.Tests;

/// <summary>Methods and addresses that clients and probes use beside the calls themselves, and prompts in lists.</summary>
public sealed class HttpMethodTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await RunningServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("health", HttpStatusCode.OK)]
    [InlineData("v1/models", HttpStatusCode.OK)]
    [InlineData("v1/models/tiny", HttpStatusCode.OK)]
    [InlineData("v1/models/other", HttpStatusCode.NotFound)]
    [InlineData("nowhere", HttpStatusCode.NotFound)]
    public async Task HEAD_is_answered_as_GET_is_and_without_a_body(string path, HttpStatusCode status)
    {
        using HttpRequestMessage request = new(HttpMethod.Head, path);
        using HttpResponseMessage head = await _server.Http.SendAsync(request, Cancellation);
        Assert.Equal(status, head.StatusCode);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancellation));
        using HttpResponseMessage get = await _server.Http.GetAsync(path, Cancellation);
        Assert.Equal(status, get.StatusCode);
        Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
    }

    [Fact]
    public async Task A_model_is_described_by_its_name()
    {
        JsonNode one = JsonNode.Parse(await _server.Http.GetStringAsync("v1/models/tiny", Cancellation))!;
        JsonNode all = JsonNode.Parse(await _server.Http.GetStringAsync("v1/models", Cancellation))!;
        Assert.Equal(all["data"]![0]!.ToJsonString(), one.ToJsonString());

        using HttpResponseMessage other = await _server.Http.GetAsync("v1/models/owner%2Fother", Cancellation);
        Assert.Contains("does not exist", await other.Content.ReadAsStringAsync(Cancellation));
    }

    [Theory]
    [InlineData("GET", "v1/chat/completions", "POST")]
    [InlineData("HEAD", "v1/completions", "POST")]
    [InlineData("PUT", "generate", "POST")]
    [InlineData("POST", "v1/models", "GET, HEAD")]
    [InlineData("DELETE", "v1/models/tiny", "GET, HEAD")]
    [InlineData("OPTIONS", "health", "GET, HEAD")]
    public async Task Another_method_gets_405_and_what_is_allowed(string method, string path, string allowed)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), path);
        using HttpResponseMessage response = await _server.Http.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(allowed, string.Join(", ", response.Content.Headers.Allow));
        if (method != "HEAD")
        {
            Assert.Contains(
                $"/{path} does not take {method}; it takes {allowed}.",
                await response.Content.ReadAsStringAsync(Cancellation));
        }
    }

    [Theory]
    [InlineData("""["How long is AB?"]""", 1)]
    [InlineData("[[5,6,7]]", 1)]
    [InlineData("""["How long is AB?","What?"]""", 2)]
    [InlineData("""[[5,6,7],[8]]""", 2)]
    [InlineData("""["How long is AB?",[8]]""", 2)]
    public async Task Each_prompt_of_a_list_is_answered_as_it_is_alone(string prompts, int count)
    {
        const int Samples = 2;
        JsonNode together = await _server.AskAsync("v1/completions", Request(prompts));
        JsonArray choices = together["choices"]!.AsArray();
        Assert.Equal(Enumerable.Range(0, Samples * count), choices.Select(choice => (int)choice!["index"]!));
        int promptTokens = 0;
        foreach ((int i, JsonNode? prompt) in JsonNode.Parse(prompts)!.AsArray().Index())
        {
            JsonNode alone = await _server.AskAsync("v1/completions", Request(prompt!.ToJsonString()));
            promptTokens += (int)alone["usage"]!["prompt_tokens"]!;
            Assert.Equal(
                alone["choices"]!.AsArray().Select(choice => (string?)choice!["text"]),
                choices.Skip(Samples * i).Take(Samples).Select(choice => (string?)choice!["text"]));
        }
        Assert.Equal(promptTokens, (int)together["usage"]!["prompt_tokens"]!);

        static JsonObject Request(string prompt) => new()
        {
            ["prompt"] = JsonNode.Parse(prompt),
            ["n"] = Samples,
            ["max_tokens"] = 4,
            ["seed"] = 5,
        };
    }

    [Fact]
    public async Task A_stream_of_several_prompts_names_each_choice()
    {
        using HttpResponseMessage response = await _server.Http.PostAsync(
            "v1/completions",
            new StringContent("""{"prompt":["a","b"],"max_tokens":3,"temperature":0,"stream":true}"""),
            Cancellation);
        string[] events = (await response.Content.ReadAsStringAsync(Cancellation))
            .Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("data: [DONE]", events[^1]);
        JsonNode[] choices =
        [
            .. events[..^1].SelectMany(line => JsonNode.Parse(line["data: ".Length..])!["choices"]!.AsArray()).Select(one => one!),
        ];
        Assert.Equal([0, 1], choices.Select(choice => (int)choice["index"]!).Distinct().Order());
        Assert.Equal(2, choices.Count(choice => choice["finish_reason"] is not null));
    }

    [Theory]
    [InlineData("""{"prompt":["a","b"],"n":65}""", "must be from 1 to 128")]
    [InlineData("""{"prompt":["a",""]}""", "The prompt is empty.")]
    [InlineData("""{"prompt":["a",5]}""", "a list of these")]
    [InlineData("""{"prompt":[5,"a"]}""", "a list of these")]
    [InlineData("""{"prompt":[[5,[6]]]}""", "a list of these")]
    [InlineData("""{"prompt":[]}""", "The prompt is empty.")]
    public async Task A_list_that_holds_something_else_is_refused(string body, string sentence)
    {
        (HttpStatusCode status, JsonNode? reply) = await _server.PostAsync("v1/completions", body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(sentence, (string?)reply!["error"]!["message"]);
    }
}
