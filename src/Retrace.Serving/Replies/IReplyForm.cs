using System.Text.Json.Nodes;
using Retrace.Serving.Requests;

namespace Retrace.Serving.Replies;

/// <summary>The form of the replies of one of OpenAI's two calls.</summary>
internal interface IReplyForm
{
    /// <summary>What ids of replies begin with.</summary>
    string IdPrefix { get; }

    /// <summary>What a reply says that it is.</summary>
    string Object { get; }

    /// <summary>What a part of a stream says that it is.</summary>
    string StreamObject { get; }

    /// <summary>The members of a choice that hold a whole text.</summary>
    void AddWhole(JsonObject choice, string text);

    /// <summary>The members of a choice that hold more text.</summary>
    /// <param name="isFirst">Whether it is the first of this choice.</param>
    void AddPart(JsonObject choice, string text, bool isFirst);

    /// <summary>The log-probabilities, if they were asked for.</summary>
    JsonObject? LogProbs(TokenReport report, FinishedSample sample);
}

/// <summary>That of <c>/v1/chat/completions</c>.</summary>
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

/// <summary>That of <c>/v1/completions</c>.</summary>
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
