using System.Text;
using Retrace.Models.Images;

namespace Retrace.Models.Text;

/// <summary>Qwen2.5-VL's chat format, byte for byte.</summary>
public static class ChatTemplate
{
    /// <summary>Ends a turn; generation stops at it.</summary>
    public const string EndOfTurn = "<|im_end|>";

    /// <summary>Stands for the tokens of an image until the size of its grid is known.</summary>
    public const string ImagePad = "<|image_pad|>";

    /// <summary>Fills batches up, and ends documents.</summary>
    public const string Padding = "<|endoftext|>";

    /// <summary>What the system turn says when nothing else is given.</summary>
    public const string DefaultSystem = "You are a helpful assistant.";

    /// <summary>Begins a turn; the role and a line break follow.</summary>
    public const string StartOfTurn = "<|im_start|>";

    /// <summary>Where an image stands among a turn's text.</summary>
    public const string ImagePlace = VisionStart + ImagePad + VisionEnd;

    private const string VisionStart = "<|vision_start|>";
    private const string VisionEnd = "<|vision_end|>";

    /// <summary>The special tokens a vocabulary needs for this format, in the order of Qwen2.5-VL's ids.</summary>
    public static IReadOnlyList<string> SpecialTokens { get; } =
    [
        Padding, StartOfTurn, EndOfTurn, VisionStart, VisionEnd, "<|vision_pad|>", ImagePad, "<|video_pad|>",
    ];

    /// <summary>The same format as a Jinja template, for the tools that read it from the model's folder.</summary>
    internal static string Jinja { get; } = string.Concat(
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

    /// <summary>A question, ready for the model to answer.</summary>
    /// <param name="text">The question.</param>
    /// <param name="imageCount">The images shown before it; each takes one <c>&lt;|image_pad|&gt;</c>.</param>
    /// <param name="system">What the system turn says; Qwen2.5-VL's default if not given.</param>
    public static string Prompt(string text, int imageCount, string? system = default)
    {
        ChatTurn question = new("user", text, imageCount);
        return Prompt(system is null ? [question] : [new ChatTurn("system", system), question]);
    }

    /// <summary>A conversation, ready for the model to take the next turn.</summary>
    /// <param name="turns">If the first is no system turn, the default one goes before it.</param>
    public static string Prompt(IReadOnlyList<ChatTurn> turns) => Turns(turns) + StartOfTurn + "assistant\n";

    /// <summary>A conversation with nothing behind its last turn.</summary>
    /// <param name="turns">As above.</param>
    public static string Turns(IReadOnlyList<ChatTurn> turns)
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

    /// <summary>A conversation whose last turn is not over, for the model to go on with it.</summary>
    /// <param name="turns">As above; at least one.</param>
    public static string Continuation(IReadOnlyList<ChatTurn> turns) => Turns(turns)[..^(EndOfTurn.Length + 1)];

    /// <summary>
    /// Continues a prompt by a finished assistant turn and opens another: the form in which the released code asks for a
    /// continuation.
    /// </summary>
    /// <param name="prompt">A prompt of <see cref="Prompt(string, int, string?)"/>, which ends in an opened turn.</param>
    /// <param name="answer">What the assistant is to have said.</param>
    /// <param name="request">A user turn between the two; none if not given.</param>
    public static string NewTurn(string prompt, string answer, string? request = null)
    {
        StringBuilder text = new StringBuilder(prompt).Append(answer).Append(EndOfTurn).Append('\n');
        if (request is not null)
        {
            AppendTurn(text, new ChatTurn("user", request));
        }
        return text.Append(StartOfTurn).Append("assistant\n").ToString();
    }

    /// <summary>
    /// Replaces each image's single <c>&lt;|image_pad|&gt;</c> by as many as the image has tokens: t·h·w / merge².
    /// </summary>
    /// <param name="ids">A prompt's ids.</param>
    /// <param name="grids">The images' grids in the order of the prompt.</param>
    /// <param name="imagePadId">The id of <c>&lt;|image_pad|&gt;</c>.</param>
    /// <param name="mergeSize">The side of the square of patches that becomes one token.</param>
    /// <exception cref="BadInputException">The prompt has more or fewer places than there are images.</exception>
    public static int[] ExpandImages(int[] ids, IReadOnlyList<ImageGrid> grids, int imagePadId, int mergeSize)
    {
        int places = ids.Count(id => id == imagePadId);
        if (places != grids.Count)
        {
            throw new BadInputException(
                $"A prompt has {places} places for images ({ImagePad}) but {grids.Count} images; they should be equal.");
        }
        var expanded = new List<int>(ids.Length);
        int image = 0;
        foreach (int id in ids)
        {
            int count = id == imagePadId ? grids[image++].TokenCount(mergeSize) : 1;
            expanded.AddRange(Enumerable.Repeat(id, count));
        }
        return [.. expanded];
    }

    private static void AppendTurn(StringBuilder prompt, ChatTurn turn)
    {
        prompt.Append(StartOfTurn).Append(turn.Role).Append('\n');
        for (int i = 0; i < turn.ImageCount; i++)
        {
            prompt.Append(ImagePlace);
        }
        prompt.Append(turn.Text).Append(EndOfTurn).Append('\n');
    }
}
