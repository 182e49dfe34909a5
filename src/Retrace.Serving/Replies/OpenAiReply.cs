using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Retrace.Models.Text;
using Retrace.Serving.Requests;
using Retrace.Serving.Sampling;
using Retrace.Training.Rollouts;

namespace Retrace.Serving.Replies;

/// <summary>Answers a request in the form of OpenAI's API: whole, or as a stream of server-sent events.</summary>
/// <remarks>
/// Replies add to OpenAI's API what vLLM and SGLang add: token ids where <c>return_token_ids</c> asks for them, and the
/// label of the weights in <c>metadata.weight_version</c>. A stream reports the log-probabilities of a sample in the
/// chunk that ends it.
/// </remarks>
/// <param name="form">How chat completions and text completions differ.</param>
/// <param name="fields">The request's body.</param>
/// <param name="requests">One for each prompt; the choices of the first come first.</param>
/// <param name="worker">Generates the samples.</param>
/// <param name="tokenizer">The model's tokenizer.</param>
internal sealed class OpenAiReply(
    IReplyForm form,
    SamplingFields fields,
    IReadOnlyList<SampleRequest> requests,
    GenerationWorker worker,
    Tokenizer tokenizer)
{
    private readonly string _id = $"{form.IdPrefix}{Guid.NewGuid():N}";
    private readonly long _created = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
    private readonly TokenReport _report = new(tokenizer, fields.ReturnTokensAsTokenIds == true);

    private bool ReturnsIds => fields.ReturnTokenIds == true;

    // The same for all prompts.
    private SampleRequest First => requests[0];

    /// <summary>Generates the samples and writes the reply.</summary>
    public Task WriteAsync(HttpContext context) =>
        fields.Stream == true ? StreamAsync(context) : WholeAsync(context);

    private async Task WholeAsync(HttpContext context)
    {
        (FinishedSample[] samples, string version) = await GenerateAsync(onToken: null, context.RequestAborted);
        JsonObject reply = Envelope(form.Object);
        reply["choices"] = new JsonArray([.. samples.Select((sample, i) =>
        {
            JsonObject choice = new() { ["index"] = i };
            form.AddWhole(choice, sample.Text);
            End(choice, sample);
            if (ReturnsIds && requests.Count > 1)
            {
                choice["prompt_token_ids"] = Ids(requests[i / First.Samples].Prompt.Tokens);
            }
            return choice;
        })]);
        reply["usage"] = Usage(samples);
        reply["metadata"] = new JsonObject { ["weight_version"] = version };
        if (ReturnsIds && requests.Count == 1)
        {
            reply["prompt_token_ids"] = Ids(First.Prompt.Tokens);
        }
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(reply.ToJsonString(), context.RequestAborted);
    }

    /// <param name="onToken">Called with (choice, token) for each sampled token; must not block.</param>
    /// <param name="aborted">The client has disconnected.</param>
    private async Task<(FinishedSample[] Samples, string Version)> GenerateAsync(
        Action<int, int>? onToken, CancellationToken aborted)
    {
        // Where one prompt fails, the others need not go on.
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        Task<(Generation[] Samples, string Version)>[] running =
        [
            .. requests.Select((request, place) => worker.GenerateAsync(
                request.Model,
                request.ToRollout(),
                request.Sampling,
                onToken is null ? null : (sample, token) => onToken(place * request.Samples + sample, token),
                failed.Token)),
        ];
        try
        {
            await foreach (Task one in Task.WhenEach(running))
            {
                await one;
            }
        }
        catch
        {
            await failed.CancelAsync();
            throw;
        }
        return (
            [.. running.SelectMany(one => one.Result.Samples).Select(one => FinishedSample.Of(one, tokenizer, First.Stops))],
            running[^1].Result.Version);
    }

    private async Task StreamAsync(HttpContext context)
    {
        // Unbounded, so that generation never waits for a slow client: what is buffered is a few token ids.
        var tokens = Channel.CreateUnbounded<(int Sample, int Token)>(new() { SingleReader = true });
        Task<(FinishedSample[] Samples, string Version)> generation = GenerateAsync(
            (sample, token) => tokens.Writer.TryWrite((sample, token)), context.RequestAborted);
        _ = generation.ContinueWith(_ => tokens.Writer.TryComplete(), TaskScheduler.Default);
        int count = requests.Sum(request => request.Samples);
        SampleText[] texts = [.. Enumerable.Range(0, count).Select(_ => new SampleText(tokenizer, First.Stops))];
        bool[] begun = new bool[count];
        while (await tokens.Reader.WaitToReadAsync(context.RequestAborted))
        {
            while (tokens.Reader.TryRead(out (int Sample, int Token) next))
            {
                if (texts[next.Sample].Stop is null)
                {
                    string more = texts[next.Sample].Append(next.Token);
                    await PartAsync(context, next.Sample, more, ReturnsIds ? [next.Token] : null, begun);
                }
            }
        }
        // If generation failed before anything was sent, this becomes an error reply.
        (FinishedSample[] samples, string version) = await generation;
        for (int i = 0; i < samples.Length; i++)
        {
            JsonObject choice = new() { ["index"] = i };
            form.AddPart(choice, texts[i].End(), isFirst: !begun[i]);
            End(choice, samples[i], withIds: false);
            JsonObject chunk = Envelope(form.StreamObject);
            chunk["choices"] = new JsonArray(choice);
            chunk["metadata"] = new JsonObject { ["weight_version"] = version };
            await SendAsync(context, chunk.ToJsonString());
        }
        if (fields.StreamOptions?.IncludeUsage == true)
        {
            JsonObject chunk = Envelope(form.StreamObject);
            chunk["choices"] = new JsonArray();
            chunk["usage"] = Usage(samples);
            await SendAsync(context, chunk.ToJsonString());
        }
        await SendAsync(context, "[DONE]");
    }

    private async Task PartAsync(HttpContext context, int sample, string text, int[]? ids, bool[] begun)
    {
        if (text.Length == 0 && ids is null)
        {
            return;
        }
        JsonObject choice = new() { ["index"] = sample, ["finish_reason"] = null };
        form.AddPart(choice, text, isFirst: !begun[sample]);
        if (ids is not null)
        {
            choice["token_ids"] = Ids(ids);
        }
        begun[sample] = true;
        JsonObject chunk = Envelope(form.StreamObject);
        chunk["choices"] = new JsonArray(choice);
        await SendAsync(context, chunk.ToJsonString());
    }

    private static async Task SendAsync(HttpContext context, string data)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-cache";
        }
        await context.Response.WriteAsync($"data: {data}\n\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private JsonObject Envelope(string kind) => new()
    {
        ["id"] = _id,
        ["object"] = kind,
        ["created"] = _created,
        ["model"] = First.Model,
    };

    private void End(JsonObject choice, FinishedSample sample, bool withIds = true)
    {
        choice["logprobs"] = form.LogProbs(_report, sample);
        choice["finish_reason"] = sample.Reason;
        choice["stop_reason"] = sample.StopString;
        if (ReturnsIds && withIds)
        {
            choice["token_ids"] = Ids(sample.Tokens);
        }
    }

    private JsonObject Usage(FinishedSample[] samples)
    {
        int prompts = requests.Sum(request => request.Prompt.Tokens.Length);
        int completion = samples.Sum(sample => sample.Tokens.Length);
        return new JsonObject
        {
            ["prompt_tokens"] = prompts,
            ["completion_tokens"] = completion,
            ["total_tokens"] = prompts + completion,
        };
    }

    private static JsonArray Ids(IEnumerable<int> ids) => new([.. ids.Select(id => (JsonNode)id)]);
}
