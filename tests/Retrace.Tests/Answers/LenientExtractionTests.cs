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
                ".", "option", "**", "5", "The correct option is",
                "should be", "####", "答案：", "because", "。", "1.", " and ", @"\fbox{"),
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
    // Statements
    [InlineData("The answer should be 5.", "5")]
    [InlineData("So it should be (D).", "(D)")]
    [InlineData("It must be option C.", "option C")]
    [InlineData("This should be (B) because A is too small.", "(B)")]
    [InlineData("The answer is:\n42", "42")]
    [InlineData("所以答案：5", "5")]
    [InlineData("答案是 12 厘米。", "12 厘米")]
    [InlineData("最终答案为：**B**", "B")]
    [InlineData("故选 C。", "C")]
    [InlineData("所以选C。", "C")]
    [InlineData("综上，答案选C", "C")]
    [InlineData("【答案】C", "C")]
    [InlineData("【答案】 12", "12")]
    [InlineData("若选C则不对", null)]
    [InlineData("The answer is \theta.", @"\theta")]
    [InlineData("正确选项是（D）。", "（D）")]
    [InlineData("x should be 5 then", null)]
    [InlineData("It should be a triangle", null)]
    [InlineData("答案在图中", null)]
    [InlineData("本题选D", "D")]
    [InlineData("The answer is therefore 7.", "7")]
    // Last lines
    [InlineData("3 times 4 is 12.\n#### 12", "12")]
    [InlineData("so\n#### **x = 3**\n", "x = 3")]
    [InlineData("#### Step 1\nWe see nothing", null)]
    [InlineData("####", null)]
    [InlineData("3 times 4 is\n\n12", "12")]
    [InlineData("So\n**12**", "12")]
    [InlineData("So\n$\\frac{1}{2}$", "$\\frac{1}{2}$")]
    [InlineData("So\n-2.5\n", "-2.5")]
    [InlineData("So\n42.", "42.")]
    [InlineData("So\n30°", "30°")]
    [InlineData("3 times 4 is 12", null)]
    [InlineData("So\n3 + 4", null)]
    [InlineData("So\nx = 12", null)]
    [InlineData("So\n12 more apples", null)]
    [InlineData("So\n- 12", null)]
    [InlineData("12\nis what I say", null)]
    [InlineData("1. Add.\n2. Divide.\n3.", null)]
    [InlineData("Steps:\n1.", null)]
    // A letter that is explained
    [InlineData("(D) The sides are equal.", "D")]
    [InlineData("(D) because (A) is too small.", "D")]
    [InlineData("D. The sides are equal.\nSo the angles are, too.", "D")]
    [InlineData("D\n\nThe sides are equal.", "D")]
    [InlineData("**D:** The sides are equal.", "D")]
    [InlineData("<think>(A)</think>\n(D) The sides are equal.", "D")]
    [InlineData("D. The sides are equal, since (A) is too small.", "D")]
    [InlineData("(A) 5\n(B) 6\n(C) 7", null)]
    [InlineData("(A) or (B), since both are small", null)]
    [InlineData("(A) and (B) are right.", null)]
    [InlineData("(A) or maybe B", null)]
    [InlineData("(A) (B) (C) are the choices.", null)]
    [InlineData("A. none; actually B", null)]
    [InlineData("(A) is wrong.", null)]
    [InlineData("A triangle has three sides.", null)]
    [InlineData("I think of it.", null)]
    // Behind and inside the think tags
    [InlineData(@"<think>\boxed{4}?</think>The answer is 5.", "5")]
    [InlineData(@"<think>\boxed{4}?</think>5", "5")]
    [InlineData(@"<think>\boxed{4}?</think>(B)", "B")]
    [InlineData(@"<think>\boxed{4}?</think>\fbox{5}", "5")]
    [InlineData(@"<think>\boxed{4}</think>That is all.", "4")]
    [InlineData("<think>答案：4</think>That is all.", null)]
    public void What_benchmarks_take_for_an_answer_is_found(string response, string? answer) =>
        Assert.Equal(answer, Lenient.Extract(response));

    [Theory]
    [InlineData(@"abc \boxed{5}", 4)]
    [InlineData(@"abc. The answer is 5. \boxed{5}", 9)]
    [InlineData("<answer>5</answer>", 0)]
    [InlineData("An answer would be nice", -1)]
    [InlineData("Hm, it should be (D).", 7)]
    [InlineData("好，答案：5", 2)]
    [InlineData("so\n#### 5", 3)]
    [InlineData("so\n5", 3)]
    [InlineData("so\n5\nmore", -1)]
    [InlineData("<think>a</think>(D) It is plain.", 16)]
    [InlineData(@"a \fbox{5}", 2)]
    public void No_anchor_may_lie_behind_an_announcement(string response, int start)
    {
        Assert.Equal(start, Lenient.FirstAnswerStart(response));
        string[] tokens = [.. response.Select(letter => letter.ToString())];
        AnchorContext context = AnchorContext.Of(tokens, new float[tokens.Length], Lenient);
        Assert.Equal(start < 0 ? response.Length : start, context.AnswerStart);
    }

    [Fact]
    public void It_never_throws_and_a_box_behind_the_thinking_is_always_taken() =>
        Responses.Sample(
            response =>
            {
                string? answer = Lenient.Extract(response);
                string conclusion = response[(response.LastIndexOf("</think>", StringComparison.Ordinal) + 1)..];
                string? boxed = new BoxedExtraction().Extract(conclusion);
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
    [InlineData("should be ")]
    [InlineData("#### ")]
    [InlineData("答案：")]
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
