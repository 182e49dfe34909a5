using System.Text.Json.Nodes;
using Retrace.Serving.Requests;

namespace Retrace.Serving.Replies;

/// <summary>How replies to chat completions and to text completions differ.</summary>
internal interface IReplyForm
{
    /// <summary>The prefix of reply ids.</summary>
    string IdPrefix { get; }

    /// <summary>The reply's <c>object</c> member.</summary>
    string Object { get; }

    /// <summary>The <c>object</c> member of a stream's chunks.</summary>
    string StreamObject { get; }

    /// <summary>Adds the whole text to a choice.</summary>
    void AddWhole(JsonObject choice, string text);

    /// <summary>Adds a part of the text to a choice of a stream.</summary>
    /// <param name="isFirst">Whether this is the first part of the choice.</param>
    void AddPart(JsonObject choice, string text, bool isFirst);

    /// <summary>The log-probabilities; null unless the request asks for them.</summary>
    JsonObject? LogProbs(TokenReport report, FinishedSample sample);
}

/// <summary>The form of <c>/v1/chat/completions</c>.</summary>
internal sealed class ChatForm(ChatFields fields) : IReplyForm
{
    public string IdPrefix => "chatcmpl-";

    public string Object => "chat.completion";

    public string StreamObject => "chat.completion.chunk";

    public void AddWhole(JsonObject choice, string text) =>
        choice["message"] = new JsonObject { ["role"] = "assistant", ["content"] = text };

    public void AddPart(JsonObject choice, string text, bool isFirst) => choice["delta"] = isFirst
        ? new JsonObject { ["role"] = "assistant", ["content"] = text }
        : new JsonObject { ["content"] = text };

    public JsonObject? LogProbs(TokenReport report, FinishedSample sample) =>
        fields.Logprobs == true ? report.Chat(sample.Tokens, sample.LogProbs) : null;
}

/// <summary>The form of <c>/v1/completions</c>.</summary>
internal sealed class CompletionForm(CompletionFields fields) : IReplyForm
{
    public string IdPrefix => "cmpl-";

    public string Object => "text_completion";

    public string StreamObject => "text_completion";

    public void AddWhole(JsonObject choice, string text) => choice["text"] = text;

    public void AddPart(JsonObject choice, string text, bool isFirst) => choice["text"] = text;

    public JsonObject? LogProbs(TokenReport report, FinishedSample sample) =>
        fields.Logprobs is not null ? report.Completion(sample.Tokens, sample.LogProbs) : null;
}
