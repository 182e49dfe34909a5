using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using CsCheck;
using Retrace.Answers;

namespace Retrace.Tests.Answers;

public class AnswerExtractorTests
{
    // Texts that are rich in what the extractor looks for.
    internal static readonly Gen<string> MarkedText = Gen.OneOf(
            Gen.Const(@"\boxed{"), Gen.Const(@"\fbox{"), Gen.Const("\boxed{"),
            Gen.Const("{"), Gen.Const("}"), Gen.Const(@"\{"), Gen.Const(@"\}"), Gen.Const(@"\\"),
            Gen.Const("<think>"), Gen.Const("</think>"), Gen.Const("\n"), Gen.Const("12"),
            Gen.Const(" "), Gen.String[0, 3])
        .List[0, 14].Select(string.Concat);

    [Theory]
    [InlineData(@"so \boxed{42}.", "42")]
    [InlineData(@"\boxed{1} then \boxed{ 2 }", "2")]
    [InlineData(@"\boxed{\frac{1}{2}}", @"\frac{1}{2}")]
    [InlineData(@"\boxed{\sqrt{\frac{a}{b}}} }", @"\sqrt{\frac{a}{b}}")]
    [InlineData(@"\boxed{7} and \boxed{8", "7")]
    [InlineData(@"\boxed{ {3}", null)]
    [InlineData(@"\boxed{3", null)]
    [InlineData(@"\boxed{}", null)]
    [InlineData(@"\boxed{   }", null)]
    [InlineData("the answer is 3", null)]
    [InlineData("", null)]
    [InlineData(@"\boxed{\left\{ x \right.}", @"\left\{ x \right.")]
    [InlineData(@"\boxed{\{1, 2\}}", @"\{1, 2\}")]
    [InlineData(@"\boxed{a \\}", @"a \\")]
    [InlineData(@"\\boxed{5}", "5")]
    [InlineData(@"\boxed{x = \boxed{5}}", "5")]
    [InlineData("\\boxed{4\n}", "4")]
    [InlineData(@"so \fbox{42}.", "42")]
    [InlineData(@"so \framebox{42}.", "42")]
    [InlineData(@"so \framebox[2cm][c]{42}.", "42")]
    [InlineData(@"so \mathbox{42}.", "42")]
    [InlineData(@"so \boxed {42}.", "42")]
    [InlineData(@"\boxed{1} then \fbox{\frac{2}{3}}", @"\frac{2}{3}")]
    [InlineData("\\boxed{\frac{1}{2}}", @"\frac{1}{2}")]
    [InlineData("\boxed{ \frac{1}{2}}", @"\frac{1}{2}")]
    [InlineData("\\boxed{\times}", @"\times")]
    [InlineData("\\boxed{\n5\t}", "5")]
    [InlineData(@"\fbox{1} then \boxed{2}", "2")]
    [InlineData(@"\boxed{1} then \fbox{2", "1")]
    [InlineData(@"\boxed{\fbox{3}}", "3")]
    [InlineData("so \boxed{42}.", "42")]
    [InlineData("so \fbox{42}.", "42")]
    [InlineData(@"\fboxes{42}", null)]
    [InlineData(@"\mbox{42}", null)]
    [InlineData(@"\fbox 42", null)]
    [InlineData(@"\framebox[2cm", null)]
    [InlineData("fbox{42}", null)]
    [InlineData("\toxed{42}", null)]
    public void The_answer_is_what_the_last_balanced_box_holds(string response, string? answer) =>
        Assert.Equal(answer, AnswerExtractor.Extract(response));

    [Theory]
    [InlineData(@"ab \boxed{1} c \boxed{2}", 15, 3)]
    [InlineData(@"ab \boxed{1} c \boxed{2", 3, 3)]
    [InlineData(@"\boxed{2", -1, 0)]
    [InlineData("2", -1, -1)]
    [InlineData(@"ab \fbox{1} c \boxed {2}", 14, 3)]
    [InlineData("a\boxed{1}", 1, 1)]
    public void Boxes_start_where_their_command_does(string response, int answerStart, int firstBoxStart)
    {
        Assert.Equal(answerStart, AnswerExtractor.AnswerStart(response));
        Assert.Equal(firstBoxStart, AnswerExtractor.FirstBoxStart(response));
    }

    [Fact]
    public void An_answer_that_is_written_in_a_box_comes_back() =>
        Gen.Select(MarkedText, Gen.String[Gen.Char.AlphaNumeric, 1, 8])
            .Sample((before, answer) => AnswerExtractor.Extract(before + @"\boxed{" + answer + "}") == answer
                || before.EndsWith('\\'));

    [Fact]
    public void Extraction_never_throws_and_agrees_with_the_answer_start() =>
        MarkedText.Sample(response =>
        {
            int start = AnswerExtractor.AnswerStart(response);
            return start >= 0
                ? response[start..].StartsWith(@"\boxed{", StringComparison.Ordinal)
                    || response[start..].StartsWith(@"\fbox{", StringComparison.Ordinal)
                    || response[start..].StartsWith("\boxed{", StringComparison.Ordinal)
                : AnswerExtractor.Extract(response) is null;
        });

    [Theory]
    [InlineData(@"\boxed{")]
    [InlineData(@"\framebox[")]
    [InlineData(@"\framebox[a][")]
    [InlineData(@"\boxed ")]
    [InlineData("\b")]
    public void Thousands_of_unclosed_boxes_are_read_in_one_pass(string opening)
    {
        string response = string.Concat(Enumerable.Repeat(opening, 200_000));
        Assert.Null(AnswerExtractor.Extract(response));
    }

    [Theory]
    [InlineData(@"<think>a</think>\boxed{1}", true)]
    [InlineData("<think>\na\n</think>\n\\boxed{1}\nEnd.", true)]
    [InlineData(@" <think>a</think>\boxed{1}", false)]
    [InlineData(@"<think>a\boxed{1}</think>", false)]
    [InlineData(@"<think>a</think>\boxed{1", false)]
    [InlineData(@"<think>a</think>1", false)]
    [InlineData(@"a</think>\boxed{1}", false)]
    public void The_format_is_thinking_and_then_a_box(string response, bool matches) =>
        Assert.Equal(matches, ResponseFormat.Matches(response));

    [Theory]
    [InlineData("<|im_start|>assistant\n<think>\n", "<think>\n")]
    [InlineData("<think>", "<think>")]
    [InlineData("<think>\n</think>\n", "")]
    [InlineData("think>", "")]
    [InlineData(" ", "")]
    public void A_prompt_that_ends_in_an_opening_tag_has_begun_the_response(string prompt, string opening) =>
        Assert.Equal(opening, ResponseFormat.OpeningOf(prompt));

    [Fact]
    [SuppressMessage("Performance", "SYSLIB1045", Justification = "The pattern as it is written in the release.")]
    public void The_format_is_that_of_the_regular_expression()
    {
        Regex pattern = new(@"\A<think>.*</think>.*\\boxed\{.*\}.*\z", RegexOptions.Singleline);
        MarkedText.Select(text => "<think>" + text).Sample(
            response => ResponseFormat.Matches(response) == pattern.IsMatch(response), iter: 20_000);
    }
}
