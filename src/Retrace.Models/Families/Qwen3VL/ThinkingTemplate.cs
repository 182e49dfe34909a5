using Retrace.Models.Families.Qwen;
using Retrace.Models.Text;

namespace Retrace.Models.Families.Qwen3VL;

/// <summary>
/// The chat format of Qwen3-VL's Thinking variants, byte for byte: the model's turn begins with an opened thought, which
/// belongs to the prompt, and thoughts before the last question are left out.
/// </summary>
internal sealed class ThinkingTemplate : QwenChatTemplate
{
    private const string ThoughtStart = "<think>";
    private const string ThoughtEnd = "</think>";

    public override string Jinja { get; } = string.Concat(
        "{%- macro text_of(content) %}{%- if content is string %}{{- content }}",
        "{%- else %}{%- for item in content %}",
        "{%- if 'image' in item or 'image_url' in item or item.type == 'image' %}",
        "{{- '<|vision_start|><|image_pad|><|vision_end|>' }}",
        "{%- elif 'text' in item %}{{- item.text }}{%- endif %}{%- endfor %}{%- endif %}{%- endmacro %}",
        "{%- set ns = namespace(last=messages|length - 1, searching=true) %}",
        "{%- for message in messages[::-1] %}{%- set content = text_of(message.content) %}",
        "{%- if ns.searching and message.role == 'user' and not (content.startswith('<tool_response>') ",
        "and content.endswith('</tool_response>')) %}",
        "{%- set ns.searching = false %}{%- set ns.last = (messages|length - 1) - loop.index0 %}",
        "{%- endif %}{%- endfor %}",
        "{%- for message in messages %}{%- set content = text_of(message.content) %}{%- set thought = '' %}",
        "{{- '<|im_start|>' + message.role + '\\n' }}{%- if message.role == 'assistant' %}",
        "{%- if '</think>' in content %}",
        "{%- set thought = content.split('</think>')[0].split('<think>')[-1].strip('\\n') %}",
        "{%- set content = content.split('</think>')[-1].lstrip('\\n') %}{%- endif %}",
        "{%- if loop.index0 > ns.last and (loop.last or thought) %}",
        "{{- '<think>\\n' + thought + '\\n</think>\\n\\n' + content.lstrip('\\n') }}",
        "{%- else %}{{- content }}{%- endif %}",
        "{%- else %}{{- content }}{%- endif %}{{- '<|im_end|>\\n' }}{%- endfor %}",
        "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n<think>\\n' }}{%- endif %}");

    public override string Opening => ThoughtStart + "\n";

    protected override IEnumerable<ChatTurn> Rendered(IReadOnlyList<ChatTurn> turns)
    {
        int question = turns.Count - 1;
        for (int place = turns.Count - 1; place >= 0; place--)
        {
            if (turns[place].Role == User && !IsToolResponse(turns[place]))
            {
                question = place;
                break;
            }
        }
        return turns.Select((turn, place) => turn.Role == Assistant
            ? turn with { Text = Thoughtful(turn.Text, place > question, place == turns.Count - 1) }
            : turn);
    }

    private static bool IsToolResponse(ChatTurn turn) =>
        turn.Text.StartsWith("<tool_response>", StringComparison.Ordinal)
        && turn.Text.EndsWith("</tool_response>", StringComparison.Ordinal);

    private static string Thoughtful(string text, bool answersQuestion, bool isLast)
    {
        string thought = "";
        if (text.Contains(ThoughtEnd, StringComparison.Ordinal))
        {
            string[] parts = text.Split(ThoughtEnd);
            thought = parts[0].TrimEnd('\n').Split(ThoughtStart)[^1].Trim('\n');
            text = parts[^1].TrimStart('\n');
        }
        return answersQuestion && (isLast || thought.Length > 0)
            ? $"{ThoughtStart}\n{thought}\n{ThoughtEnd}\n\n{text.TrimStart('\n')}"
            : text;
    }
}
