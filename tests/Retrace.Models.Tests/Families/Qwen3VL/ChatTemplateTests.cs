using Retrace.Models.Network;
using Retrace.Models.Text;

namespace Retrace.Models.Tests.Families.Qwen3VL;

/// <summary>
/// Conversations as the published templates render them: transformers' Jinja made the expected texts from the templates of
/// Qwen3-VL-8B-Instruct and Qwen3-VL-8B-Thinking.
/// </summary>
public sealed class ChatTemplateTests : IDisposable
{
    private const string ThinkingPrompt = "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n<think>\\n' }}{%- endif %}";

    private static readonly (ChatTurn[] Turns, string Instruct, string Thinking)[] Published =
    [
        (
            [new("user", "What is the area?", 1)],
            "<|im_start|>user\n<|vision_start|><|image_pad|><|vision_end|>What is the area?<|im_end|>\n"
            + "<|im_start|>assistant\n",
            "<|im_start|>user\n<|vision_start|><|image_pad|><|vision_end|>What is the area?<|im_end|>\n"
            + "<|im_start|>assistant\n<think>\n"),
        (
            [new("system", "Be brief."), new("user", "Hi\n")],
            "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi\n<|im_end|>\n<|im_start|>assistant\n",
            "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi\n<|im_end|>\n"
            + "<|im_start|>assistant\n<think>\n"),
        (
            [new("system", ""), new("user", "Hi")],
            "<|im_start|>system\n<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
            "<|im_start|>system\n<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n<think>\n"),
        (
            [new("user", "Compare.", 2), new("assistant", "Alike."), new("user", "Sure?")],
            "<|im_start|>user\n<|vision_start|><|image_pad|><|vision_end|><|vision_start|><|image_pad|><|vision_end|>Compare.<|im_end|>\n"
            + "<|im_start|>assistant\nAlike.<|im_end|>\n<|im_start|>user\nSure?<|im_end|>\n"
            + "<|im_start|>assistant\n",
            "<|im_start|>user\n<|vision_start|><|image_pad|><|vision_end|><|vision_start|><|image_pad|><|vision_end|>Compare.<|im_end|>\n"
            + "<|im_start|>assistant\nAlike.<|im_end|>\n<|im_start|>user\nSure?<|im_end|>\n"
            + "<|im_start|>assistant\n<think>\n"),
        (
            [new("user", "Q"), new("assistant", "<think>\nHm.\n</think>\n\nA"), new("user", "Why?", 1)],
            "<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n<think>\nHm.\n</think>\n\nA<|im_end|>\n"
            + "<|im_start|>user\n<|vision_start|><|image_pad|><|vision_end|>Why?<|im_end|>\n"
            + "<|im_start|>assistant\n",
            "<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\nA<|im_end|>\n"
            + "<|im_start|>user\n<|vision_start|><|image_pad|><|vision_end|>Why?<|im_end|>\n"
            + "<|im_start|>assistant\n<think>\n"),
        (
            [new("user", "Q"), new("assistant", "<think>\nHm.\n</think>\n\nA")],
            "<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n<think>\nHm.\n</think>\n\nA<|im_end|>\n",
            "<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n<think>\nHm.\n</think>\n\nA<|im_end|>\n"),
        (
            [new("user", "Q"), new("assistant", "A")],
            "<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\nA<|im_end|>\n",
            "<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\nA<|im_end|>\n"),
        (
            [new("user", "Q"), new("assistant", "<think>Hm</think>A"), new("assistant", "B")],
            "<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n<think>Hm</think>A<|im_end|>\n"
            + "<|im_start|>assistant\nB<|im_end|>\n",
            "<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n<think>\nHm\n</think>\n\nA<|im_end|>\n"
            + "<|im_start|>assistant\n<think>\n\n</think>\n\nB<|im_end|>\n"),
        (
            [new("user", "Q"), new("assistant", "A"), new("assistant", "\nB")],
            "<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\nA<|im_end|>\n"
            + "<|im_start|>assistant\n\nB<|im_end|>\n",
            "<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\nA<|im_end|>\n"
            + "<|im_start|>assistant\n<think>\n\n</think>\n\nB<|im_end|>\n"),
        (
            [new("user", "Q"), new("system", "Later."), new("user", "R")],
            "<|im_start|>user\nQ<|im_end|>\n<|im_start|>user\nR<|im_end|>\n<|im_start|>assistant\n",
            "<|im_start|>user\nQ<|im_end|>\n<|im_start|>system\nLater.<|im_end|>\n"
            + "<|im_start|>user\nR<|im_end|>\n<|im_start|>assistant\n<think>\n"),
        (
            [new("assistant", "x")],
            "<|im_start|>assistant\nx<|im_end|>\n",
            "<|im_start|>assistant\nx<|im_end|>\n"),
        (
            [new("user", "Q"), new("assistant", "R\n</think>\n\nA")],
            "<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\nR\n</think>\n\nA<|im_end|>\n",
            "<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n<think>\nR\n</think>\n\nA<|im_end|>\n"),
        (
            [new("system", "s"), new("assistant", "y</think>z")],
            "<|im_start|>system\ns<|im_end|>\n<|im_start|>assistant\ny</think>z<|im_end|>\n",
            "<|im_start|>system\ns<|im_end|>\n<|im_start|>assistant\nz<|im_end|>\n"),
        (
            [new("user", "<tool_response>x</tool_response>"), new("assistant", "<think>\na\n</think>\n\nb")],
            "<|im_start|>user\n<tool_response>x</tool_response><|im_end|>\n"
            + "<|im_start|>assistant\n<think>\na\n</think>\n\nb<|im_end|>\n",
            "<|im_start|>user\n<tool_response>x</tool_response><|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n"),
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("qwen3_vl")]
    [InlineData("qwen3_vl_moe")]
    public void Conversations_are_those_of_the_published_templates(string type)
    {
        ModelFamily family = Family(type);
        _folder.Write("chat_template.jinja", ThinkingPrompt);
        ChatTemplate thinking = family.ChatOf(_folder.Path);
        Assert.All(Published, one =>
        {
            Assert.Equal(one.Instruct, Rendered(family.Chat, one.Turns));
            Assert.Equal(one.Thinking, Rendered(thinking, one.Turns));
        });

        static string Rendered(ChatTemplate chat, ChatTurn[] turns) =>
            turns[^1].Role == ChatTemplate.Assistant ? chat.Turns(turns) : chat.Prompt(turns);
    }

    // As it stands in each of the files, and where a template only reads thoughts of earlier turns.
    [Theory]
    [InlineData("chat_template.jinja", ThinkingPrompt, true)]
    [InlineData("chat_template.json", """{"chat_template": "{% if add_generation_prompt %}<|im_start|>assistant\n<think>\n{% endif %}"}""", true)]
    [InlineData("tokenizer_config.json", """{"chat_template": "{% if add_generation_prompt %}<|im_start|>assistant\n<think>\n{% endif %}"}""", true)]
    [InlineData("processor_config.json", """{"chat_template": "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"}""", false)]
    [InlineData("chat_template.jinja", "<|im_start|>assistant\n<think>{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}", false)]
    [InlineData("tokenizer_config.json", "{}", false)]
    public void The_variant_is_that_of_the_folders_template(string file, string content, bool thinks)
    {
        _folder.Write(file, content);
        string prompt = Family("qwen3_vl").ChatOf(_folder.Path).Prompt("Q", imageCount: 0);
        Assert.Equal(thinks, prompt.EndsWith("<|im_start|>assistant\n<think>\n", StringComparison.Ordinal));
    }

    [Fact]
    public void The_opened_thought_belongs_to_the_prompt_and_to_no_turn()
    {
        _folder.Write("chat_template.jinja", ThinkingPrompt);
        ChatTemplate chat = Family("qwen3_vl").ChatOf(_folder.Path);
        string prompt = chat.Prompt("Q", imageCount: 0);
        Assert.Equal("", Family("qwen3_vl").Chat.Opening);
        Assert.EndsWith("assistant\n" + chat.Opening, prompt);
        Assert.Equal([new("user", "Q"), new("assistant", "")], chat.Parse(prompt));
        Assert.Equal(prompt + "A<|im_end|>\n<|im_start|>assistant\n<think>\n", chat.NewTurn(prompt, "A"));
    }

    private static ModelFamily Family(string type) => ModelFamilies.All.First(family => family.ModelType == type);
}
