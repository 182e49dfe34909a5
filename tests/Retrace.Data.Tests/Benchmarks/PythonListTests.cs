using Retrace.Data.Benchmarks;

namespace Retrace.Data.Tests.Benchmarks;

public sealed class PythonListTests
{
    [Theory]
    [InlineData("[]")]
    [InlineData("['one']", "one")]
    [InlineData(""" ['$6', "it's", 'say "so"'] """, "$6", "it's", "say \"so\"")]
    [InlineData(@"['a\'b', '\\frac', '\pi', 'x\ny']", "a'b", @"\frac", @"\pi", "x\ny")]
    [InlineData("['a, b', 'c]',]", "a, b", "c]")]
    public void Lists_of_strings_are_read(string text, params string[] items) =>
        Assert.Equal(items, PythonList.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("one")]
    [InlineData("[1, 2]")]
    [InlineData("['a' 'b']")]
    [InlineData("['a]")]
    [InlineData("['a'")]
    [InlineData("[")]
    public void Other_texts_are_refused(string text) =>
        Assert.Throws<UnusableRecordException>(() => PythonList.Parse(text));
}
