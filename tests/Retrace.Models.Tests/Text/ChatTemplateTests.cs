using CsCheck;
using Retrace.Models.Images;
using Retrace.Models.Text;

namespace Retrace.Models.Tests.Text;

public sealed class ChatTemplateTests
{
    private const int ImagePad = 151655;

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
    public void TheTemplateForOtherToolsIsThePublishedOne() => Assert.Equal(PublishedTemplate, ChatTemplate.Jinja);

    [Fact]
    public void AQuestionAboutAnImageIsThePublishedFormat() => Assert.Equal(
        "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
        + "<|im_start|>user\n<|vision_start|><|image_pad|><|vision_end|>What is the area?<|im_end|>\n"
        + "<|im_start|>assistant\n",
        ChatTemplate.Prompt("What is the area?", imageCount: 1));

    [Fact]
    public void ASystemTurnReplacesTheDefault() => Assert.Equal(
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi\n<|im_end|>\n<|im_start|>assistant\n",
        ChatTemplate.Prompt("Hi\n", imageCount: 0, system: "Be brief."));

    [Fact]
    public void AnEmptySystemTurnIsKept() => Assert.Equal(
        "<|im_start|>system\n<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
        ChatTemplate.Prompt("Hi", imageCount: 0, system: ""));

    [Fact]
    public void AConversationKeepsItsTurns() => Assert.Equal(
        "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
        + "<|im_start|>user\n<|vision_start|><|image_pad|><|vision_end|><|vision_start|><|image_pad|><|vision_end|>"
        + "Compare.<|im_end|>\n<|im_start|>assistant\nAlike.<|im_end|>\n"
        + "<|im_start|>user\nSure?<|im_end|>\n<|im_start|>assistant\n",
        ChatTemplate.Prompt([new("user", "Compare.", 2), new("assistant", "Alike."), new("user", "Sure?")]));

    [Fact]
    public void ANewTurnContinuesThePrompt()
    {
        string prompt = ChatTemplate.Prompt("Q", imageCount: 0);
        Assert.Equal(prompt + "A<|im_end|>\n<|im_start|>assistant\n", ChatTemplate.NewTurn(prompt, "A"));
        Assert.Equal(
            prompt + "A<|im_end|>\n<|im_start|>user\nGo on.<|im_end|>\n<|im_start|>assistant\n",
            ChatTemplate.NewTurn(prompt, "A", "Go on."));
    }

    [Fact]
    public void EachImageTakesAsManyPlacesAsItHasTokens()
    {
        int[] ids = [1, ImagePad, 2, 3, ImagePad, ImagePad, 4];
        ImageGrid[] grids = [new(1, 4, 6), new(1, 2, 2), new(2, 4, 4)];
        int[] expected =
        [
            1, .. Enumerable.Repeat(ImagePad, 6), 2, 3, ImagePad, .. Enumerable.Repeat(ImagePad, 8), 4,
        ];
        Assert.Equal(expected, ChatTemplate.ExpandImages(ids, grids, ImagePad, mergeSize: 2));
    }

    [Fact]
    public void ExpandingAddsTheTokensOfTheGridsAndNothingElse() => Gen.Int[1, 9].Select(Gen.Int[1, 9]).Array[0, 4]
        .Sample(sides =>
        {
            ImageGrid[] grids = [.. sides.Select(side => new ImageGrid(1, 2 * side.Item1, 2 * side.Item2))];
            int[] ids = [5, .. grids.SelectMany(_ => (int[])[ImagePad, 6])];
            int[] expanded = ChatTemplate.ExpandImages(ids, grids, ImagePad, mergeSize: 2);
            Assert.Equal(sides.Sum(side => side.Item1 * side.Item2), expanded.Count(id => id == ImagePad));
            Assert.Equal(ids.Where(id => id != ImagePad), expanded.Where(id => id != ImagePad));
        });

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void PlacesAndImagesMustBeEqual(int images)
    {
        ImageGrid[] grids = [.. Enumerable.Repeat(new ImageGrid(1, 2, 2), images)];
        string message = Complaint.Of(() => ChatTemplate.ExpandImages([1, ImagePad], grids, ImagePad, mergeSize: 2));
        Assert.Contains($"1 places for images (<|image_pad|>) but {images} images", message);
    }
}
