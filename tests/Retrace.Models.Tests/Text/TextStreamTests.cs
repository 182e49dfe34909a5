using CsCheck;
using Retrace.Models.Text;

namespace Retrace.Models.Tests.Text;

public sealed class TextStreamTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;
    private readonly Tokenizer _tokenizer;

    public TextStreamTests()
    {
        ModelFamilies.Default.TrainTokenizer(["aa bb aa bb über über"], 270, _folder);
        _tokenizer = ModelFamilies.Default.LoadTokenizer(_folder);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_character_of_several_tokens_appears_when_it_is_whole()
    {
        TextStream stream = new(_tokenizer);
        int[] ids = _tokenizer.Encode("é<|im_end|>🙂!");
        string[] parts = [.. ids.Select(stream.Append)];
        Assert.Equal(["", "é", "", "", "", "", "🙂", "!"], parts);
        Assert.Equal("", stream.End());
    }

    [Fact]
    public void All_parts_together_are_the_decoded_text() =>
        Gen.Int[0, 272].Array[0, 60].Sample(ids => // Ids beyond the last token are among them.
        {
            TextStream stream = new(_tokenizer);
            string text = string.Concat(ids.Select(stream.Append)) + stream.End();
            Assert.Equal(_tokenizer.Decode(ids), text);
        });
}
