using System.Text.RegularExpressions;
using CsCheck;
using Retrace.Models.Families.Qwen;
using Retrace.Models.Text;

namespace Retrace.Models.Tests.Families.Qwen;

public sealed partial class Qwen2TokenizerRulesTests
{
    [Theory]
    [InlineData("I'm we'LL", "I|'m| we|'LL")]
    [InlineData("'tis 'sup", "'t|is| '|sup")]
    [InlineData("x=12.5", "x|=|1|2|.|5")]
    [InlineData("a  b", "a| | b")]
    [InlineData("a \n\n  b", "a| \n\n| | b")]
    [InlineData("end.\n\nnext", "end|.\n\n|next")]
    [InlineData(" \n.", " \n|.")]
    [InlineData("\u00A0word", "\u00A0word")]
    [InlineData("😀😀a", "😀😀|a")]
    [InlineData("-😀a", "-😀|a")]
    [InlineData("😀abc", "😀abc")]
    [InlineData("𝒜𝓁x", "𝒜𝓁x")]
    [InlineData("𝟏𝟐", "𝟏|𝟐")]
    // These three are what Oniguruma, the expression engine of the original, gives.
    [InlineData("'\u017Fx", "'\u017F|x")]
    [InlineData("\u0085\u0085x", "\u0085|\u0085x")]
    [InlineData("\uFEFF\uFEFFx", "\uFEFF\uFEFF|x")]
    public void Pieces_are_those_of_the_expression(string text, string pieces) =>
        Assert.Equal(pieces.Split('|'), Split(text));

    // .NET's expressions know no characters beyond U+FFFF and do not count the long s as an s.
    [Fact]
    public void Pieces_are_those_of_dot_nets_expressions_within_the_first_plane() => Gen.OneOf(
            Gen.String[Gen.Char["aAsStTrReEvVmMlLdD'1½ \t\r\n\u00A0\u0085\u2028.,\\中é\u0301"]],
            Gen.String[Gen.Char['\0', '\uD7FF'].Where(character => character != '\u017F')])
        .Sample(text => Assert.Equal(Expression().Matches(text).Select(match => match.Value), Split(text)));

    [Fact]
    public void Pieces_together_are_the_text() => Gen.String.Sample(text =>
        Assert.Equal(text, string.Concat(Split(text))));

    private static IEnumerable<string> Split(string text) =>
        ModelFamilies.Default.TokenizerRules.Split(text).Select(piece => text.Substring(piece.Offset, piece.Length));

    [GeneratedRegex(Qwen2TokenizerRules.Expression, RegexOptions.CultureInvariant)]
    private static partial Regex Expression();
}
