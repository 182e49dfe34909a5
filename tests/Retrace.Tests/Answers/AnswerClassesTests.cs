using CsCheck;
using Retrace.Answers;

namespace Retrace.Tests.Answers;

public class AnswerClassesTests
{
    private static readonly MathematicalEquivalence Mathematical = new();

    private static readonly Gen<string?[]> Answers = Gen.OneOf(
            null, "0.5", "1/2", "50%", "50", "2", "4/2", "x=2", "2 cm", "20 mm", "2 m", "A", "(a)", "yes", @"\pi",
            "3.141593", "3.1415926")
        .Array[0, 12];

    [Fact]
    public void Equal_answers_share_a_class_numbered_by_first_appearance() =>
        Assert.Equal(
            [0, 1, 0, AnswerClasses.None, 2, 0, AnswerClasses.None, 1],
            AnswerClasses.Of(["1/2", "3", "0.5", null, "yes", @"\frac12", null, "x=3"], Mathematical));

    [Fact]
    public void A_chain_of_equal_pairs_is_one_class() =>
        // 5 cm and 5 m differ, but each equals 5.
        Assert.Equal([0, 0, 0], AnswerClasses.Of(["5 cm", "5 m", "5"], Mathematical));

    [Fact]
    public void Without_the_link_there_are_two_classes() =>
        Assert.Equal([0, 1], AnswerClasses.Of(["5 cm", "5 m"], Mathematical));

    [Fact]
    public void The_release_tells_spellings_apart() =>
        Assert.Equal([0, 1, 0], AnswerClasses.Of(["1/2", "0.5", "1/2"], new ExactEquivalence()));

    [Fact]
    public void The_partition_does_not_depend_on_the_order() =>
        Gen.Select(Answers, Gen.Int).Sample((answers, seed) =>
        {
            int[] order = [.. Enumerable.Range(0, answers.Length)];
            new Random(seed).Shuffle(order);
            int[] classes = AnswerClasses.Of(answers, Mathematical);
            int[] shuffled = AnswerClasses.Of(Array.ConvertAll(order, i => answers[i]), Mathematical);
            for (int i = 0; i < order.Length; i++)
            {
                for (int j = 0; j < order.Length; j++)
                {
                    Assert.Equal(classes[order[i]] == classes[order[j]], shuffled[i] == shuffled[j]);
                }
            }
        });

    [Fact]
    public void Equal_answers_are_always_in_one_class_and_null_in_none() =>
        Answers.Sample(answers =>
        {
            int[] classes = AnswerClasses.Of(answers, Mathematical);
            for (int i = 0; i < answers.Length; i++)
            {
                Assert.Equal(answers[i] is null, classes[i] == AnswerClasses.None);
                for (int j = 0; j < answers.Length; j++)
                {
                    if (answers[i] is string first && answers[j] is string second
                        && Mathematical.AreEqual(first, second))
                    {
                        Assert.Equal(classes[i], classes[j]);
                    }
                }
            }
        });

    [Fact]
    public void A_gold_answer_is_found_without_joining_classes()
    {
        string?[] answers = [null, "5 cm", "5 m", "7"];
        int[] classes = AnswerClasses.Of(answers, Mathematical);
        Assert.Equal([AnswerClasses.None, 0, 1, 2], classes);
        Assert.Equal(0, AnswerClasses.Find("5", answers, classes, Mathematical));
        Assert.Equal(2, AnswerClasses.Find("14/2", answers, classes, Mathematical));
        Assert.Equal(AnswerClasses.None, AnswerClasses.Find("8", answers, classes, Mathematical));
    }
}
