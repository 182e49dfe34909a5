using Retrace.Models.Text;

namespace Retrace.Models.Families.Qwen;

/// <summary>The chat format of Qwen2-VL and Qwen2.5-VL, byte for byte.</summary>
internal sealed class DefaultSystemTemplate : QwenChatTemplate
{
    private static readonly ChatTurn DefaultSystem = new(System, "You are a helpful assistant.");

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

    // If the first is no system turn, the default one goes before it.
    protected override IEnumerable<ChatTurn> Rendered(IReadOnlyList<ChatTurn> turns) =>
        turns is [{ Role: System }, ..] ? turns : turns.Prepend(DefaultSystem);
}
