using CsCheck;
using Retrace.Anchors;
using Retrace.Answers;

namespace Retrace.Tests.Answers;

public class LenientExtractionTests
{
    private static readonly LenientExtraction Lenient = new();

    private static readonly Gen<string> Responses = Gen.OneOf(
            Gen.OneOf(
                "answer is", "Answer:", "<answer>", "</answer>", "</think>", @"\boxed{", "}", "(A)", "B.", "\n", " ",
                ".", "option", "**", "5", "The correct option is"),
            Gen.String[0, 3])
        .List[0, 12].Select(string.Concat);

    [Theory]
    [InlineData(@"The answer is 4. So \boxed{5}.", "5")]
    [InlineData("The answer is 5.", "5")]
    [InlineData("The answer is: 2.5. That is all.", "2.5")]
    [InlineData("So the final answer is **12 cm**.", "12 cm")]
    [InlineData("**Answer:** $\\frac{1}{2}$", "$\\frac{1}{2}$")]
    [InlineData("Answer = 7", "7")]
    [InlineData("answer: 3\nMore words.", "3")]
    [InlineData("The answer is 3.\nNo, the answer is 4.", "4")]
    [InlineData("The answer is B. 15", "B. 15")]
    [InlineData("The correct option is (C).", "(C)")]
    [InlineData("The answer is 9, because 3 times 3 is 9.", "9")]
    [InlineData("The answer is x = 3; see above.", "x = 3")]
    [InlineData("<think>The answer is 4.</think><answer> 5 </answer>", "5")]
    [InlineData("Let me see.\n\n(B)", "B")]
    [InlineData("Let me see.\nB.\n", "B")]
    [InlineData("D", "D")]
    [InlineData("Option c", "c")]
    [InlineData("<think>The answer is 4.</think>", null)]
    [InlineData("I see no way.", null)]
    [InlineData("The answer is", null)]
    [InlineData("K", null)]
    [InlineData("It is 5", null)]
    [InlineData("", null)]
    public void What_benchmarks_take_for_an_answer_is_found(string response, string? answer) =>
        Assert.Equal(answer, Lenient.Extract(response));

    [Theory]
    [InlineData(@"abc \boxed{5}", 4)]
    [InlineData(@"abc. The answer is 5. \boxed{5}", 9)]
    [InlineData("<answer>5</answer>", 0)]
    [InlineData("An answer would be nice", -1)]
    public void No_anchor_may_lie_behind_an_announcement(string response, int start)
    {
        Assert.Equal(start, Lenient.FirstAnswerStart(response));
        string[] tokens = [.. response.Select(letter => letter.ToString())];
        AnchorContext context = AnchorContext.Of(tokens, new float[tokens.Length], Lenient);
        Assert.Equal(start < 0 ? response.Length : start, context.AnswerStart);
    }

    [Fact]
    public void It_never_throws_and_a_box_is_always_taken() =>
        Responses.Sample(
            response =>
            {
                string? answer = Lenient.Extract(response);
                string? boxed = new BoxedExtraction().Extract(response);
                return answer?.Length != 0 && (boxed is null || answer == boxed)
                    && Lenient.FirstAnswerStart(response) <= response.Length;
            },
            iter: 5_000);

    [Theory]
    [InlineData("answer is ")]
    [InlineData("<answer>")]
    [InlineData("** ")]
    [InlineData("(A) ")]
    [InlineData("the correct option ")]
    public void Long_responses_are_read_in_bounded_time(string repeated)
    {
        string response = string.Concat(Enumerable.Repeat(repeated, 100_000));
        Assert.True(Lenient.Extract(response) is null or { Length: > 0 });
        Assert.Equal(Lenient.FirstAnswerStart(response), Lenient.FirstAnswerStart(response + " 5"));
    }

    [Fact]
    public void Extractions_go_by_name()
    {
        Assert.Equal(["boxed", "lenient"], AnswerExtractions.Names);
        Assert.Null(AnswerExtractions.Create("boxed").Extract("The answer is 5."));
        Assert.Equal("5", AnswerExtractions.Create("lenient").Extract("The answer is 5."));
        Assert.Throws<BadInputException>(() => AnswerExtractions.Create("strict"));
    }
}
