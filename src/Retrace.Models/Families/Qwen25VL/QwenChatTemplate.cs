using System.Text;
using Retrace.Models.Text;

namespace Retrace.Models.Families.Qwen25VL;

/// <summary>Qwen2.5-VL's chat format, byte for byte.</summary>
internal sealed class QwenChatTemplate : ChatTemplate
{
    private const string DefaultSystem = "You are a helpful assistant.";
    private const string StartOfTurn = "<|im_start|>"; // The role and a line break follow.
    private const string OpenedTurn = StartOfTurn + Assistant + "\n";
    private const string VisionStart = "<|vision_start|>";
    private const string VisionEnd = "<|vision_end|>";

    public override string EndOfTurn => "<|im_end|>";

    public override string ImagePad => "<|image_pad|>";

    public override string ImagePlace => VisionStart + ImagePad + VisionEnd;

    public override string Padding => "<|endoftext|>";

    public override IReadOnlyList<string> SpecialTokens =>
    [
        Padding, StartOfTurn, EndOfTurn, VisionStart, VisionEnd, "<|vision_pad|>", ImagePad, "<|video_pad|>",
    ];

    public override string Jinja { get; } = string.Concat(
        "{% set image_count = namespace(value=0) %}{% set video_count = namespace(value=0) %}",
        "{% for message in messages %}",
        "{% if loop.first and message['role'] != 'system' %}",
        "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n{% endif %}",
        "<|im_start|>{{ message['role'] }}\n",
        "{% if message['content'] is string %}{{ message['content'] }}<|im_end|>\n",
        "{% else %}{% for content in message['content'] %}",
        "{% if content['type'] == 'image' or 'image' in content or 'image_url' in content %}",
        "{% set image_count.value = image_count.value + 1 %}",
        "{% if add_vision_id %}Picture {{ image_count.value }}: {% endif %}",
        "<|vision_start|><|image_pad|><|vision_end|>",
        "{% elif content['type'] == 'video' or 'video' in content %}",
        "{% set video_count.value = video_count.value + 1 %}",
        "{% if add_vision_id %}Video {{ video_count.value }}: {% endif %}",
        "<|vision_start|><|video_pad|><|vision_end|>",
        "{% elif 'text' in content %}{{ content['text'] }}{% endif %}",
        "{% endfor %}<|im_end|>\n{% endif %}{% endfor %}",
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}");

    public override string Prompt(IReadOnlyList<ChatTurn> turns) => Turns(turns) + OpenedTurn;

    /// <param name="turns">If the first is no system turn, the default one goes before it.</param>
    public override string Turns(IReadOnlyList<ChatTurn> turns)
    {
        var text = new StringBuilder();
        if (turns is not [{ Role: "system" }, ..])
        {
            AppendTurn(text, new ChatTurn("system", DefaultSystem));
        }
        foreach (ChatTurn turn in turns)
        {
            AppendTurn(text, turn);
        }
        return text.ToString();
    }

    public override string Continuation(IReadOnlyList<ChatTurn> turns) => Turns(turns)[..^(EndOfTurn.Length + 1)];

    public override string NewTurn(string prompt, string answer, string? request = null)
    {
        StringBuilder text = new StringBuilder(prompt).Append(answer).Append(EndOfTurn).Append('\n');
        if (request is not null)
        {
            AppendTurn(text, new ChatTurn("user", request));
        }
        return text.Append(OpenedTurn).ToString();
    }

    public override IReadOnlyList<ChatTurn>? Parse(string text)
    {
        List<ChatTurn> turns = [];
        foreach (string part in text.Split(StartOfTurn)[1..])
        {
            int line = part.IndexOf('\n');
            if (line < 0)
            {
                return null;
            }
            int end = part.IndexOf(EndOfTurn, StringComparison.Ordinal);
            turns.Add(new ChatTurn(part[..line], part[(line + 1)..Math.Max(line + 1, end < 0 ? part.Length : end)]));
        }
        return turns;
    }

    private void AppendTurn(StringBuilder prompt, ChatTurn turn)
    {
        prompt.Append(StartOfTurn).Append(turn.Role).Append('\n');
        for (int i = 0; i < turn.ImageCount; i++)
        {
            prompt.Append(ImagePlace);
        }
        prompt.Append(turn.Text).Append(EndOfTurn).Append('\n');
    }
}
