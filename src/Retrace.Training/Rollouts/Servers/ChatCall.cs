using System.Text.Json;
using Retrace.Models.Text;
using Retrace.RolloutServers;

namespace Retrace.Training.Rollouts.Servers;

/// <summary>
/// Calls <c>/v1/chat/completions</c>. Images are data URLs in the messages; a kept prefix is the last message, which
/// <c>continue_final_message</c> leaves open.
/// </summary>
/// <param name="chat">The prompt as messages.</param>
internal sealed class ChatCall(ChatPrompt chat) : IServerCall
{
    public string Path => "v1/chat/completions";

    public void Write(Utf8JsonWriter body, ServerRequest request)
    {
        OpenAiCall.WriteShared(body, request);
        body.WriteBoolean("logprobs", true);
        body.WriteBoolean("add_generation_prompt", !chat.ContinuesFinal);
        body.WriteBoolean("continue_final_message", chat.ContinuesFinal);
        body.WriteStartArray("messages");
        int image = 0;
        foreach (ChatTurn turn in chat.Turns)
        {
            body.WriteStartObject();
            body.WriteString("role", turn.Role);
            string[] texts = turn.Text.Split(chat.Template.ImagePlace);
            if (texts.Length == 1)
            {
                body.WriteString("content", turn.Text);
            }
            else
            {
                WriteParts(body, texts, request.Images, ref image);
            }
            body.WriteEndObject();
        }
        body.WriteEndArray();
    }

    public ServerReply Read(JsonElement body) => OpenAiCall.Read(body, choice =>
    {
        string? text = OpenAiCall.Member(choice.GetProperty("message"), "content")?.GetString();
        return OpenAiCall.Member(choice, "logprobs") is JsonElement logprobs
            && OpenAiCall.Member(logprobs, "content") is JsonElement content
                ? (text, [.. content.EnumerateArray().Select(one =>
                    (OpenAiCall.Token(one.GetProperty("token")), one.GetProperty("logprob").GetSingle()))])
                : (text, null);
    });

    // Images go between the texts.
    private static void WriteParts(Utf8JsonWriter body, string[] texts, IReadOnlyList<string> images, ref int image)
    {
        body.WriteStartArray("content");
        for (int i = 0; i < texts.Length; i++)
        {
            if (i > 0)
            {
                body.WriteStartObject();
                body.WriteString("type", "image_url");
                body.WriteStartObject("image_url");
                body.WriteString("url", images[image++]);
                body.WriteEndObject();
                body.WriteEndObject();
            }
            if (texts[i].Length > 0)
            {
                body.WriteStartObject();
                body.WriteString("type", "text");
                body.WriteString("text", texts[i]);
                body.WriteEndObject();
            }
        }
        body.WriteEndArray();
    }
}
