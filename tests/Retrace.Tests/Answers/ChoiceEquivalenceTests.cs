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
    [InlineData("(C) or (D)", null)]
    [InlineData("(c) or (d)", null)]
    [InlineData("C. 145° or D. 150°", null)]
    [InlineData("C. 145°, actually D", null)]
    [InlineData("A. B. C. D.", null)]
    [InlineData("(C) is wrong", null)]
    [InlineData("(C) angle B", 'C')]
    [InlineData(@"\textbf{(C)}\ 145^\circ", 'C')]
    [InlineData(@"(C)\ 145 \text{ or } (D)\ 150", null)]
    [InlineData("（C）", 'C')]
    [InlineData("C 选项", 'C')]
    [InlineData("Answer: C", 'C')]
    [InlineData("The correct answer is (C).", 'C')]
    [InlineData("The answer is C or D", null)]
    [InlineData("故选C", 'C')]
    [InlineData("【C】", 'C')]
    [InlineData("[C]", 'C')]
    [InlineData("“C”", 'C')]
    [InlineData("C'", null)]
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
    [InlineData("C", 'C')]
    [InlineData("(D)", 'C')]
    [InlineData("D. 21", 'C')]
    [InlineData("21", 'C')]
    [InlineData("A", 'A')]
    [InlineData("E", 'E')]
    [InlineData("21.0", 'C')]
    public void Letters_whose_choices_have_one_text_are_one(string answer, char letter) =>
        Assert.Equal(letter, new ChoiceEquivalence(["12", "15", "21", "21 ", "20"], closest: true).LetterOf(answer));

    [Theory]
    [InlineData("D. Both A and B", 'D')]
    [InlineData("(D) Both A and B", 'D')]
    [InlineData("Both A and B", 'D')]
    [InlineData("C. Both A and B", null)]
    [InlineData("D. A and B", null)]
    public void A_choice_may_name_others_in_its_own_text(string answer, char? letter) =>
        Assert.Equal(letter, new ChoiceEquivalence(["1", "2", "neither", "Both A and B"]).LetterOf(answer));

    [Theory]
    [InlineData("hongkong", 'A')]
    [InlineData("Tokio", 'D')]
    [InlineData("B", 'B')]
    [InlineData("(A) or (B)", null)]
    [InlineData("A or B", null)]
    [InlineData("A. hong kong or B. osaka", null)]
    public void The_closest_choice_is_taken_where_it_is_asked_for(string answer, char? letter)
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
    [InlineData("B, D", @"\text{B, D}", true)]
    [InlineData("B, D", @"\text{D and B}", true)]
    [InlineData("B, D", @"B \text{ and } D", true)]
    [InlineData("B, D", @"\{B, D\}", true)]
    [InlineData("B, D", @"B\ \&\ D", true)]
    [InlineData("B, D", @"\textbf{BD}", true)]
    [InlineData("B, D", "**B, D**", true)]
    [InlineData("B, D", "Options B and D", true)]
    [InlineData("B, D", "Answer: B, D", true)]
    [InlineData("B, D", "Answer: B", false)]
    [InlineData("B, D", "both B and D.", true)]
    [InlineData("B, D", "B、D", true)]
    [InlineData("B, D", "B and D are both correct.", true)]
    [InlineData("B, D", "The correct answers are B and D", true)]
    [InlineData("B, D", "The answer is B, D", true)]
    [InlineData("B, D", "故选BD", true)]
    [InlineData("B, D", "B、D、", true)]
    [InlineData("B, D", "B and D are wrong", false)]
    [InlineData("B, D", "The answer is B or D", false)]
    [InlineData("A, C", "A", false)]
    [InlineData("B, D", @"\text{B}", false)]
    [InlineData("B, D", @"\text{B, C}", false)]
    [InlineData("B, D", @"\{B, C, D\}", false)]
    [InlineData("B, D", "B or D", false)]
    [InlineData("B, D", @"\text{B or D}", false)]
    [InlineData("B, D", "B. D.", false)]
    [InlineData("B, D", "not B and D", false)]
    [InlineData("B", "B. D.", false)]
    [InlineData("B", "(B) or (D)", false)]
    [InlineData("D", "D. B and C turn left", true)]
    [InlineData("A, C", "A, B, C", false)]
    [InlineData("B", "B. The second", true)]
    [InlineData("3", "3.0", true)]
    [InlineData("3", "C", false)]
    public void Several_letters_are_right_together(string label, string answer, bool equal)
    {
        ChoiceSetEquivalence equivalence = new(["one", "two", "three", "B and C turn left"]);
        Assert.Equal(equal, equivalence.AreEqual(label, answer));
        Assert.Equal(equal, equivalence.AreEqual(answer, label));
    }
}
