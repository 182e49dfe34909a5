using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Retrace.Serving.Tests.Rollouts;

/// <summary>What goes wrong between a client and a server.</summary>
public enum Fault
{
    None,

    /// <summary>The connection breaks and nothing listens any more, as when a process is killed.</summary>
    Death,

    /// <summary>A reply of status 500.</summary>
    InternalError,

    /// <summary>A reply of status 503, as a proxy gives it whose server is starting.</summary>
    Unavailable,

    /// <summary>The socket stays open and silent.</summary>
    Silence,

    /// <summary>The reply comes once the test lets it: <see cref="FaultyProxy.Resume"/>.</summary>
    Slowness,

    /// <summary>The reply's second half is missing.</summary>
    Truncation,

    /// <summary>The reply is no JSON.</summary>
    Nonsense,

    /// <summary>The reply is JSON of another form.</summary>
    OtherJson,

    /// <summary>The reply lacks a sample.</summary>
    MissingSample,

    /// <summary>The reply has tokens that no model has.</summary>
    WrongTokens,

    /// <summary>The reply says that the prompt was longer: images expanded twice.</summary>
    LongerPrompt,

    /// <summary>The reply has token ids in place of the tokens' text only, as that of an older vLLM.</summary>
    IdsAsText,

    /// <summary>The reply has neither token ids nor log-probabilities.</summary>
    TextAlone,

    /// <summary>The reply's log-probabilities are half a nat lower, as those of another model.</summary>
    OtherPolicy,
}

/// <summary>Stands before a server, on a socket of its own, and spoils its replies.</summary>
internal sealed class FaultyProxy : IAsyncDisposable
{
    private readonly HttpClient _behind;
    private readonly WebApplication _application;
    private readonly List<JsonNode> _requests = [];
    private readonly List<JsonNode> _loads = [];
    private readonly TaskCompletionSource _resumed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private FaultyProxy(Uri server)
    {
        _behind = new HttpClient { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        _application = builder.Build();
        _application.Run(AnswerAsync);
    }

    public Uri Address { get; private set; } = null!;

    /// <summary>What goes wrong with requests for samples.</summary>
    public Fault Fault { get; set; }

    /// <summary>Requests for samples that are answered well before it does.</summary>
    public int Spared { get; set; }

    /// <summary>Requests for samples that it spoils; those after them are answered well again.</summary>
    public int Spoils { get; set; } = int.MaxValue;

    /// <summary>What goes wrong with calls that load a policy.</summary>
    public Fault LoadingFault { get; set; }

    /// <summary>The bodies of all requests for samples.</summary>
    public IReadOnlyList<JsonNode> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>The bodies of all calls that load a policy.</summary>
    public IReadOnlyList<JsonNode> Loads
    {
        get
        {
            lock (_loads)
            {
                return [.. _loads];
            }
        }
    }

    public static async Task<FaultyProxy> StartAsync(Uri server)
    {
        var proxy = new FaultyProxy(server);
        await proxy._application.StartAsync();
        proxy.Address = new Uri(proxy._application.Services.GetRequiredService<IServer>().Features
            .Get<IServerAddressesFeature>()!.Addresses.First());
        return proxy;
    }

    /// <summary>Waits until so many requests for samples have come.</summary>
    public async Task UntilAskedAsync(int requests)
    {
        while (Requests.Count < requests)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Lets the replies go that <see cref="Fault.Slowness"/> holds back, and all later ones.</summary>
    public void Resume() => _resumed.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _behind.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path.Value![1..];
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Fault fault = Fault.None;
        if (path is "v1/chat/completions" or "v1/completions" or "generate")
        {
            lock (_requests)
            {
                int spoiltBefore = _requests.Count - Spared;
                fault = spoiltBefore >= 0 && spoiltBefore < Spoils ? Fault : Fault.None;
                _requests.Add(JsonNode.Parse(body.ToArray())!);
            }
        }
        else if (path is "update_weights_from_disk" or "collective_rpc"
            or "v1/load_lora_adapter" or "load_lora_adapter")
        {
            lock (_loads)
            {
                fault = LoadingFault;
                _loads.Add(JsonNode.Parse(body.ToArray())!);
            }
        }
        switch (fault)
        {
            case Fault.Death:
                context.Abort();
                _ = _application.StopAsync(new CancellationToken(canceled: true));
                return;
            case Fault.InternalError:
                await ReplyAsync(context, 500, "application/json", """{"error":{"message":"no room"}}"""u8.ToArray());
                return;
            case Fault.Unavailable:
                await ReplyAsync(context, 503, "text/html", "<html>a proxy's page</html>"u8.ToArray());
                return;
            case Fault.Silence:
                await Task.Delay(Timeout.Infinite, context.RequestAborted)
                    .ContinueWith(_ => { }, TaskScheduler.Default);
                return;
            case Fault.Slowness:
                await _resumed.Task.WaitAsync(context.RequestAborted);
                break;
            case Fault.Nonsense:
                await ReplyAsync(context, 200, "application/json", "<html>a proxy's page</html>"u8.ToArray());
                return;
            case Fault.OtherJson:
                await ReplyAsync(context, 200, "application/json", """{"choices":[{"index":"first"}]}"""u8.ToArray());
                return;
        }
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), path)
        {
            Content = body.Length == 0 ? null : new ByteArrayContent(body.ToArray()),
        };
        using HttpResponseMessage response = await _behind.SendAsync(request, context.RequestAborted);
        byte[] reply = await response.Content.ReadAsByteArrayAsync(context.RequestAborted);
        string type = response.Content.Headers.ContentType?.MediaType ?? "text/plain";
        if (fault == Fault.Truncation)
        {
            context.Response.ContentType = type;
            context.Response.ContentLength = reply.Length;
            await context.Response.Body.WriteAsync(reply.AsMemory(0, reply.Length / 2));
            await context.Response.Body.FlushAsync();
            context.Abort();
            return;
        }
        await ReplyAsync(context, (int)response.StatusCode, type, Spoilt(reply, fault));
    }

    private static Task ReplyAsync(HttpContext context, int status, string type, byte[] body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        return context.Response.Body.WriteAsync(body).AsTask();
    }

    private static void WithoutMembers(JsonArray choices, params string[] names)
    {
        foreach (string name in names)
        {
            Assert.All(choices, choice => Assert.True(choice!.AsObject().Remove(name)));
        }
    }

    private static byte[] Spoilt(byte[] reply, Fault fault)
    {
        if (fault is Fault.None or Fault.Slowness)
        {
            return reply;
        }
        JsonNode json = JsonNode.Parse(reply)!;
        JsonArray choices = json["choices"]!.AsArray();
        switch (fault)
        {
            case Fault.MissingSample:
                choices.RemoveAt(0);
                break;
            case Fault.WrongTokens:
                choices[0]!["token_ids"]![0] = 1_000_000;
                break;
            case Fault.LongerPrompt:
                json["usage"]!["prompt_tokens"] = (int)json["usage"]!["prompt_tokens"]! + 63;
                break;
            case Fault.IdsAsText:
                WithoutMembers(choices, "token_ids");
                break;
            case Fault.TextAlone:
                WithoutMembers(choices, "token_ids", "logprobs");
                break;
            case Fault.OtherPolicy:
                foreach (JsonNode? token in choices.SelectMany(choice => choice!["logprobs"]!["content"]!.AsArray()))
                {
                    token!["logprob"] = (double)token["logprob"]! - 0.5;
                }
                break;
        }
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }
}
