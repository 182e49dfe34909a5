using System.Text.Json;

namespace Retrace.RolloutServers;

/// <summary>
/// Calls <c>/v1/completions</c> with the prompt as token ids, rendered in this process. Neither vLLM nor SGLang takes
/// images there.
/// </summary>
internal sealed class CompletionsCall : IServerCall
{
    public string Path => "v1/completions";

    public void Write(Utf8JsonWriter body, ServerRequest request)
    {
        OpenAiCall.WriteShared(body, request);
        body.WriteNumber("logprobs", 0); // For the sampled tokens, without alternatives.
        OpenAiCall.WriteTokens(body, "prompt", request.Prompt);
    }

    public ServerReply Read(JsonElement body) => OpenAiCall.Read(body, choice =>
    {
        string? text = choice.GetProperty("text").GetString();
        return OpenAiCall.Member(choice, "logprobs") is JsonElement logprobs
            ? (text, [.. logprobs.GetProperty("tokens").EnumerateArray().Select(OpenAiCall.Token)
                .Zip(logprobs.GetProperty("token_logprobs").EnumerateArray().Select(value => value.GetSingle()))])
            : (text, null);
    });
}
