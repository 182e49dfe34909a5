using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Retrace.Models.Text;

namespace Retrace.Models.Tests.Text;

public sealed class CanonicalNormalizationTests
{
    // tests/reference/canonical_mappings.py prints it.
    private const string Checksum = "794b3bf1bf30c3c24eef6013b7f5381cc7b6c4c429c7da97f518b0d2a68e4e66";

    [Fact]
    public void Every_character_alone_and_beside_marks_is_that_of_Python()
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int code = 0; code <= 0x10FFFF; code++)
        {
            if (!Rune.IsValid(code))
            {
                continue;
            }
            string character = char.ConvertFromUtf32(code);
            foreach (string text in (string[])
                [character, character + "\u0301", "a\u0323" + character, "\u1100" + character])
            {
                digest.AppendData(Encoding.UTF8.GetBytes(CanonicalNormalization.Compose(text)));
            }
        }
        Assert.Equal(Checksum, Convert.ToHexStringLower(digest.GetHashAndReset()));
    }

    [Theory]
    [InlineData("e\u0302\u0323", "ệ")] // marks are sorted by class before they are composed
    [InlineData("a\u0305\u0301", "a\u0305\u0301")] // a mark of the same class stands between
    [InlineData("a\u0327\u0301", "\u00E1\u0327")] // one of a lower class does not
    [InlineData("\u1112\u1161\u11AB", "한")]
    [InlineData("\uAC00\u11A7", "\uAC00\u11A7")] // U+11A7 is no trailing consonant
    [InlineData("\u09C7\u09BE", "\u09CB")] // two characters of class 0
    public void Hard_cases_follow_the_annex(string text, string expected) =>
        Assert.Equal(expected, CanonicalNormalization.Compose(text));

    [Fact]
    public void A_lone_surrogate_becomes_the_replacement_character() =>
        Assert.Equal("a\uFFFDb\uFFFD", CanonicalNormalization.Compose("a\uD800b\uDC00"));

    [Fact]
    public void Composing_twice_changes_nothing() => Gen
        .String[Gen.Char["ae\u0301\u0302\u0323\u0327\u0338\u1100\u1161\u11A8\uAC00\u09C7\u09BE\u0344\u212B"]]
        .Sample(text =>
        {
            string composed = CanonicalNormalization.Compose(text);
            Assert.Equal(composed, CanonicalNormalization.Compose(composed));
        });
}
