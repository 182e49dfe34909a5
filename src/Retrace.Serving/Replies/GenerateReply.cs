using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Retrace.Models.Text;
using Retrace.Serving.Requests;
using Retrace.Serving.Sampling;
using Retrace.Training.Rollouts;

namespace Retrace.Serving.Replies;

/// <summary>Answers a request in the form of SGLang's <c>/generate</c>.</summary>
internal static class GenerateReply
{
    /// <summary>Generates the samples and writes the reply: an object for one sample, a list for several.</summary>
    public static async Task WriteAsync(
        HttpContext context, GenerateFields fields, SampleRequest request, GenerationWorker worker, Tokenizer tokenizer)
    {
        (Generation[] generated, string version) = await worker.GenerateAsync(
            request.Model, request.ToRollout(), request.Sampling, onToken: null, context.RequestAborted);
        JsonNode[] replies =
        [
            .. generated.Select(one => Reply(
                FinishedSample.Of(one, tokenizer, request.Stops), request, version, fields.ReturnLogprob == true)),
        ];
        context.Response.ContentType = "application/json";
        string json = (replies is [JsonNode single] ? single : new JsonArray(replies)).ToJsonString();
        await context.Response.WriteAsync(json, context.RequestAborted);
    }

    private static JsonObject Reply(FinishedSample sample, SampleRequest request, string version, bool logProbs)
    {
        JsonObject reason = sample.Reason == "length"
            ? new JsonObject { ["type"] = "length", ["length"] = sample.Tokens.Length }
            : new JsonObject { ["type"] = "stop", ["matched"] = sample.StopString ?? (JsonNode)sample.Tokens[^1] };
        JsonObject meta = new()
        {
            ["id"] = Guid.NewGuid().ToString("N"),
            ["finish_reason"] = reason,
            ["prompt_tokens"] = request.Prompt.Tokens.Length,
            ["completion_tokens"] = sample.Tokens.Length,
            ["weight_version"] = version,
        };
        if (logProbs)
        {
            meta["output_token_logprobs"] = new JsonArray([.. sample.Tokens.Zip(sample.LogProbs, (token, logProb) =>
                (JsonNode)new JsonArray((JsonNode)logProb, (JsonNode)token, null))]);
        }
        return new JsonObject
        {
            ["text"] = sample.Text,
            ["output_ids"] = new JsonArray([.. sample.Tokens.Select(token => (JsonNode)token)]),
            ["meta_info"] = meta,
        };
    }
}
