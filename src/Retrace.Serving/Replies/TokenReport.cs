using System.Text.Json.Nodes;
using Retrace.Models.Text;

namespace Retrace.Serving.Replies;

/// <summary>Writes log-probabilities of sampled tokens in the forms of chat and text completions.</summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="asIds">
/// Whether tokens are written as <c>token_id:N</c> (vLLM's <c>return_tokens_as_token_ids</c>).
/// </param>
internal sealed class TokenReport(Tokenizer tokenizer, bool asIds)
{
    /// <summary>For chat completions: <c>{"content": [{"token", "logprob", "bytes", "top_logprobs"}]}</c>.</summary>
    public JsonObject Chat(ReadOnlySpan<int> tokens, ReadOnlySpan<float> logProbs)
    {
        var content = new JsonArray();
        for (int i = 0; i < tokens.Length; i++)
        {
            content.Add((JsonNode)new JsonObject
            {
                ["token"] = NameOf(tokens[i]),
                ["logprob"] = logProbs[i],
                ["bytes"] = new JsonArray([.. tokenizer.TokenBytes(tokens[i]).Select(one => (JsonNode)(int)one)]),
                ["top_logprobs"] = new JsonArray(),
            });
        }
        return new JsonObject { ["content"] = content };
    }

    /// <summary>For text completions: <c>{"tokens", "token_logprobs", "text_offset", "top_logprobs"}</c>.</summary>
    public JsonObject Completion(ReadOnlySpan<int> tokens, ReadOnlySpan<float> logProbs)
    {
        var names = new JsonArray();
        var values = new JsonArray();
        var offsets = new JsonArray();
        var text = new TextStream(tokenizer);
        int offset = 0;
        for (int i = 0; i < tokens.Length; i++)
        {
            names.Add((JsonNode)NameOf(tokens[i]));
            values.Add((JsonNode)logProbs[i]);
            offsets.Add((JsonNode)offset);
            offset += text.Append(tokens[i]).Length;
        }
        return new JsonObject
        {
            ["tokens"] = names,
            ["token_logprobs"] = values,
            ["text_offset"] = offsets,
            ["top_logprobs"] = null,
        };
    }

    private string NameOf(int token) =>
        asIds ? $"token_id:{token}" : tokenizer.Decode([token], skipSpecial: false);
}
