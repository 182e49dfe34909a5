using System.Text.Json;
using Retrace.Models;
using Retrace.Models.Text;
using Retrace.Problems;
using Retrace.Testing;
using Retrace.Training.Prompts;

namespace Retrace.Training.Tests.Prompts;

public sealed class PromptEncoderTests(UntrainedModelFolder folder) : IClassFixture<UntrainedModelFolder>
{
    private readonly VisionLanguageModel _model = folder.Model;

    [Fact]
    public void A_text_stands_in_the_chat_template_with_its_images_expanded()
    {
        // 90 × 60 pixels become 84 × 56: six tokens.
        EncodedPrompt prompt = new PromptEncoder(_model, "").Encode("How wide?", [Picture(90, 60)]);
        string pads = string.Concat(Enumerable.Repeat(_model.Family.Chat.ImagePad, 6));
        string expected = _model.Family.Chat.Prompt("How wide?", 1)
            .Replace(_model.Family.Chat.ImagePad, pads, StringComparison.Ordinal);
        Assert.Equal(_model.Tokenizer.Encode(expected), prompt.Tokens);
        Assert.Equal((4, 6), (Assert.Single(prompt.Images).Grid.Height, prompt.Images[0].Grid.Width));

        EncodedPrompt instructed = new PromptEncoder(_model, " Think.").Encode("How wide?", []);
        Assert.Equal(_model.Tokenizer.Encode(_model.Family.Chat.Prompt("How wide? Think.", 0)), instructed.Tokens);
    }

    [Fact]
    public void An_image_stands_at_its_place_in_the_text_and_is_expanded_once()
    {
        PromptEncoder encoder = new(_model, "");
        string place = _model.Family.Chat.ImagePlace;
        EncodedPrompt one = encoder.Encode("In <image>, how wide?", [Picture(90, 60)]);
        Assert.Equal(Expanded(_model.Family.Chat.Prompt($"In {place}, how wide?", 0), 6), one.Tokens);
        Assert.NotEqual(encoder.Encode("In , how wide?", [Picture(90, 60)]).Tokens, one.Tokens);

        // The first has no place in the text and stands before it; each has the tokens of its own size.
        EncodedPrompt three = encoder.Encode(
            "Is it <image> or <image>?", [Picture(90, 60), Picture(60, 60), Picture(120, 60)]);
        Assert.Equal(
            Expanded(_model.Family.Chat.Prompt($"Is it {place} or {place}?", 1), 6, 4, 8), three.Tokens);
        Assert.Equal(
            [24, 16, 32], three.Images.Select(image => image.Grid.Height * image.Grid.Width));

        Assert.Equal(
            "The prompt has 2 places <image> for images, but there are 1 images.",
            Assert.Throws<BadInputException>(() => encoder.Encode("<image> or <image>?", [Picture(90, 60)])).Message);
    }

    [Fact]
    public void A_response_follows_the_prompt_and_nothing_follows_it()
    {
        PromptEncoder encoder = new(_model, "");
        PromptLine line = Line(text: "Why?", response: "So.");
        Assert.Equal(encoder.Encode("Why?", []).Tokens, encoder.EncodePrompt(line).Tokens);
        Assert.Equal(
            [.. encoder.Encode("Why?", []).Tokens, .. _model.Tokenizer.Encode("So.")],
            encoder.EncodeWithResponse(line).Tokens);
    }

    [Fact]
    public void Tokens_are_taken_as_they_are_and_need_no_tokenizer()
    {
        using VisionLanguageModel model = folder.LoadWithoutTokenizer();
        int[] pads = [.. Enumerable.Repeat(model.Network.Config.Tokens.ImagePad, 6)];
        PromptEncoder encoder = new(model, " ignored");
        EncodedPrompt prompt = encoder.EncodeWithResponse(Line(tokens: [5, .. pads, 6], images: [Picture(90, 60)]));
        Assert.Equal([5, .. pads, 6], prompt.Tokens);
        Assert.Single(prompt.Images);
        Assert.Contains(
            "text needs a tokenizer",
            Assert.Throws<BadInputException>(() => encoder.EncodePrompt(Line(text: "a"))).Message);
    }

    [Fact]
    public void What_does_not_fit_the_model_is_named_with_its_line()
    {
        PromptEncoder encoder = new(_model, "");
        int vocabulary = _model.Network.Config.Text.VocabularySize;
        int pad = _model.Network.Config.Tokens.ImagePad;
        AssertRefused(Line(tokens: [0, vocabulary]), $"token {vocabulary} is not among the model's {vocabulary}");
        AssertRefused(Line(tokens: [-1]), $"token -1 is not among the model's {vocabulary}");
        AssertRefused(Line(tokens: [5, pad]), "it has 1 image tokens, but its images need 0");
        AssertRefused(Line(tokens: [5], images: [Picture(90, 60)]), "it has 0 image tokens, but its images need 6");
        AssertRefused(Line(text: "<|image_pad|>"), "A prompt has 1 places for images");
        AssertRefused(Line(text: "a", images: [new EmbeddedImage("x", [1, 2])]), "The image x cannot be decoded");

        void AssertRefused(PromptLine line, string reason) => Assert.StartsWith(
            $"p.jsonl, line 3: {reason}",
            Assert.Throws<BadInputException>(() => encoder.EncodeWithResponse(line)).Message);
    }

    // The tokens of a text in which the first placeholder is repeated so often, then the second, and so on.
    private int[] Expanded(string text, params int[] counts)
    {
        string[] parts = text.Split(_model.Family.Chat.ImagePad);
        Assert.Equal(counts.Length + 1, parts.Length);
        return _model.Tokenizer.Encode(parts[0] + string.Concat(counts.Zip(parts.Skip(1), (count, rest) =>
            string.Concat(Enumerable.Repeat(_model.Family.Chat.ImagePad, count)) + rest)));
    }

    private static EmbeddedImage Picture(int width, int height) =>
        new("picture", UntrainedModelFolder.Picture(width, height, 1));

    private static PromptLine Line(
        string? text = null, int[]? tokens = null, string? response = null, ProblemImage[]? images = null) =>
        new("p.jsonl, line 3", JsonSerializer.SerializeToElement(3), text, tokens, response, images ?? []);
}
