using Retrace.Answers;

namespace Retrace.Tests.Answers;

public sealed class ChoiceEquivalenceTests
{
    private static readonly string[] Angles = ["135°", "140°", "145°", "150°"];

    [Theory]
    [InlineData("C", 'C')]
    [InlineData("(C)", 'C')]
    [InlineData("c", 'C')]
    [InlineData("C.", 'C')]
    [InlineData("C. 145°", 'C')]
    [InlineData("(c) 145°", 'C')]
    [InlineData("C: the third", 'C')]
    [InlineData(@"\text{C}", 'C')]
    [InlineData(@"$\mathbf{(C)}$", 'C')]
    [InlineData("Option C", 'C')]
    [InlineData("145°", 'C')]
    [InlineData("145", 'C')]
    [InlineData(@"145^\circ", 'C')]
    [InlineData("146", null)]
    [InlineData("E", null)]
    [InlineData("C and D", null)]
    public void An_answer_stands_for_the_letter_it_names_or_the_choice_it_equals(string answer, char? letter) =>
        Assert.Equal(letter, new ChoiceEquivalence(Angles).LetterOf(answer));

    [Fact]
    public void Choices_that_are_not_known_are_letters_alone()
    {
        ChoiceEquivalence letters = new([]);
        Assert.True(letters.AreEqual("I", "(i)"));
        Assert.False(letters.AreEqual("A", "145"));
        Assert.True(letters.AreEqual("1/2", "0.5"));
    }

    [Fact]
    public void A_text_that_two_choices_share_stands_for_neither() =>
        Assert.Null(new ChoiceEquivalence(["5", "5.0", "6"]).LetterOf("5"));

    [Theory]
    [InlineData("hongkong", 'A')]
    [InlineData("Tokio", 'D')]
    [InlineData("B", 'B')]
    public void The_closest_choice_is_taken_where_it_is_asked_for(string answer, char letter)
    {
        string[] cities = ["hong kong", "osaka", "shanghai", "tokyo"];
        Assert.Equal(letter, new ChoiceEquivalence(cities, closest: true).LetterOf(answer));
    }

    [Fact]
    public void Equal_answers_have_one_class_and_one_form()
    {
        ChoiceEquivalence equivalence = new(Angles);
        int[] classes = AnswerClasses.Of(["C", "145", "(C) 145°", "D", "unknown", "Unknown"], equivalence);
        Assert.Equal([0, 0, 0, 1, 2, 2], classes);
        Assert.Equal(equivalence.CanonicalForm("C"), equivalence.CanonicalForm("145°"));
        Assert.NotEqual(equivalence.CanonicalForm("C"), equivalence.CanonicalForm("D"));
    }

    [Theory]
    [InlineData("A, C", "C and A", true)]
    [InlineData("A, C", "AC", true)]
    [InlineData("A, C", "(A), (C)", true)]
    [InlineData("A, C", "A", false)]
    [InlineData("A, C", "A, B, C", false)]
    [InlineData("B", "B. The second", true)]
    [InlineData("3", "3.0", true)]
    [InlineData("3", "C", false)]
    public void Several_letters_are_right_together(string label, string answer, bool equal)
    {
        ChoiceSetEquivalence equivalence = new();
        Assert.Equal(equal, equivalence.AreEqual(label, answer));
        Assert.Equal(equal, equivalence.AreEqual(answer, label));
    }
}
