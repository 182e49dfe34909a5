using System.Text;
using Retrace.Answers;

namespace Retrace.Fuzz.Tests;

/// <summary>Answers, which a model may write as it likes.</summary>
public sealed class AnswerFuzzTests
{
    private static readonly string[] Pieces =
    [
        "1", "0", "12", "3.5", "1e9", "1e999999", "999999999999999999999", "x", "y", "A", "B", "\\pi", "\\sqrt", "\\frac",
        "{", "}", "{1}", "{2}", "(", ")", "[", "]", "^", "_", "+", "-", "*", "/", "=", "\\cdot", "\\times", "\\left", "\\right",
        "\\boxed{", "<answer>", "</answer>", "answer is ", "\\text{", "%", "°", "^\\circ", "cm", "\\infty", ",", ";", " ", "\n",
        "\\\\", "!", "|", "<", ">", "\\le", "\\pm", "\\{", "\\}", "\0", "\ud800", "é", "²", "½", "√", "π", "$", "\\(", ":",
        "S_", "\\triangle ", "\\angle", "\\overline{", "\\vec{", "\\widehat", "'", "f(2)=", "\\tan", "^{-1}", "\\mid", "\\in", "∪",
        "\\fbox{", "\\mathbox{", "\\dot", "...", "\\binom", "C_5^2", "∶", "：", "平方厘米", "squareinches", "\f", "\b", "\t", "rac", "oxed{",
        " and ", " or ", " is wrong", "option ", "(C)", "答案：", "####", "</think>", "should be ", "\\mathbb{R}", "\\not", "\\&",
    ];

    private static readonly MathematicalEquivalence Equivalence = new();

    // As benchmarks compare: one choice, with two of the same text, several, and numbers up to their precision.
    private static readonly IAnswerEquivalence[] OfBenchmarks =
    [
        new ChoiceEquivalence(["9", "12 cm", "18", "18"], closest: true),
        new ChoiceEquivalence([]),
        new ChoiceSetEquivalence(["x", "\\frac12", ""]),
        new RoundedEquivalence(1),
        new ToleranceEquivalence(0.001),
    ];

    [Fact]
    public void Equivalence_and_extraction() => Fuzzer.Run("answers", 3000, Make, Use, refuses: false);

    [Fact]
    public void Equivalences_of_benchmarks() => Fuzzer.Run(
        "choices",
        200,
        Make,
        bytes => Array.ForEach(OfBenchmarks, one => Compare(one, bytes)),
        allocation: OfBenchmarks.Length * (64L << 20),
        refuses: false);

    [Theory]
    [InlineData("(", ")")]
    [InlineData("{", "}")]
    [InlineData("\\sqrt{", "}")]
    [InlineData("\\frac{1}{", "}")]
    [InlineData("2^", "")]
    [InlineData("-", "")]
    [InlineData("\\text{", "}")]
    [InlineData("9^{9^{", "}}")]
    [InlineData("1+", "")]
    [InlineData("|", "|")]
    [InlineData("3!", "")]
    [InlineData("A and ", "")]
    [InlineData("\\overline{", "}")]
    [InlineData("\\binom{1}{", "}")]
    [InlineData("1:", "")]
    [InlineData("\\fbox{", "}")]
    public void A_hundred_thousand_levels_are_compared_without_overflowing_the_stack(string open, string close) =>
        OnSmallStack(() =>
        {
            Use(Nested(100_000));
            byte[] fewer = Nested(20_000); // Five comparisons, and still more levels than the stack has room for.
            Array.ForEach(OfBenchmarks, one => Compare(one, fewer));

            byte[] Nested(int levels)
            {
                string deep =
                    string.Concat(Enumerable.Repeat(open, levels)) + "1" + string.Concat(Enumerable.Repeat(close, levels));
                return Encoding.UTF8.GetBytes($"{deep}\u0001{deep} ");
            }
        });

    // Two answers, one a changed copy of the other as often as not.
    private static byte[] Make(Random random)
    {
        string first = Text(random);
        string second = random.Next(2) == 0 ? first.Insert(random.Next(first.Length + 1), Pieces[random.Next(Pieces.Length)]) : Text(random);
        return Encoding.UTF8.GetBytes($"{first}\u0001{second}");
    }

    private static string Text(Random random)
    {
        var text = new StringBuilder();
        for (int pieces = random.Next(1, random.Next(10) == 0 ? 400 : 25); pieces > 0; pieces--)
        {
            string piece = Pieces[random.Next(Pieces.Length)];
            text.Insert(random.Next(text.Length + 1), random.Next(40) == 0 ? string.Concat(Enumerable.Repeat(piece, 300)) : piece);
        }
        return text.ToString();
    }

    private static void Use(byte[] input)
    {
        (string first, string second) = Compare(Equivalence, input);
        foreach (string name in AnswerExtractions.Names)
        {
            IAnswerExtraction extraction = AnswerExtractions.Create(name);
            extraction.Extract(first + second);
            extraction.FirstAnswerStart(first + second);
        }
    }

    private static (string First, string Second) Compare(IAnswerEquivalence equivalence, byte[] input)
    {
        string[] texts = Encoding.UTF8.GetString(input).Split('\u0001');
        (string first, string second) = (texts[0], texts[^1]);
        bool equal = equivalence.AreEqual(first, second);
        Assert.Equal(equal, equivalence.AreEqual(second, first));
        Assert.True(equivalence.AreEqual(first, first));
        if (equivalence.CanonicalForm(first) == equivalence.CanonicalForm(second))
        {
            Assert.True(equal, "Answers of one form are not equal.");
        }
        return (first, second);
    }

    private static void OnSmallStack(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    action();
                }
                catch (Exception error)
                {
                    failure = error;
                }
            },
            maxStackSize: 1 << 20);
        thread.Start();
        thread.Join(); // What hangs is ended with the whole project.
        Assert.Null(failure);
    }
}
