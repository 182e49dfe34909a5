using Retrace.Data.Benchmarks;

namespace Retrace.Data.Tests.Benchmarks;

public sealed class ChoicesTests
{
    [Theory]
    [InlineData("A. 300, 400;B. 400, 300;C. 3000, 4000; D. No answer", "300, 400", "400, 300", "3000, 4000", "No answer")]
    [InlineData("Angle A: how large?\nChoices:\nA:40°\nB:50°\nC:60°", "40°", "50°", "60°")]
    [InlineData("Is A greater than B? Choices: (A) yes (B) no", "yes", "no")]
    [InlineData("Which? choice: (A) (B)", "", "")]
    [InlineData("How many? \n A) 10 B) 12 C) 14", "10", "12", "14")]
    [InlineData("Which choice (A, B, C, or D) comes next?")]
    [InlineData("What is the area of A. Round it.")]
    public void Choices_are_found_behind_their_letters(string text, params string[] choices) =>
        Assert.Equal(choices, Choices.In(text));

    [Fact]
    public void What_is_shown_is_found_again()
    {
        string[] choices = ["1/2", "x (y)", "none of A and B"];
        Assert.Equal(choices, Choices.In(Choices.Below("Which?", choices)));
    }
}
