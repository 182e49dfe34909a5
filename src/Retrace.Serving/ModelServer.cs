using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Retrace.Models;
using Retrace.Models.Text;
using Retrace.Serving.Replies;
using Retrace.Serving.Requests;
using Retrace.Serving.Sampling;

namespace Retrace.Serving;

/// <summary>Serves a model by OpenAI's API, with the endpoints of vLLM and SGLang that rollouts need.</summary>
public sealed class ModelServer : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    // GET and HEAD must be supported where there is something to read (RFC 9110, 9.1).
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];
    private static readonly string[] Asking = [HttpMethods.Post];

    private readonly ServerSettings _settings;
    private readonly ServedModels _models;
    private readonly GenerationWorker _worker;
    private readonly Tokenizer _tokenizer;
    private readonly RequestReading _reading;
    private readonly BearerToken? _token;
    private readonly long _started = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
    private readonly WebApplication _application;

    private ModelServer(VisionLanguageModel model, Func<string, VisionLanguageModel> load, ServerSettings settings)
    {
        _settings = settings;
        _tokenizer = model.Tokenizer;
        _reading = new RequestReading(
            _tokenizer, model.Images, model.Network.Config, settings.ModelName, settings.Limits);
        _token = settings.Token is null ? null : new BearerToken(settings.Token);
        _models = new ServedModels(settings.ModelName, model, load, settings.UpdatesFolder);
        _worker = new GenerationWorker(
            _models, settings.Limits.MaxRequests, settings.MaxBatchSequences, settings.MaxPrefillTokens);
        _application = Build();
    }

    /// <summary>The address that the server listens on.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Starts a server, which serves until it is disposed.</summary>
    /// <param name="model">The model to serve, which the server disposes.</param>
    /// <param name="load">Loads another model of the same kind from a folder, for updates.</param>
    /// <param name="settings">Where to listen and what to allow.</param>
    /// <exception cref="BadInputException">
    /// The model has no tokenizer, or the address cannot be listened on.
    /// </exception>
    public static async Task<ModelServer> StartAsync(
        VisionLanguageModel model,
        Func<string, VisionLanguageModel> load,
        ServerSettings settings,
        CancellationToken cancellation)
    {
        var server = new ModelServer(model, load, settings);
        try
        {
            await server._application.StartAsync(cancellation);
        }
        catch (IOException error)
        {
            await server.DisposeAsync();
            throw new BadInputException(
                $"{settings.Address}:{settings.Port} cannot be listened on: {error.Message}", error);
        }
        string address = server._application.Services.GetRequiredService<IServer>().Features
            .Get<IServerAddressesFeature>()!.Addresses.First();
        server.Address = new Uri(address);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _worker.DisposeAsync(); // Running requests get an error reply.
        await _application.DisposeAsync();
        _models.Dispose();
    }

    private WebApplication Build()
    {
        // An empty builder reads no settings file or environment variable that could change the address, and writes no
        // log, because requests hold prompts, images and the token.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = _settings.Limits.MaxBodyBytes;
            kestrel.AddServerHeader = false;
            kestrel.Listen(_settings.Address, _settings.Port);
        });
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(host =>
            host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        WebApplication application = builder.Build();
        application.Use(AnswerErrorsAsync);
        application.Use(CheckTokenAsync);
        application.UseRouting();
        Map(application, "/health", Reading, () => Results.Ok());
        Map(application, "/v1/models", Reading, Models);
        Map(application, "/v1/models/{**name}", Reading, Model);
        Map(application, "/v1/chat/completions", Asking, ChatAsync);
        Map(application, "/v1/completions", Asking, CompletionAsync);
        Map(application, "/generate", Asking, GenerateAsync);
        foreach (string prefix in new[] { "/v1", "" }) // In vLLM and in SGLang.
        {
            Map(application, $"{prefix}/load_lora_adapter", Asking, LoadAdapterAsync);
            Map(application, $"{prefix}/unload_lora_adapter", Asking, UnloadAdapterAsync);
        }
        Map(application, "/update_weights_from_disk", Asking, UpdateWeightsAsync);
        Map(application, "/collective_rpc", Asking, CollectiveCallAsync);
        Map(application, "/reset_prefix_cache", Asking, () => Results.Ok()); // There is no prefix cache.
        application.MapFallback("{*path}", context => throw ApiException.NotFound(
            $"There is no {context.Request.Method} {context.Request.Path}."));
        return application;
    }

    // A handler is a Delegate, so that the results that it returns are written.
    private static void Map(WebApplication application, string path, string[] methods, Delegate handler)
    {
        application.MapMethods(path, methods, handler);
        application.Map(path, (HttpContext context) =>
        {
            string allowed = string.Join(", ", methods);
            context.Response.Headers.Allow = allowed;
            throw new ApiException(
                405,
                "invalid_request_error",
                $"{context.Request.Path} does not take {context.Request.Method}; it takes {allowed}.");
        });
    }

    private async Task CheckTokenAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path != "/health")
        {
            _token?.Check(context.Request);
        }
        await next(context);
    }

    private static async Task AnswerErrorsAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has disconnected.
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            await WriteErrorAsync(context, error);
        }
        catch (Exception)
        {
            context.Abort(); // A stream that merely ended without [DONE] would look complete to some clients.
        }
    }

    private static Task WriteErrorAsync(HttpContext context, Exception error)
    {
        (int status, string type, string message) = error switch
        {
            ApiException known => (known.Status, known.Type, known.Message),
            BadInputException bad => (400, "invalid_request_error", bad.Message),
            JsonException json => (400, "invalid_request_error", $"The body cannot be read: {Sentence(json)}"),
            BadHttpRequestException http => (http.StatusCode, "invalid_request_error", http.Message),
            _ => (500, "server_error", "The server failed at this request."),
        };
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        var body = new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["message"] = message,
                ["type"] = type,
                ["param"] = (error as ApiException)?.Member,
                ["code"] = status,
            },
        };
        return context.Response.WriteAsync(body.ToJsonString());
    }

    private static string Sentence(JsonException error) =>
        $"line {error.LineNumber + 1}, {(error.Path is string path ? $"at {path}" : "not valid JSON")}.";

    private static async Task<T> BodyAsync<T>(HttpContext context)
        where T : class =>
        await JsonSerializer.DeserializeAsync<T>(context.Request.Body, Json, context.RequestAborted)
        ?? throw ApiException.BadRequest("The body must be a JSON object.");

    private static async Task<T> CheckedBodyAsync<T>(HttpContext context)
        where T : RequestMembers
    {
        T body = await BodyAsync<T>(context);
        body.CheckOthers();
        return body;
    }

    private IResult Models() => Results.Json(new JsonObject
    {
        ["object"] = "list",
        ["data"] = new JsonArray([.. _models.Names.Select(Described)]),
    });

    private IResult Model(string name) =>
        _models.Names.FirstOrDefault(known => known == name || known == Uri.UnescapeDataString(name)) is string known
            ? Results.Json(Described(known))
            : throw NoModel(name);

    private JsonObject Described(string name) => new()
    {
        ["id"] = name,
        ["object"] = "model",
        ["created"] = _started,
        ["owned_by"] = "retrace",
    };

    private static ApiException NoModel(string name) => ApiException.NotFound($"The model `{name}` does not exist.");

    private async Task ChatAsync(HttpContext context)
    {
        ChatFields fields = await BodyAsync<ChatFields>(context);
        SampleRequest request = Known(_reading.Read(fields));
        await new OpenAiReply(new ChatForm(fields), fields, [request], _worker, _tokenizer).WriteAsync(context);
    }

    private async Task CompletionAsync(HttpContext context)
    {
        CompletionFields fields = await BodyAsync<CompletionFields>(context);
        SampleRequest[] requests = [.. _reading.Read(fields).Select(Known)];
        await new OpenAiReply(new CompletionForm(fields), fields, requests, _worker, _tokenizer).WriteAsync(context);
    }

    private async Task GenerateAsync(HttpContext context)
    {
        GenerateFields fields = await BodyAsync<GenerateFields>(context);
        SampleRequest request = Known(_reading.Read(fields));
        await GenerateReply.WriteAsync(context, fields, request, _worker, _tokenizer);
    }

    private SampleRequest Known(SampleRequest request) => _models.Names.Contains(request.Model)
        ? request
        : throw NoModel(request.Model);

    private async Task<IResult> LoadAdapterAsync(HttpContext context)
    {
        AdapterFields fields = await CheckedBodyAsync<AdapterFields>(context);
        string name = Required(fields.LoraName, "lora_name");
        string path = Required(fields.LoraPath, "lora_path");
        await _worker.ChangeAsync(models => models.LoadAdapter(name, path));
        return Success($"Success: LoRA adapter '{name}' added successfully.");
    }

    private async Task<IResult> UnloadAdapterAsync(HttpContext context)
    {
        AdapterFields fields = await CheckedBodyAsync<AdapterFields>(context);
        string name = Required(fields.LoraName, "lora_name");
        await _worker.ChangeAsync(models => models.UnloadAdapter(name));
        return Success($"Success: LoRA adapter '{name}' removed successfully.");
    }

    private async Task<IResult> UpdateWeightsAsync(HttpContext context)
    {
        WeightFields fields = await CheckedBodyAsync<WeightFields>(context);
        string path = Required(fields.ModelPath, "model_path");
        await _worker.ChangeAsync(models => models.UpdateWeights(path, fields.WeightVersion));
        return Success("Succeeded to update model weights.");
    }

    // vLLM calls any method of its workers here. Only the one that reloads weights is supported.
    private async Task<IResult> CollectiveCallAsync(HttpContext context)
    {
        CollectiveFields fields = await CheckedBodyAsync<CollectiveFields>(context);
        if (fields.Method != "reload_weights")
        {
            throw ApiException.BadRequest("`method` must be reload_weights; no other is supported.");
        }
        fields.Kwargs?.CheckOthers("kwargs.");
        string path = Required(fields.Kwargs?.WeightsPath, "kwargs.weights_path");
        await _worker.ChangeAsync(models => models.UpdateWeights(path, version: null));
        return Results.Json(new JsonObject { ["results"] = new JsonArray((JsonNode?)null) });
    }

    private static IResult Success(string message) =>
        Results.Json(new JsonObject { ["success"] = true, ["message"] = message });

    private static string Required(string? value, string name) =>
        value is { Length: > 0 } ? value : throw ApiException.BadRequest($"`{name}` must be given.");
}
