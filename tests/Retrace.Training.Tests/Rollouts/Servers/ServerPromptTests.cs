using CsCheck;
using Retrace.Images;
using Retrace.Models;
using Retrace.Models.Images;
using Retrace.Models.Text;
using Retrace.Problems;
using Retrace.Testing;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;
using Retrace.Training.Rollouts.Servers;

namespace Retrace.Training.Tests.Rollouts.Servers;

public sealed class ServerPromptTests : IDisposable
{
    private readonly VisionLanguageModel _model = ShippedProblems.LoadModel();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void A_prompt_goes_out_with_one_token_for_each_image()
    {
        PreparedProblem problem = ShippedProblems.Prepare(_model, 1)[0];
        int pad = _model.Network.Config.Tokens.ImagePad;
        int expanded = problem.Prompt.Count(id => id == pad);
        Assert.True(expanded > 1);

        int[] kept = _model.Tokenizer.Encode("<think>First");
        ServerPrompt sent = Read([.. problem.Prompt, .. kept], problem.Images)!;
        Assert.Equal(1, sent.Tokens.Count(id => id == pad));
        Assert.Equal(problem.Prompt.Length + kept.Length - expanded + 1, sent.Tokens.Length);
        Assert.Equal(problem.Prompt.Length + kept.Length, sent.ExpandedLength);
        Assert.Equal(
            [.. problem.Prompt, .. kept],
            _model.Network.Config.ExpandImages(sent.Tokens, [problem.Images[0].Grid]));
        Assert.True(sent.Chat!.ContinuesFinal);
        Assert.Equal(["system", "user", "assistant"], sent.Chat.Turns.Select(turn => turn.Role));
        Assert.Equal("<think>First", sent.Chat.Turns[^1].Text);
    }

    [Fact]
    public void What_no_message_says_is_noticed()
    {
        int[] prompt = _model.Tokenizer.Encode(_model.Family.Chat.Prompt("How many?", 0));
        Assert.NotNull(Read(prompt, [])!.Chat);
        int[] character = _model.Tokenizer.Encode("é");
        Assert.True(character.Length > 1, "The model that ships has a token for é; take another character.");
        ServerPrompt cut = Read([.. prompt, character[0]], [])!;
        Assert.Null(cut.Text);
        Assert.Null(cut.Chat);
        Assert.Null(Read([.. prompt, .. _model.Tokenizer.Encode("\n \n")], [])!.Chat);
        Assert.Null(Read([.. prompt, .. _model.Tokenizer.Encode("a<|im_end|>b")], [])!.Chat);
        Assert.Null(Read([.. prompt, _model.Network.Config.Tokens.ImagePad], []));
        Assert.Null(Read(_model.Tokenizer.Encode("no conversation"), [])!.Chat);
    }

    [Fact]
    public void A_turn_that_was_closed_stays_a_message_of_its_own()
    {
        string newTurn = _model.Family.Chat.NewTurn(_model.Family.Chat.Prompt("How many?", 0), "Three, ");
        ChatPrompt prompt = ChatPrompt.Read(newTurn, _model.Family.Chat)!;
        Assert.False(prompt.ContinuesFinal);
        Assert.Equal(new ChatTurn("assistant", "Three, "), prompt.Turns[^1]);
        Assert.Equal(newTurn, prompt.Render());
    }

    [Fact]
    public void Any_conversation_is_read_back_as_it_was()
    {
        Gen<char> letter = Gen.OneOf(Gen.Char['a', 'z'], Gen.Const('\n'), Gen.Const('<'), Gen.Const('é'));
        Gen<string> text = Gen.String[letter, 0, 12];
        Gen.Select(text.List[1, 4], text).Sample((turns, prefix) =>
        {
            ChatTurn[] conversation =
            [
                .. turns.Select((said, i) => new ChatTurn(i % 2 == 0 ? "user" : "assistant", said)),
            ];
            string rendered = _model.Family.Chat.Prompt(conversation) + prefix;
            ChatPrompt? read = ChatPrompt.Read(rendered, _model.Family.Chat);
            return prefix.Length > 0 && string.IsNullOrWhiteSpace(prefix) ? read is null : read!.Render() == rendered;
        });
    }

    [Fact]
    public void The_pixels_that_go_out_make_the_same_patches_again()
    {
        Gen.Select(Gen.Int[20, 90], Gen.Int[20, 90], Gen.Int).Sample(
            (width, height, seed) =>
            {
                byte[] rgb = new byte[3 * width * height];
                new Random(seed).NextBytes(rgb);
                ProcessedImage seen = _model.Images.Process(new PixelImage(width, height, rgb));
                byte[] file = ImageDecoder.EncodePng(_model.Images.PixelsOf(seen));
                ProcessedImage again = _model.Images.Process(ImageDecoder.Decode(file, "sent"));
                return again.Grid == seen.Grid && again.Patches.AsSpan().SequenceEqual(seen.Patches);
            },
            iter: 30);
    }

    private ServerPrompt? Read(int[] prompt, IReadOnlyList<ProcessedImage> images) => ServerPrompt.Of(
        new RolloutRequest(prompt, images, 1, [new Random(0)]), _model.Tokenizer, _model.Network.Config);
}
