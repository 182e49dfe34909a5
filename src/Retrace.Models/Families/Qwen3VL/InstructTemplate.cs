using Retrace.Models.Families.Qwen;
using Retrace.Models.Text;

namespace Retrace.Models.Families.Qwen3VL;

/// <summary>The chat format of Qwen3-VL's Instruct variants, byte for byte.</summary>
internal sealed class InstructTemplate : QwenChatTemplate
{
    public override string Jinja { get; } = string.Concat(
        "{%- set image_count = namespace(value=0) %}{%- for message in messages %}",
        "{%- if loop.first or message.role != 'system' %}",
        "{{- '<|im_start|>' + message.role + '\\n' }}",
        "{%- if message.content is string %}{{- message.content }}",
        "{%- else %}{%- for content in message.content %}",
        "{%- if content.type == 'image' or 'image' in content or 'image_url' in content %}",
        "{%- set image_count.value = image_count.value + 1 %}",
        "{%- if add_vision_id %}{{- 'Picture ' ~ image_count.value ~ ': ' }}{%- endif %}",
        "{{- '<|vision_start|><|image_pad|><|vision_end|>' }}",
        "{%- elif 'text' in content %}{{- content.text }}{%- endif %}",
        "{%- endfor %}{%- endif %}{{- '<|im_end|>\\n' }}{%- endif %}{%- endfor %}",
        "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}");

    // There is no default system turn, and none but the first is written.
    protected override IEnumerable<ChatTurn> Rendered(IReadOnlyList<ChatTurn> turns) =>
        turns.Where((turn, place) => place == 0 || turn.Role != System);
}
