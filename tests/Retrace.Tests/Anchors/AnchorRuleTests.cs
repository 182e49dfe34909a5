using CsCheck;
using Retrace.Anchors;
using Retrace.Answers;

namespace Retrace.Tests.Anchors;

public class AnchorRuleTests
{
    private static readonly Gen<AnchorContext> Contexts =
        from length in Gen.Int[0, 60]
        from answerStart in Gen.Int[0, length]
        from stepEnds in Gen.Int[0, length].HashSet[0, Math.Min(8, length)]
        from entropies in Gen.Float[0, 5].Array[length]
        select new AnchorContext(length, answerStart, [.. stepEnds.Order()], entropies);

    private static AnchorContext Context(int length, int answerStart, params int[] stepEnds) =>
        new(length, answerStart, stepEnds, new float[length]);

    private static int Choose(string rule, double keepRate, AnchorContext context) =>
        AnchorRules.Create(rule, keepRate).Choose(context, new Random(1));

    [Theory]
    [InlineData(0.7, 100, 100, 70)]
    [InlineData(0.7, 100, 90, 70)]
    [InlineData(0.7, 9, 9, 6)] // floor of 6.3
    [InlineData(0.3, 10, 10, 3)]
    [InlineData(0.5, 11, 11, 5)]
    [InlineData(0, 100, 90, 0)]
    public void The_ratio_is_taken_of_the_real_length(double keepRate, int length, int answerStart, int anchor) =>
        Assert.Equal(anchor, Choose("ratio", keepRate, Context(length, answerStart)));

    [Theory]
    [InlineData(70, 49)] // 0.7 × 100 would reach the answer, so the ratio is taken of what stands before it.
    [InlineData(40, 28)]
    [InlineData(1, 0)] // Too little before the answer: re-sampled from the start.
    [InlineData(0, 0)]
    public void An_answer_is_never_kept(int answerStart, int anchor) =>
        Assert.Equal(anchor, Choose("ratio", 0.7, Context(100, answerStart)));

    [Theory]
    [InlineData(65, new[] { 10, 40, 65, 71, 90 })]
    [InlineData(70, new[] { 10, 70, 71 })]
    [InlineData(0, new[] { 71, 90 })]
    [InlineData(0, new int[0])]
    public void A_step_anchor_goes_back_to_the_last_step_end(int anchor, int[] stepEnds) =>
        Assert.Equal(anchor, Choose("step", 0.7, Context(100, 95, stepEnds)));

    [Fact]
    public void An_entropy_anchor_cuts_before_the_forking_token_of_its_window()
    {
        float[] entropies = new float[100];
        entropies[10] = 9; // Outside: the window reaches from 30 to 70.
        entropies[80] = 9;
        entropies[33] = 2;
        entropies[60] = 2; // As high, but later.
        entropies[50] = 1;
        Assert.Equal(33, Choose("entropy", 0.5, new AnchorContext(100, 95, [], entropies)));
        entropies[50] = 3;
        Assert.Equal(50, Choose("entropy", 0.5, new AnchorContext(100, 95, [], entropies)));
    }

    [Fact]
    public void An_entropy_anchor_needs_the_entropies() =>
        Assert.Throws<ArgumentException>(() => Choose("entropy", 0.5, new AnchorContext(10, 10, [], [])));

    [Fact]
    public void A_random_anchor_takes_every_place_before_the_answer()
    {
        RandomAnchor rule = new();
        Random random = new(0);
        IEnumerable<int> anchors = Enumerable.Range(0, 500).Select(_ => rule.Choose(Context(10, 6), random));
        Assert.Equal([0, 1, 2, 3, 4, 5], anchors.Distinct().Order());
    }

    // 0.7 · 1536 = 1075.2: a response of 1200 tokens is cut there, one of 300 is kept with its answer.
    [Theory]
    [InlineData(1200, 1150, 1075)]
    [InlineData(1200, 900, 1075)]
    [InlineData(300, 280, 300)]
    public void A_padded_anchor_is_taken_of_the_longest_length_and_does_not_cut_shorter_responses(
        int length, int answerStart, int anchor) =>
        Assert.Equal(anchor, Choose("padded", 0.7, Context(length, answerStart) with { PaddedLength = 1536 }));

    [Fact]
    public void Every_rule_but_the_padded_one_stays_before_the_answer_and_is_reproducible()
    {
        foreach (string name in AnchorRules.Names.Where(name => name != "padded"))
        {
            Gen.Select(Contexts, Gen.Double[0, 0.999], Gen.Int).Sample((context, keepRate, seed) =>
            {
                IAnchorRule rule = AnchorRules.Create(name, keepRate);
                int anchor = rule.Choose(context, new Random(seed));
                Assert.True(anchor == 0 || (anchor > 0 && anchor < context.AnswerStart));
                Assert.Equal(anchor, rule.Choose(context, new Random(seed)));
            });
        }
    }

    // Of a response of 100 tokens, where the longest has 400.
    [Theory]
    [InlineData("ratio", 0.3, 30)]
    [InlineData("step", 0.3, 30)]
    [InlineData("entropy", 0.3, 30)]
    [InlineData("random", 0.3, 50)]
    [InlineData("padded", 0.2, 80)]
    [InlineData("padded", 0.3, 100)]
    public void A_rule_says_about_how_much_it_keeps(string name, double keepRate, double kept) =>
        Assert.Equal(kept, AnchorRules.Create(name, keepRate).ExpectedKept(100, paddedLength: 400), 1e-9);

    [Fact]
    public void An_unknown_rule_is_answered_with_the_known_ones()
    {
        BadInputException error = Assert.Throws<BadInputException>(() => AnchorRules.Create("ration", 0.5));
        Assert.StartsWith("There is no anchor rule \"ration\"; known are ratio, step, entropy, random", error.Message);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_keep_rate_out_of_range_is_refused(double keepRate) =>
        Assert.Throws<BadInputException>(() => AnchorRules.Create("step", keepRate));

    [Theory]
    [InlineData("First. Then 3.5 is it? Yes!\n\nSo.", new[] { "First.", " Then 3.5 is it?", " Yes!\n\n", "So." })]
    [InlineData("a\nb", new[] { "a\n", "b" })]
    [InlineData("先。后", new[] { "先。", "后" })]
    [InlineData("no step", new[] { "no step" })]
    [InlineData("", new[] { "" })]
    public void Steps_end_behind_lines_and_sentences(string text, string[] steps) =>
        Assert.Equal(steps, Pieces(text, ReasoningSteps.Ends(text)));

    [Fact]
    public void A_context_is_read_off_the_tokens()
    {
        string[] tokens =
            ["<think>", "One", ".", " Two", ".\n", "Three", "</think>", " \\bo", "xed{", "1", "}", " \\boxed{2}"];
        AnchorContext context = AnchorContext.Of(tokens, new float[tokens.Length], new BoxedExtraction());
        Assert.Equal(12, context.Length);
        Assert.Equal(7, context.AnswerStart); // The first box, whose command begins inside token 7.
        Assert.Equal([3, 5], context.StepEnds);
    }

    [Fact]
    public void A_response_without_a_box_has_its_answer_start_at_its_end()
    {
        AnchorContext context = AnchorContext.Of(["a", "b"], [0, 0], new BoxedExtraction());
        Assert.Equal(2, context.AnswerStart);
        Assert.Empty(context.StepEnds);
    }

    private static IEnumerable<string> Pieces(string text, IReadOnlyList<int> ends)
    {
        int start = 0;
        foreach (int end in ends.Append(text.Length))
        {
            yield return text[start..end];
            start = end;
        }
    }
}
