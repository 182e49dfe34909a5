using Retrace.Models.Text;

namespace Retrace.Models.Tests.Families.Qwen;

public sealed class DefaultSystemTemplateTests
{
    private static readonly ChatTemplate Chat = ModelFamilies.Default.Chat;

    // As Qwen2.5-VL's folder publishes it in chat_template.json.
    private const string PublishedTemplate =
        "{% set image_count = namespace(value=0) %}{% set video_count = namespace(value=0) %}{% for message in "
        + "messages %}{% if loop.first and message['role'] != 'system' %}<|im_start|>system\nYou are a helpful "
        + "assistant.<|im_end|>\n{% endif %}<|im_start|>{{ message['role'] }}\n{% if message['content'] is string "
        + "%}{{ message['content'] }}<|im_end|>\n{% else %}{% for content in message['content'] %}{% if "
        + "content['type'] == 'image' or 'image' in content or 'image_url' in content %}{% set image_count.value = "
        + "image_count.value + 1 %}{% if add_vision_id %}Picture {{ image_count.value }}: {% endif "
        + "%}<|vision_start|><|image_pad|><|vision_end|>{% elif content['type'] == 'video' or 'video' in content "
        + "%}{% set video_count.value = video_count.value + 1 %}{% if add_vision_id %}Video {{ video_count.value "
        + "}}: {% endif %}<|vision_start|><|video_pad|><|vision_end|>{% elif 'text' in content %}{{ "
        + "content['text'] }}{% endif %}{% endfor %}<|im_end|>\n{% endif %}{% endfor %}{% if add_generation_prompt "
        + "%}<|im_start|>assistant\n{% endif %}";

    [Fact]
    public void The_template_for_other_tools_is_the_published_one() => Assert.Equal(PublishedTemplate, Chat.Jinja);

    [Fact]
    public void A_question_about_an_image_is_the_published_format() => Assert.Equal(
        "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
        + "<|im_start|>user\n<|vision_start|><|image_pad|><|vision_end|>What is the area?<|im_end|>\n"
        + "<|im_start|>assistant\n",
        Chat.Prompt("What is the area?", imageCount: 1));

    [Fact]
    public void A_system_turn_replaces_the_default() => Assert.Equal(
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi\n<|im_end|>\n<|im_start|>assistant\n",
        Chat.Prompt("Hi\n", imageCount: 0, system: "Be brief."));

    [Fact]
    public void An_empty_system_turn_is_kept() => Assert.Equal(
        "<|im_start|>system\n<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
        Chat.Prompt("Hi", imageCount: 0, system: ""));

    [Fact]
    public void A_conversation_keeps_its_turns() => Assert.Equal(
        "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
        + "<|im_start|>user\n<|vision_start|><|image_pad|><|vision_end|><|vision_start|><|image_pad|><|vision_end|>"
        + "Compare.<|im_end|>\n<|im_start|>assistant\nAlike.<|im_end|>\n"
        + "<|im_start|>user\nSure?<|im_end|>\n<|im_start|>assistant\n",
        Chat.Prompt([new("user", "Compare.", 2), new("assistant", "Alike."), new("user", "Sure?")]));

    [Fact]
    public void A_new_turn_continues_the_prompt()
    {
        string prompt = Chat.Prompt("Q", imageCount: 0);
        Assert.Equal(prompt + "A<|im_end|>\n<|im_start|>assistant\n", Chat.NewTurn(prompt, "A"));
        Assert.Equal(
            prompt + "A<|im_end|>\n<|im_start|>user\nGo on.<|im_end|>\n<|im_start|>assistant\n",
            Chat.NewTurn(prompt, "A", "Go on."));
    }
}
