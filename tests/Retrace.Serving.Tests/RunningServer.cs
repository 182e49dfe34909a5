using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Retrace.Serving.Requests;
using Retrace.Testing;
using static TorchSharp.torch;

namespace Retrace.Serving.Tests;

/// <summary>The server that ships, with the model that ships or another, on a port of its own.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    public const string ModelName = "tiny";

    private readonly ModelServer _server;

    private RunningServer(ModelServer server, string? token)
    {
        _server = server;
        Http = new HttpClient { BaseAddress = server.Address };
        if (token is not null)
        {
            Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    public Uri Address => _server.Address;

    public HttpClient Http { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <param name="model">The folder of the model; the one that ships if not given.</param>
    public static async Task<RunningServer> StartAsync(
        string? token = null, string? updates = null, ServerLimits? limits = null, int port = 0, string? model = null,
        ScalarType type = ScalarType.Float32)
    {
        ServerSettings settings = new(
            IPAddress.Loopback, port, ModelName, token, updates, limits ?? new ServerLimits(), 512, 16384);
        return new RunningServer(
            await ModelServer.StartAsync(
                ShippedProblems.LoadModel(model, type), folder => ShippedProblems.LoadModel(folder, type), settings, Cancellation),
            token);
    }

    public async Task<(HttpStatusCode Status, JsonNode? Body)> PostAsync(string path, string json)
    {
        using HttpResponseMessage response = await Http.PostAsync(
            path, new StringContent(json, Encoding.UTF8, "application/json"), Cancellation);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation)));
    }

    /// <summary>Posts what has to be answered well.</summary>
    public async Task<JsonNode> AskAsync(string path, JsonNode body)
    {
        using HttpResponseMessage response = await Http.PostAsJsonAsync(path, body, Cancellation);
        string text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _server.DisposeAsync();
    }
}
