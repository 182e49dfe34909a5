using System.Text.Json;

namespace Retrace.RolloutServers;

/// <summary>
/// Calls SGLang's <c>/generate</c> with the prompt as token ids, rendered in this process, and its images.
/// </summary>
/// <remarks>
/// Sources: SGLang's documentation of its sampling parameters and native API, and srt/sampling/sampling_params.py, which
/// has <c>logit_bias</c>.
/// </remarks>
internal sealed class GenerateCall : IServerCall
{
    public string Path => "generate";

    public void Write(Utf8JsonWriter body, ServerRequest request)
    {
        OpenAiCall.WriteTokens(body, "input_ids", request.Prompt);
        if (request.Images.Count > 0)
        {
            body.WriteStartArray("image_data");
            foreach (string image in request.Images)
            {
                body.WriteStringValue(image);
            }
            body.WriteEndArray();
        }
        if (request.Adapter is not null)
        {
            body.WriteString("lora_path", request.Adapter);
        }
        body.WriteBoolean("return_logprob", true);
        body.WriteStartObject("sampling_params");
        body.WriteNumber("n", request.Samples);
        body.WriteNumber("max_new_tokens", request.MaxTokens);
        body.WriteNumber("temperature", request.Temperature);
        body.WriteNumber("top_p", request.TopP);
        OpenAiCall.WriteWithoutPenalties(body);
        body.WriteNumber("sampling_seed", request.Seed);
        OpenAiCall.WriteEndsAndBans(body, request);
        body.WriteEndObject();
    }

    // An object for one sample, a list for several.
    public ServerReply Read(JsonElement body)
    {
        JsonElement[] replies = body.ValueKind == JsonValueKind.Array ? [.. body.EnumerateArray()] : [body];
        JsonElement first = replies is [JsonElement any, ..]
            ? any.GetProperty("meta_info")
            : throw new ServerFaultException("it returned an empty list");
        return new ServerReply(
            [.. replies.Select(Sample)],
            OpenAiCall.Member(first, "prompt_tokens")?.GetInt32(),
            OpenAiCall.Member(first, "weight_version")?.GetString());
    }

    private static ReportedSample Sample(JsonElement reply)
    {
        JsonElement meta = reply.GetProperty("meta_info");
        JsonElement[]? reported = OpenAiCall.Member(meta, "output_token_logprobs") is JsonElement list
            ? [.. list.EnumerateArray()] // Each is [ln p, id, text or null].
            : null;
        int[]? tokens = reported is not null
            ? [.. reported.Select(one => one[1].GetInt32())]
            : OpenAiCall.Member(reply, "output_ids") is JsonElement ids
                ? [.. ids.EnumerateArray().Select(id => id.GetInt32())]
                : null;
        string? reason = meta.GetProperty("finish_reason").GetProperty("type").GetString();
        return reason is "stop" or "length"
            ? new ReportedSample(
                reply.GetProperty("text").GetString(),
                tokens,
                reported is null ? null : [.. reported.Select(one => one[0].GetSingle())],
                reason == "stop")
            : throw new ServerFaultException($"it ended a sample with the reason {reason ?? "null"}");
    }
}
